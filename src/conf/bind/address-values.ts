import { familyOf, type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { Word } from "../tree.ts";
import { type BindContext, tell } from "./context.ts";
import { checkInterface } from "./interface-name.ts";
import { MOST, numberFault } from "./number-fault.ts";
import { checkTrackGroup } from "./track-group-name.ts";

/** IFNAMSIZ of the kernel is 16 bytes with the final zero. */
const LONGEST_LABEL = 15;

/** The address of a line. */
export interface LineNetwork {
  /** As it is written. */
  readonly text: string;
  readonly address: IpAddress;
  readonly family: 4 | 6;
  readonly length: number;
}

/** Whether the value of a token counts, or what is lost. */
export function judgeAddressValue(
  context: BindContext,
  from: {
    readonly word: Word;
    readonly name: string;
    readonly value: Word;
    readonly before: Word | undefined;
    readonly network: LineNetwork;
  },
): "good" | "ignored" | "again" | "line" {
  const { word, name, value, before, network } = from;
  const refuse = (message: string, how: { readonly texts: readonly string[]; readonly help: string }) =>
    tell(context, value, { code: "bad-entry-value", severity: "error", message, ...how });
  switch (name) {
    case "dev":
      if (before) {
        refuse(`dev stands twice, so ${network.text} is left out`, {
          texts: [`Cannot specify ipaddress device more than once for ${network.text}`],
          help: "leave one out",
        });
        return "line";
      }
      return checkInterface(context, { word: value, what: `ip address ${network.text}`, listed: true })
        ? "good"
        : "line";
    case "broadcast":
      return judgeBroadcast(context, { word, value, network });
    case "label":
      if (value.text.length <= LONGEST_LABEL) return "good";
      tell(context, value, {
        code: "address-label-too-long",
        severity: "error",
        message: `the label '${value.text}' has ${value.text.length} characters, but at most ${LONGEST_LABEL} fit, so ${network.text} is left out`,
        help: "shorten the label; it has to begin with the name of the interface, such as eth0:web",
        texts: [
          `Address label ${value.text} is longer than maximum length ${LONGEST_LABEL} - removing address`,
        ],
      });
      return "line";
    case "peer":
      return judgePeer(refuse, { value, before, network });
    case "preferred_lft": {
      const fault = value.text === "forever" ? undefined : numberFault(value.text, MOST, 10);
      if (fault === undefined) return "good";
      refuse(`preferred_lft is '${value.text}', which is no number of seconds, so it does not count`, {
        texts: [fault, `preferred_lft ${value.text} is invalid`],
        help: "write a number of seconds, or forever",
      });
      return "ignored";
    }
    case "track_group":
      return checkTrackGroup(context, value) ? "good" : "ignored";
    default:
      return "good";
  }
}

function judgeBroadcast(
  context: BindContext,
  from: { readonly word: Word; readonly value: Word; readonly network: LineNetwork },
): "good" | "line" {
  const { word, value, network } = from;
  const parsed = parseIpAddress(value.text);
  const good = ["+", "-"].includes(value.text) || (parsed.ok && familyOf(parsed.value) === 4);
  if (network.family === 4 && good) return "good";
  tell(context, value, {
    code: "bad-broadcast",
    severity: "error",
    message:
      network.family === 6
        ? `an IPv6 address has no broadcast address, so ${network.text} is left out`
        : `the broadcast address is '${value.text}', which is not an IPv4 address, so ${network.text} is left out`,
    help:
      network.family === 6
        ? `leave ${word.text} out`
        : "write an IPv4 address, + for the last or - for the first address of the network",
    texts: [
      network.family === 6
        ? `VRRP is trying to assign a broadcast ${word.text} to the IPv6 address ${network.text} !!?? WTF... skipping VIP...`
        : `VRRP is trying to assign invalid broadcast ${value.text}. skipping VIP...`,
    ],
  });
  return "line";
}

function judgePeer(
  refuse: (message: string, how: { readonly texts: readonly string[]; readonly help: string }) => void,
  from: { readonly value: Word; readonly before: Word | undefined; readonly network: LineNetwork },
): "good" | "ignored" | "again" {
  const { value, before, network } = from;
  const help = "write peer and one address of the same family, without a length";
  if (before) {
    refuse("peer stands twice; the first counts", {
      texts: [`Peer ${value.text} - another peer has already been specified`],
      help,
    });
    return "again";
  }
  const parsed = parseIpAddress(value.text);
  if (!parsed.ok || familyOf(parsed.value) !== network.family) {
    refuse(`peer is '${value.text}', which is no address of the same family, so it does not count`, {
      texts: parsed.ok
        ? [`Peer address ${value.text} does not match address family`]
        : [`VRRP parsed invalid IP ${value.text}. skipping IP...`, `Invalid peer address ${value.text}`],
      help,
    });
    return "ignored";
  }
  if (network.length !== (network.family === 4 ? 32 : 128))
    refuse(`with a peer the prefix length of ${network.text} means nothing`, {
      texts: ["Cannot specify address prefix when specifying peer address - ignoring"],
      help: `write ${network.address} peer ${value.text}`,
    });
  return "good";
}
