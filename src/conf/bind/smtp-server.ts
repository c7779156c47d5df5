import { type BindContext, tell } from "./context.ts";
import type { Setting } from "./setting.ts";

/** The port after `smtp_server`: a number from 1 to 65535. keepalived says it twice, and then that the server is no good. */
export function checkSmtpServer(context: BindContext, setting: Setting | undefined): void {
  const [host, port] = setting?.words ?? [];
  if (!host || !port) return;
  const number = Number(port.text);
  const isNumber = /^[+-]?\d+$/.test(port.text);
  if (isNumber && number >= 1 && number <= 65_535) return;
  const text = isNumber ? `number '${port.text}' outside range [1, 65535]` : `invalid number '${port.text}'`;
  tell(context, port, {
    code: "bad-port",
    severity: "error",
    message: `the port of smtp_server is '${port.text}', but a port is a number from 1 to 65535, so no mail can be sent`,
    help: "write smtp_server HOST PORT, or HOST alone for port 25",
    texts: [text, text, `Invalid smtp server ${host.text} ${port.text}`],
  });
}
