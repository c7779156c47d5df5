import net from "node:net";
import type { Observation } from "../../check/probe.ts";
import type { CheckTarget } from "../../conf/model/virtual-server.ts";

/** A question under way. */
export interface Attempt {
  /** Gives everything back that is open; no observation follows. May be called more than once. */
  close(): void;
}

/** Takes the one observation of an attempt; calls after the first have no effect. */
export type Settle = (observation: Observation) => void;

/** Codes that say something about this host and nothing about the server. */
const OUR_OWN_SHORTAGE = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EAGAIN", "EADDRINUSE"]);

/** Text of the outside is cut to this length before it reaches a log. */
const LONGEST_REASON = 200;

/** Starts a TCP connection to a target, from `bindto` and `bind_port` where they are given. */
export function connectTo(target: CheckTarget): net.Socket {
  return net.connect({
    host: target.address,
    port: target.port,
    autoSelectFamily: false,
    ...(target.bindAddress === undefined ? {} : { localAddress: target.bindAddress }),
    ...(target.bindPort === undefined ? {} : { localPort: target.bindPort }),
  });
}

/**
 * Gives a socket back. With a fixed local port the connection is reset, since a lingering one (TIME_WAIT) would keep
 * the port from the next check.
 */
export function closeSocket(socket: net.Socket, target: CheckTarget): void {
  if (socket.destroyed) return;
  if (target.bindPort !== undefined && !socket.connecting) socket.resetAndDestroy();
  else socket.destroy();
}

/** Why a target cannot be asked at all on this host; undefined when it can. */
export function unsupported(target: CheckTarget): string | undefined {
  if (target.fwmark === undefined) return undefined;
  return (
    `fwmark ${target.fwmark} of the check cannot be set on its socket, ` +
    "remove the check's fwmark or route the check by its bindto address"
  );
}

/** What a failed connection or exchange means. */
export function observationOf(error: NodeJS.ErrnoException, target: CheckTarget): Observation {
  const code = error.code ?? "";
  if (code === "ECONNREFUSED") return { kind: "refused" };
  if (code === "ETIMEDOUT") return { kind: "timed-out" };
  const noPortLeft = code === "EADDRNOTAVAIL" && target.bindAddress === undefined;
  if (noPortLeft || OUR_OWN_SHORTAGE.has(code)) {
    return { kind: "not-asked", reason: `no socket for the check (${code})` };
  }
  if (code === "EADDRNOTAVAIL") {
    return { kind: "failed", reason: `bindto ${target.bindAddress} is not an address of this host` };
  }
  if (code === "ECONNRESET") return { kind: "failed", reason: "connection reset by the server" };
  return { kind: "failed", reason: printable(error.message === "" ? code : error.message) };
}

/** Text fit for one log line, whatever a server sent. */
function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]+/g, " ");
  return clean.length > LONGEST_REASON ? `${clean.slice(0, LONGEST_REASON)}...` : clean;
}
