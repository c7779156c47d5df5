import { checked, inNetworkNamespace, systemCall } from "dgram-extra";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
const SIOCGIFFLAGS = 0x8913;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 1;
/** struct ifreq (netdevice(7)): the name in 16 bytes, then the flags. */
const REQUEST_SIZE = 40;
const FLAGS_AT = 16;

/** Which switch ports to take down, in which namespace. */
export interface CableEnds {
  readonly namespace: string;
  readonly ports: readonly string[];
}

/**
 * Takes switch ports down at once: what hangs on them loses its carrier, and no frame passes either way. By ioctl
 * from this very thread, because starting ip(8) takes tens of milliseconds in which a dead machine would go on
 * answering.
 * @throws {SystemError} when a port does not exist.
 */
export function pullCables(ends: CableEnds): void {
  inNetworkNamespace(ends.namespace, () => {
    const socket = checked(systemCall("socket", AF_INET, SOCK_DGRAM_CLOEXEC, 0), "Cannot open a socket");
    try {
      for (const port of ends.ports) takeDown(socket, port);
    } finally {
      systemCall("close", socket);
    }
  });
}

function takeDown(socket: number, port: string): void {
  const request = new Uint8Array(REQUEST_SIZE);
  const view = new DataView(request.buffer);
  request.set(Buffer.from(port));
  checked(systemCall("ioctl", socket, SIOCGIFFLAGS, request), `Cannot read the flags of ${port}`);
  view.setUint16(FLAGS_AT, view.getUint16(FLAGS_AT, true) & ~IFF_UP, true);
  checked(systemCall("ioctl", socket, SIOCSIFFLAGS, request), `Cannot take ${port} down`);
}
