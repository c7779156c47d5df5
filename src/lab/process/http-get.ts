import { get } from "node:http";

/** Where to ask, and for how long. */
export interface HttpGetOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
}

/** An answer of status 200 with its body (trimmed), or why there is none. */
export type HttpGetOutcome =
  | { readonly ok: true; readonly body: string }
  | { readonly ok: false; readonly reason: string };

/** One request for `/` over a connection of its own; the whole of it, body included, must end within the timeout. */
export function httpGet(options: HttpGetOptions): Promise<HttpGetOutcome> {
  const { host, port, timeoutMs } = options;
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ ok: false, reason });
    const signal = AbortSignal.timeout(timeoutMs);
    const request = get({ host, port, path: "/", agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("error", (error) => fail(error.message));
      response.on("end", () => {
        if (response.statusCode === 200) resolve({ ok: true, body: body.trim() });
        else fail(`status ${response.statusCode}`);
      });
    });
    request.on("error", (error) => fail(signal.aborted ? `no answer within ${timeoutMs} ms` : error.message));
  });
}
