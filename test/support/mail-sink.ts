import type { ChildProcess } from "node:child_process";
import { eventually } from "./eventually.ts";
import type { Namespaces } from "./namespaces.ts";

/** A mail as a mail host takes it. */
export interface SinkedMail {
  readonly greeting: string;
  readonly from: string;
  readonly to: readonly string[];
  /** Header lines by lower-case name, folded ones joined. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Speaks just enough SMTP; prints each mail as a line of JSON. */
const PROGRAM = `
const { createServer } = require("node:net");
createServer((socket) => {
  let text = "", data = false, mail = { to: [] };
  const say = (line) => socket.write(line + "\\r\\n");
  say("220 sink");
  socket.on("error", () => undefined);
  socket.setEncoding("latin1").on("data", (more) => {
    text += more;
    for (;;) {
      const end = data ? text.indexOf("\\r\\n.\\r\\n") : text.indexOf("\\r\\n");
      if (end < 0) return;
      const line = text.slice(0, end);
      text = text.slice(end + (data ? 5 : 2));
      if (data) {
        data = false;
        console.log(JSON.stringify({ ...mail, text: line }));
        mail = { greeting: mail.greeting, to: [] };
        say("250 ok");
      } else if (/^(HELO|EHLO)/i.test(line)) { mail.greeting = line; say("250 sink"); }
      else if (/^MAIL/i.test(line)) { mail.from = line.slice(10); say("250 ok"); }
      else if (/^RCPT/i.test(line)) { mail.to.push(line.slice(8)); say("250 ok"); }
      else if (/^DATA/i.test(line)) { data = true; say("354 go on"); }
      else if (/^QUIT/i.test(line)) { say("221 bye"); socket.end(); }
      else say("250 ok");
    }
  });
}).listen(PORT, "127.0.0.1", () => console.log("ready"));
`;

/** A mail host in a namespace that keeps what it gets. */
export class MailSink {
  readonly port: number;
  readonly #process: ChildProcess;
  #text = "";

  constructor(namespaces: Namespaces, { namespace, port }: { namespace: string; port: number }) {
    this.port = port;
    const program = PROGRAM.replace("PORT", `${port}`);
    this.#process = namespaces.spawn(namespace, [process.execPath, "-e", program]);
    this.#process.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#text += text;
    });
  }

  async ready(): Promise<void> {
    await eventually(() => this.#text.startsWith("ready\n"), { within: 10_000 });
  }

  /** What came so far, in order. */
  get mails(): readonly SinkedMail[] {
    return this.#text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => {
        const { greeting, from, to, text } = JSON.parse(line) as {
          greeting: string;
          from: string;
          to: string[];
          text: string;
        };
        const [head = "", ...body] = text.split("\r\n\r\n");
        const headers: Record<string, string> = {};
        for (const row of head.replaceAll(/\r\n[ \t]+/g, " ").split("\r\n")) {
          const colon = row.indexOf(":");
          headers[row.slice(0, colon).toLowerCase()] = row.slice(colon + 1).trim();
        }
        return { greeting, from, to, headers, body: body.join("\r\n\r\n") };
      });
  }

  stop(): void {
    this.#process.kill();
  }
}
