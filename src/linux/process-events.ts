import { createSocket, type Socket } from "dgram-extra";

/** What the kernel's process connector tells (linux/cn_proc.h); threads are left out. */
export type ProcessEvent =
  | { readonly kind: "fork"; readonly parent: number; readonly pid: number }
  | { readonly kind: "exec"; readonly pid: number }
  /** The program gave itself another name. */
  | { readonly kind: "renamed"; readonly pid: number }
  | { readonly kind: "exit"; readonly pid: number }
  /** Events were lost: look at everything again. */
  | { readonly kind: "overrun" };

const NETLINK_CONNECTOR = 11;
const CN_IDX_PROC = 1;
const CN_VAL_PROC = 1;
const LISTEN = 1;
const headerLength = 16 + 20; // struct nlmsghdr and struct cn_msg
const bodyAt = headerLength + 16; // what, cpu, timestamp
const kinds = { fork: 0x1, exec: 0x2, comm: 0x200, exit: 0x8000_0000 } as const;

/**
 * Opens the kernel's news of processes. Only the first network namespace of the machine has them.
 * @throws {SystemError} ECONNREFUSED in another namespace, EPERM without CAP_NET_ADMIN.
 */
export function openProcessEvents(options: {
  readonly onEvent: (event: ProcessEvent) => void;
  readonly onError: (message: string) => void;
  readonly receiveBuffer?: number;
  readonly namespace?: string;
}): Socket {
  const { onEvent, onError, receiveBuffer, namespace } = options;
  const socket = createSocket({
    type: "netlink",
    protocol: NETLINK_CONNECTOR,
    messageSize: 1_024,
    reuseBuffer: true,
    ...(receiveBuffer === undefined ? {} : { receiveBuffer }),
    ...(namespace === undefined ? {} : { namespace }),
  });
  socket.on("message", (data, { protocol: sender }) => {
    const event = sender === 0 ? decodeProcessEvent(data) : undefined;
    if (event !== undefined) onEvent(event);
  });
  socket.on("overrun", () => onEvent({ kind: "overrun" }));
  socket.on("error", (error) => onError(error.message));
  socket.joinGroup(CN_IDX_PROC);
  socket.bind();
  const sent = socket.send(listenRequest(), { portId: 0 });
  if (sent.sent) return socket;
  socket.close();
  throw sent.error;
}

/** The event a datagram tells of; undefined for what threads do and for everything else. */
export function decodeProcessEvent(data: Uint8Array): ProcessEvent | undefined {
  if (data.length < bodyAt + 8) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (view.getUint32(16, true) !== CN_IDX_PROC || view.getUint32(20, true) !== CN_VAL_PROC) return undefined;
  const number = (at: number) => view.getInt32(bodyAt + at, true);
  const [pid, group] = [number(0), number(4)];
  switch (view.getUint32(headerLength, true)) {
    case kinds.fork: {
      if (data.length < bodyAt + 16 || number(8) !== number(12)) return undefined;
      return { kind: "fork", parent: group, pid: number(8) };
    }
    case kinds.exec:
      return { kind: "exec", pid: group };
    case kinds.comm:
      return pid === group ? { kind: "renamed", pid } : undefined;
    case kinds.exit:
      return pid === group ? { kind: "exit", pid } : undefined;
    default:
      return undefined;
  }
}

function listenRequest(): Uint8Array {
  const bytes = new Uint8Array(headerLength + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, 3, true); // NLMSG_DONE
  view.setUint32(16, CN_IDX_PROC, true);
  view.setUint32(20, CN_VAL_PROC, true);
  view.setUint16(32, 4, true);
  view.setUint32(headerLength, LISTEN, true);
  return bytes;
}
