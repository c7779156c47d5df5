import { inNetworkNamespace } from "dgram-extra";
import { type IpAddress, parseIpAddress } from "../../src/base/ip-address.ts";
import { defaultSettings, tcpStateNames } from "../../src/bpf/layout.ts";
import type { Destination, ServiceKey } from "../../src/forward/service.ts";
import type { Session } from "../../src/forward/service-table.ts";
import { openPinned, testRun } from "../../src/linux/bpf-syscall.ts";
import type { BpfTable } from "../../src/linux/bpf-table.ts";
import { type DirectorMaps, programName } from "../../src/linux/director-maps.ts";
import { openForwarder, unloadForwarder } from "../../src/linux/forwarder.ts";
import { eventually } from "../support/eventually.ts";
import type { Namespaces } from "../support/namespaces.ts";
import { type Frame, frame, readFrame } from "./packet.ts";

/** The virtual address of the bench's director. */
export const virtualAddress = ip("10.1.0.100");

/** What the data path did with one packet. */
export interface Handled {
  readonly verdict: "stack" | "drop" | "send";
  readonly out: ReturnType<typeof readFrame>;
}

/**
 * The data path in a namespace of its own with two attached networks, 10.1.0.0/24 (clients) and 10.2.0.0/16 (real
 * servers), fed by the kernel's test-run command: no packet travels.
 */
export class Bench {
  readonly #namespace: string;
  readonly table: BpfTable;
  readonly #program: number;
  readonly #maps: DirectorMaps;

  constructor(spaces: Namespaces, shortName: string) {
    this.#namespace = spaces.add(shortName);
    for (const name of ["c", "s"]) {
      const peer = `${name}1`;
      spaces.run(shortName, ["ip", "link", "add", `${name}0`, "type", "veth", "peer", "name", peer]);
      spaces.run(shortName, ["ip", "link", "set", peer, "up"]);
    }
    for (const [name, prefix] of [
      ["c0", "10.1.0.1/24"],
      ["c0", `${virtualAddress}/32`],
      ["s0", "10.2.0.1/16"],
    ] as const) {
      spaces.run(shortName, ["ip", "link", "set", name, "up"]);
      spaces.run(shortName, ["ip", "address", "add", prefix, "dev", name]);
    }
    this.table = this.inside(() => openForwarder());
    this.#maps = this.inside(() => this.table.load());
    this.#program = openPinned(`${this.table.folder}/${programName}`) ?? -1;
  }

  /** Runs something in the director's network namespace. */
  inside<Value>(action: () => Value): Value {
    return inNetworkNamespace(this.#namespace, action);
  }

  /** Puts a packet through the data path. */
  handle(wanted: Partial<Frame>): Handled {
    const { verdict, bytes } = this.raw(frame(wanted));
    return { verdict, out: readFrame(bytes) };
  }

  /** The same for any bytes, which need not be readable as a packet. */
  raw(packet: Uint8Array): { readonly verdict: Handled["verdict"]; readonly bytes: Uint8Array } {
    const { verdict, packet: bytes } = this.inside(() => testRun(this.#program, packet));
    const names = { 0: "stack", 2: "drop", 7: "send" } as const;
    const name = names[verdict as keyof typeof names];
    if (name === undefined) throw new Error(`the data path answered ${verdict}`);
    return { verdict: name, bytes };
  }

  /** Adds a service on the virtual address. */
  addService({
    port = 80,
    protocol = "tcp",
    scheduler = "rr",
  }: {
    readonly port?: number;
    readonly protocol?: "tcp" | "udp";
    readonly scheduler?: string;
  } = {}): ServiceKey {
    const key: ServiceKey = { kind: "address", protocol, address: virtualAddress, port };
    const service = { key, scheduler, schedulerFlags: [], onePacket: false };
    this.must({ kind: "add-service", service });
    return key;
  }

  /** Adds a real server to a service. */
  addServer(key: ServiceKey, server: Partial<Destination> & { readonly address: IpAddress }): void {
    this.must({ kind: "add-destination", key, destination: destination(server) });
  }

  /** Makes a change that may not be refused. */
  must(op: Parameters<BpfTable["apply"]>[0]): void {
    const outcome = this.inside(() => this.table.apply(op));
    if (!outcome.ok) throw new Error(outcome.error.message);
  }

  /** Active and inactive sessions of a service's destinations, in the order they were added. */
  counts(name: string): readonly (readonly [active: number, inactive: number])[] {
    return (this.table.counters().get(name)?.destinations ?? []).map(({ active, inactive }) => [
      active,
      inactive,
    ]);
  }

  /** Session timeouts in ms; those left out are the kernel's. */
  setTimeouts(wanted: {
    readonly synReceived?: number;
    readonly close?: number;
    readonly udp?: number;
  }): void {
    const tcp = [...defaultSettings.tcp_timeout];
    if (wanted.synReceived !== undefined) tcp[tcpStateNames.indexOf("SYN_RECV")] = wanted.synReceived;
    if (wanted.close !== undefined) tcp[tcpStateNames.indexOf("CLOSE")] = wanted.close;
    const udp = wanted.udp ?? defaultSettings.udp_timeout;
    this.#maps.settings.set(0, { ...defaultSettings, tcp_timeout: tcp, udp_timeout: udp });
  }

  /** Has a client reset its TCP session, and waits until the kernel has ended it. */
  async resetSession(packet: Partial<Frame>): Promise<void> {
    this.setTimeouts({ close: 20 });
    for (const flags of ["A", "R"]) this.handle({ ...packet, flags });
    const own = ({ clientPort }: Session): boolean => clientPort === packet.sourcePort;
    await eventually(() => ![...this.table.sessions()].some(own), { within: 3_000, every: 5 });
    this.setTimeouts({});
  }

  remove(): void {
    this.inside(() => unloadForwarder());
  }
}

/** A destination with ordinary values for what is left out. */
export function destination(server: Partial<Destination> & { readonly address: IpAddress }): Destination {
  return { port: 80, method: "masquerade", weight: 1, upperThreshold: 0, lowerThreshold: 0, ...server };
}

/** An address that is known to be one. */
export function ip(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
