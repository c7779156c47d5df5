import { addressOf } from "./bpf.ts";
import { checked, systemCall } from "./system-call.ts";

/** How to ask a driver for its link: by ethtool, by the registers of its transceiver (MII), or by the flags it shows. */
export type LinkBeatMethod = "ethtool" | "mii" | "ioctl";

const AF_INET = 2;
const SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
const commands = { flags: 0x8913, ethtool: 0x8946, miiAddress: 0x8947, miiRegister: 0x8948 } as const;
const ETHTOOL_GLINK = 0xa;
const BASIC_STATUS = 1;
const LINK_STATUS = 0x4;
const IFF_RUNNING = 0x40;
const nameSize = 16;

/** Asks drivers whether their links are up (netdevice(7)), in the network namespace in which it was made. */
export class LinkBeat {
  readonly #socket = checked(systemCall("socket", AF_INET, SOCK_DGRAM_CLOEXEC, 0), "Cannot open a socket");

  /** Whether the link is up; undefined when there is no such interface, or the driver does not answer this question. */
  isUp(interfaceName: string, method: LinkBeatMethod): boolean | undefined {
    const request = new Uint8Array(40); // struct ifreq
    const name = Buffer.from(interfaceName);
    if (name.length === 0 || name.length >= nameSize) return undefined;
    request.set(name);
    const view = new DataView(request.buffer);
    const ask = (command: number) => systemCall("ioctl", this.#socket, command, request) >= 0;
    switch (method) {
      case "ioctl":
        return ask(commands.flags) ? (view.getUint16(nameSize, true) & IFF_RUNNING) !== 0 : undefined;
      case "ethtool": {
        const value = Uint32Array.of(ETHTOOL_GLINK, 0); // struct ethtool_value
        view.setBigUint64(nameSize, addressOf(value), true);
        return ask(commands.ethtool) ? value[1] !== 0 : undefined;
      }
      case "mii": {
        if (!ask(commands.miiAddress)) return undefined;
        view.setUint16(nameSize + 2, BASIC_STATUS, true);
        return ask(commands.miiRegister)
          ? (view.getUint16(nameSize + 6, true) & LINK_STATUS) !== 0
          : undefined;
      }
    }
  }

  /** It answers no more after it. */
  close(): void {
    systemCall("close", this.#socket);
  }
}
