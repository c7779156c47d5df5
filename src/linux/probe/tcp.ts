import type { TcpProbeRequest } from "../../check/probe.ts";
import { type Attempt, closeSocket, connectTo, observationOf, type Settle } from "./attempt.ts";

/** `TCP_CHECK`: connects and closes; nothing is sent or read. */
export function probeTcp({ target }: TcpProbeRequest, settle: Settle): Attempt {
  const socket = connectTo(target);
  socket.once("connect", () => settle({ kind: "connected" }));
  // Stays for the whole life of the socket: an error after the verdict must not end the process.
  socket.on("error", (error) => settle(observationOf(error, target)));
  return { close: () => closeSocket(socket, target) };
}
