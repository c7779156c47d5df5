import { createServer } from "node:http";
import { HEALTH_BODY, HEALTH_PATH, type HttpServerReply, type HttpServerRequest } from "../http-server.ts";
import { answerQuestions } from "./answer-questions.ts";

const [name = "nameless", port = "80"] = process.argv.slice(2);
const checkedBy = new Set<string>();
let failing = false;

const server = createServer((request, response) => {
  if (request.url === HEALTH_PATH) checkedBy.add(request.socket.remoteAddress ?? "");
  const body = failing ? "out of order\n" : request.url === HEALTH_PATH ? HEALTH_BODY : `${name}\n`;
  // One request per connection: a director balances connections, not requests.
  response.writeHead(failing ? 500 : 200, { "content-type": "text/plain", connection: "close" });
  response.end(body);
});

answerQuestions<HttpServerRequest, HttpServerReply>(async (request) => {
  switch (request.kind) {
    case "listen":
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: "0.0.0.0", port: Number(port), backlog: 512 }, resolve);
      });
      break;
    case "fail":
      failing = request.failing;
      break;
    case "who-checked":
      break;
  }
  return [...checkedBy];
});
