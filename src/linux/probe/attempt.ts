import net from "node:net";
import { checked, levels, socketOptions, systemCall } from "dgram-extra";
import { familyOf } from "../../base/ip-address.ts";
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

/** AF_INET, AF_INET6, SOCK_STREAM, SOCK_NONBLOCK and SOCK_CLOEXEC on x86-64 and arm64. */
const kernelNumbers = { inet: 2, inet6: 10, stream: 1, nonBlocking: 0o4000, closeOnExec: 0o2000000 } as const;

/** Text of the outside is cut to this length before it reaches a log. */
const LONGEST_REASON = 200;

/**
 * Starts a TCP connection to a target, from `bindto` and `bind_port` and with the `fwmark` where they are given.
 * @throws {SystemError} when the mark cannot be set; all other failures come as the socket's `error` event.
 */
export function connectTo(target: CheckTarget): net.Socket {
  const socket = target.fwmark === undefined ? new net.Socket() : markedSocket(target, target.fwmark);
  return socket.connect({
    host: target.address,
    port: target.port,
    autoSelectFamily: false,
    ...(target.bindAddress === undefined ? {} : { localAddress: target.bindAddress }),
    ...(target.bindPort === undefined ? {} : { localPort: target.bindPort }),
  });
}

/** Node has no SO_MARK: the socket is made by hand, and Node connects it. */
function markedSocket({ address }: CheckTarget, mark: number): net.Socket {
  const { inet, inet6, stream, nonBlocking, closeOnExec } = kernelNumbers;
  const family = familyOf(address) === 4 ? inet : inet6;
  const fd = checked(
    systemCall("socket", family, stream | nonBlocking | closeOnExec, 0),
    "Cannot make a socket for a check with fwmark",
  );
  try {
    const value = new Uint8Array(Uint32Array.of(mark).buffer);
    checked(
      systemCall("setsockopt", fd, levels.socket, socketOptions.socket.mark, value, value.length),
      `Cannot set fwmark ${mark} on a check's socket`,
    );
    // Without manualStart Node would read from the socket before it is connected.
    const options: net.SocketConstructorOpts & { manualStart: true } = {
      fd,
      readable: true,
      writable: true,
      manualStart: true,
    };
    return new net.Socket(options);
  } catch (error) {
    systemCall("close", fd);
    throw error;
  }
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
  if (code === "EPERM" && target.fwmark !== undefined) {
    return { kind: "not-asked", reason: `${printable(error.message)}: fwmark needs CAP_NET_ADMIN` };
  }
  if (code === "ECONNRESET") return { kind: "failed", reason: "connection reset by the server" };
  return { kind: "failed", reason: printable(error.message === "" ? code : error.message) };
}

/** Text fit for one log line, whatever a server sent. */
function printable(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]+/g, " ");
  return clean.length > LONGEST_REASON ? `${clean.slice(0, LONGEST_REASON)}...` : clean;
}
