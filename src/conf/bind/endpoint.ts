import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { Word } from "../tree.ts";

/** An address with a port; the port is undefined when none was written. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number | undefined;
}

/** What is wrong with an endpoint, for a message; `texts` is keepalived's first line when it has one. */
export interface EndpointProblem {
  readonly word: Word;
  readonly message: string;
  readonly texts: readonly string[];
}

/** Reads `IP [PORT]`. A port is 1..65535; 0 counts as none. */
export function readEndpoint(words: readonly Word[]): Endpoint | EndpointProblem {
  const [host, portWord] = words;
  const address = parseIpAddress((host?.text ?? "").replace(/\/\d+$/, ""));
  if (!host || !address.ok) {
    return {
      word: host ?? { text: "", quoted: false, start: 0, end: 0 },
      message: `'${host?.text ?? ""}' is not an IPv4 or IPv6 address`,
      texts: [],
    };
  }
  if (!portWord) return { address: address.value, port: undefined };
  const port = Number(portWord.text);
  if (!/^[+-]?\d+$/.test(portWord.text)) {
    return {
      word: portWord,
      message: `the port is '${portWord.text}', which is not a number`,
      texts: [`invalid number '${portWord.text}'`],
    };
  }
  if (port >= 0 && port <= 65_535) return { address: address.value, port };
  return {
    word: portWord,
    message: `the port is ${portWord.text}, but a port is a number from 1 to 65535`,
    texts: [`number '${portWord.text}' outside range [1, 65535]`],
  };
}

/** The words of an endpoint as keepalived shows them in a refusal: `/port` and the value only when there is one. */
export function refusedEndpoint(words: readonly Word[]): string {
  const [host, port] = words;
  return port ? `/port ${host?.text ?? ""}/${port.text}` : ` ${host?.text ?? ""}`;
}
