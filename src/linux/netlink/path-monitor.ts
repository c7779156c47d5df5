import { createSocket, type FilterInstruction, type Socket } from "dgram-extra";
import { decodeMessages } from "./message.ts";
import { decodeRoute, type KernelRoute, OWN_PROTOCOL, routeMessages } from "./route.ts";
import { decodeRulePlace, ruleMessages } from "./rule.ts";

/** What happened to routes and rules of ours. `portId`: of the socket that did it; 0: the kernel on its own account. */
export type PathEvent =
  | { readonly kind: "route-removed"; readonly route: KernelRoute; readonly portId: number }
  | {
      readonly kind: "rule-removed";
      readonly place: { readonly family: 4 | 6; readonly preference: number };
      readonly portId: number;
    }
  /** Events were lost. */
  | { readonly kind: "overrun" };

const NETLINK_ROUTE = 0;
const groups = { ipv4Route: 7, ipv4Rule: 8, ipv6Route: 11, ipv6Rule: 19 } as const;
const receiveBuffer = 1 << 20;
const messageSize = 32 * 1024;
const NLM_F_REPLACE = 0x100;
const BY_HAND = [3, 4]; // RTPROT_BOOT, RTPROT_STATIC

const LOAD_HALF = 0x28;
const LOAD_BYTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_SET = 0x45;
const RETURN = 0x06;
const typeAt = 4;
const flagsAt = 6;
const protocolAt = 16 + 5; // rtm_protocol of struct rtmsg behind struct nlmsghdr

/** A number of the host's order as a filter's load in network order sees it. */
const swapped = (value: number) => ((value & 255) << 8) | (value >> 8);

/**
 * Lets through deletions of routes that bear our protocol number, of any rule, and replacements made by hand: a routing
 * daemon that takes in a full table costs this process nothing.
 */
export const pathFilter: readonly FilterInstruction[] = [
  { code: LOAD_HALF, constant: typeAt },
  { code: JUMP_IF_EQUAL, constant: swapped(ruleMessages.delete), whenTrue: 9 },
  { code: JUMP_IF_EQUAL, constant: swapped(routeMessages.delete), whenTrue: 5 },
  { code: JUMP_IF_EQUAL, constant: swapped(routeMessages.new), whenFalse: 6 },
  { code: LOAD_HALF, constant: flagsAt },
  { code: JUMP_IF_SET, constant: swapped(NLM_F_REPLACE), whenFalse: 4 },
  { code: LOAD_BYTE, constant: protocolAt },
  { code: JUMP_IF_EQUAL, constant: BY_HAND[0] as number, whenTrue: 3, whenFalse: 4 },
  { code: LOAD_BYTE, constant: protocolAt },
  { code: JUMP_IF_EQUAL, constant: OWN_PROTOCOL, whenTrue: 1 },
  { code: RETURN, constant: 0 },
  { code: RETURN, constant: 0xffff_ffff },
  { code: JUMP_IF_EQUAL, constant: BY_HAND[1] as number, whenFalse: 1 },
  { code: RETURN, constant: 0xffff_ffff },
  { code: RETURN, constant: 0 },
];

/** Reports when routes and rules disappear. Made only when there is one to lose. */
export class PathMonitor {
  readonly #socket: Socket;

  /** @throws {SystemError} */
  constructor(options: {
    readonly onEvent: (event: PathEvent) => void;
    readonly onError: (message: string) => void;
    readonly namespace?: string;
  }) {
    const { onEvent, onError, namespace } = options;
    this.#socket = createSocket({
      type: "netlink",
      protocol: NETLINK_ROUTE,
      receiveBuffer,
      messageSize,
      batchSize: 8,
      reuseBuffer: true,
      ...(namespace === undefined ? {} : { namespace }),
    });
    this.#socket.attachFilter(pathFilter);
    this.#socket.on("message", (data, { protocol: sender }) => {
      if (sender !== 0) return; // a program that plays kernel
      for (const message of decodeMessages(data)) {
        const { portId, type } = message;
        if (type === ruleMessages.delete) {
          const place = decodeRulePlace(message);
          if (place !== undefined) onEvent({ kind: "rule-removed", place, portId });
        } else if (type === routeMessages.delete || type === routeMessages.new) {
          const route = decodeRoute(message);
          if (route !== undefined) onEvent({ kind: "route-removed", route, portId });
        }
      }
    });
    this.#socket.on("overrun", () => onEvent({ kind: "overrun" }));
    this.#socket.on("error", (error) => onError(error.message));
    for (const group of Object.values(groups)) this.#socket.joinGroup(group);
    this.#socket.bind();
  }

  /** Nothing is reported after it. */
  close(): void {
    this.#socket.close();
  }
}
