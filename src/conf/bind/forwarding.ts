import type { ForwardingMethod, Tunnel } from "../model/virtual-server.ts";
import { type BindContext, tell } from "./context.ts";
import type { Setting } from "./setting.ts";

const METHODS: Readonly<Record<string, ForwardingMethod>> = { NAT: "nat", DR: "dr", TUN: "tun" };

/** Reads `lb_kind` or one of its sisters; undefined when the method is unknown, so that the default counts. */
export function readForwarding(
  context: BindContext,
  from: { readonly setting: Setting; readonly server: "virtual" | "real" | "sorry" },
): ForwardingMethod | undefined {
  const [word, ...options] = from.setting.words;
  if (!word) return undefined;
  const method = METHODS[word.text];
  if (method === undefined) {
    tell(context, word, {
      code: "unknown-value",
      severity: "error",
      message: `the forwarding method is '${word.text}', which is not known, so the default counts`,
      help: "write NAT, DR or TUN in capital letters",
      texts: [`PARSER : unknown [${word.text}] routing method for ${from.server} server.`],
    });
    return undefined;
  }
  const unknown = options.find((option, at) => !isTunnelOption(option.text, options[at - 1]?.text));
  if (unknown) {
    tell(context, unknown, {
      code: "unknown-value",
      severity: "error",
      message: `'${unknown.text}' means nothing after ${word.text}`,
      help: "after TUN may come type ipip|gue|gre, port N, and nocsum, csum or remcsum",
      texts: [`Invalid tunnel option ${unknown.text} for ${from.server} server.`],
    });
  } else if (method === "tun" && options.length > 0) {
    tell(context, options[0] ?? word, {
      code: "not-yet-supported",
      severity: "warning",
      message: "the options of TUN are accepted but have no effect in this version of locum",
      help: "the tunnel is IPIP",
    });
  }
  return method;
}

function isTunnelOption(text: string, before: string | undefined): boolean {
  if (before === "type" || before === "port") return true;
  return ["type", "port", "nocsum", "csum", "remcsum"].includes(text);
}

const TUNNELS = ["ipip", "gue", "gre"] as const;
const CHECKSUMS = ["nocsum", "csum", "remcsum"] as const;

/** The options of `TUN`; undefined when there are none, so that the tunnel is plain IPIP. What they cannot say is told by `readForwarding`. */
export function readTunnel(setting: Setting | undefined): Tunnel | undefined {
  const [method, ...options] = setting?.words ?? [];
  if (method?.text !== "TUN" || options.length === 0) return undefined;
  let tunnel: Tunnel = { type: "ipip", checksum: "nocsum" };
  for (let at = 0; at < options.length; at++) {
    const word = options[at];
    const next = options[at + 1]?.text;
    const type = TUNNELS.find((each) => each === next);
    const checksum = CHECKSUMS.find((each) => each === word?.text);
    if (checksum) tunnel = { ...tunnel, checksum };
    else if (word?.text === "type" && type) tunnel = { ...tunnel, type };
    else if (word?.text === "port" && /^\d+$/.test(next ?? "")) tunnel = { ...tunnel, port: Number(next) };
    if (!checksum) at++;
  }
  return tunnel;
}
