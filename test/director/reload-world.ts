import fc from "fast-check";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { after, type Instant, instant, milliseconds, seconds } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import type { SyncGroup } from "../../src/conf/model/tracking.ts";
import type { RealServer, VirtualServer } from "../../src/conf/model/virtual-server.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { VrrpScript } from "../../src/conf/model/vrrp-script.ts";
import type { InterfaceAddress, Link, VrrpHostEffect, VrrpHostEvent } from "../../src/director/host.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { type VrrpStatus, vrrpStatus } from "../../src/director/vrrp-status.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { realServer, tcpCheck, virtualServer } from "./health-world.ts";
import { configOf, instanceOf } from "./vrrp-fixtures.ts";

const ip = (text: string) => text as IpAddress;
const POOL = ["192.0.2.100", "192.0.2.101", "192.0.2.102", "192.0.2.103"].map(ip);
const DEVICES = ["eth0", "eth1", "eth2"];

/** A small world of names, so that two random files often mean the same things. */
export const instances: fc.Arbitrary<readonly VrrpInstance[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("A", "B", "C"),
      interface: fc.constantFrom(...DEVICES),
      vrid: fc.constantFrom(51, 52),
      priority: fc.constantFrom(90, 100, 150, 255),
      seconds: fc.constantFrom(1, 2),
      virtual: fc.uniqueArray(fc.constantFrom(...POOL), { minLength: 1, maxLength: 3 }),
      prefix: fc.constantFrom(32, 24),
      device: fc.option(fc.constantFrom(...DEVICES), { nil: undefined }),
      excluded: fc.uniqueArray(fc.constantFrom(...POOL), { maxLength: 1 }),
      script: fc.option(fc.constantFrom(0, 10, -10), { nil: undefined }),
      tracked: fc.option(fc.constantFrom(...DEVICES), { nil: undefined }),
      notify: fc.boolean(),
      ah: fc.integer({ min: 0, max: 9 }),
      password: fc.constantFrom("hunter1", "hunter2"),
    }),
    { maxLength: 3, selector: ({ name }) => name },
  )
  .map((drawn) =>
    drawn.map(
      (given): VrrpInstance =>
        instanceOf({
          name: given.name,
          interface: given.interface,
          virtualRouterId: given.vrid,
          priority: given.priority,
          advertisementInterval: seconds(given.seconds),
          virtualAddresses: given.virtual.map((address) => ({
            address,
            prefixLength: given.prefix,
            ...(given.device === undefined ? {} : { device: given.device }),
          })),
          excludedAddresses: given.excluded
            .filter((address) => !given.virtual.includes(address))
            .map((address) => ({ address, prefixLength: 32 })),
          trackScripts:
            given.script === undefined ? [] : [{ name: "check", weight: given.script, reverse: false }],
          trackInterfaces:
            given.tracked === undefined ? [] : [{ name: given.tracked, weight: 0, reverse: false }],
          notify: given.notify ? { any: { argv: ["/bin/told"] } } : {},
          authentication: { kind: given.ah === 0 ? "ah" : "pass", password: given.password },
        }),
    ),
  );

const syncGroups: fc.Arbitrary<readonly SyncGroup[]> = fc
  .record({ grouped: fc.boolean(), tracked: fc.boolean(), notify: fc.boolean() })
  .map(({ grouped, tracked, notify }) =>
    grouped
      ? [
          {
            name: "G",
            at: { file: "a.conf", line: 1 },
            members: ["A", "B"],
            trackInterfaces: [],
            trackScripts: tracked ? [{ name: "check", weight: 0, reverse: false }] : [],
            trackFiles: [],
            trackProcesses: [],
            trackBfds: [],
            notify: notify ? { any: { argv: ["/bin/told"] } } : {},
            smtpAlert: false,
            trackingWeight: false,
          },
        ]
      : [],
  );

const scripts: fc.Arbitrary<readonly VrrpScript[]> = fc
  .record({ command: fc.constantFrom("/bin/true", "/bin/false"), rise: fc.integer({ min: 1, max: 3 }) })
  .map(({ command, rise }) => [
    {
      name: "check",
      at: { file: "a.conf", line: 1 },
      command: { argv: [command] },
      interval: seconds(rise),
      timeout: seconds(1),
      weight: 0,
      reverse: false,
      rise,
      fall: 2,
      initFail: rise === 2,
    },
  ]);

const reals: fc.Arbitrary<readonly RealServer[]> = fc
  .uniqueArray(
    fc.record({
      host: fc.integer({ min: 10, max: 13 }),
      weight: fc.integer({ min: 0, max: 3 }),
      inhibitOnFailure: fc.boolean(),
      checks: fc.integer({ min: 0, max: 2 }),
      retry: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 4, selector: ({ host }) => host },
  )
  .map((drawn) =>
    drawn.map(({ host, weight, inhibitOnFailure, checks, retry }) => {
      const address = `192.0.2.${host}`;
      const checkers = [tcpCheck(address, { retry }), tcpCheck(address, { alpha: true })].slice(0, checks);
      return realServer(address, { weight, inhibitOnFailure, checkers });
    }),
  );

/** Virtual servers of a few ports; sometimes one twice. */
export const virtualServers: fc.Arbitrary<readonly VirtualServer[]> = fc.array(
  fc
    .record({
      port: fc.constantFrom(80, 443, 8080),
      realServers: reals,
      scheduler: fc.constantFrom("rr" as const, "wrr" as const),
      quorum: fc.integer({ min: 1, max: 4 }),
      sorry: fc.boolean(),
      sorryServerInhibit: fc.boolean(),
      persistenceTimeout: fc.option(fc.constantFrom(50, 300), { nil: undefined }),
    })
    .map(({ port, realServers, sorry, persistenceTimeout, ...rest }) =>
      virtualServer(realServers, {
        ...rest,
        key: { kind: "address", protocol: "tcp", address: ip("203.0.113.1"), port },
        ...(sorry
          ? { sorryServer: { address: ip("192.0.2.13"), port: 80, forwarding: "nat" as const } }
          : {}),
        ...(persistenceTimeout === undefined ? {} : { persistenceTimeout }),
      }),
    ),
  { maxLength: 3 },
);

/** Whole files. */
export const configs: fc.Arbitrary<Config> = fc
  .record({ instances, scripts, syncGroups, virtualServers, delay: fc.constantFrom(0, 0, 3) })
  .map(
    ({
      instances: vrrpInstances,
      scripts: vrrpScripts,
      syncGroups: groups,
      virtualServers: servers,
      delay,
    }) => {
      const base = configOf();
      const global = { ...base.global, vrrpStartupDelay: seconds(delay) };
      return { ...base, global, syncGroups: groups, vrrpInstances, vrrpScripts, virtualServers: servers };
    },
  );

/** Anything that may happen to a running VRRP process. */
export const vrrpHappening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("passes" as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("link" as const),
      name: fc.constantFrom(...DEVICES),
      up: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("script" as const), code: fc.constantFrom(0, 0, 1) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("heard" as const),
      name: fc.constantFrom(...DEVICES),
      priority: fc.constantFrom(0, 120, 200),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("taken-away" as const), which: fc.nat(3) }) },
);

/** The VRRP process in virtual time, with a kernel that has interfaces and addresses. */
export class VrrpWorld {
  now: Instant = instant(1_000_000_000);
  readonly #state = initialVrrpState();
  readonly #held = new Map<string, { readonly name: string; readonly address: InterfaceAddress }>();
  readonly #links: Link[] = DEVICES.map((name, at) => ({
    index: at + 2,
    name,
    up: true,
    running: true,
    hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, at),
  }));

  start(config: Config): void {
    const addresses = this.#links.map(({ index }) => ({
      interfaceIndex: index,
      address: ip(`198.51.100.${index}`),
      prefixLength: 24,
      secondary: false,
    }));
    this.deliver({ kind: "start", config, links: this.#links, addresses });
  }

  /** The virtual addresses that interfaces have, as `eth0 192.0.2.100/32`. */
  get held(): ReadonlySet<string> {
    return new Set(this.#held.keys());
  }

  /** As it comes out of the socket: as JSON. */
  get status(): VrrpStatus {
    return JSON.parse(JSON.stringify(vrrpStatus(this.#state, this.now))) as VrrpStatus;
  }

  get roles(): ReadonlyMap<string, string> {
    return new Map([...this.#state.routers].map(([key, entry]) => [key, entry.state.role.kind]));
  }

  /** Delivers an event and lets the kernel do what comes of it: each change that really was one, as text. */
  deliver(event: VrrpHostEvent): {
    readonly changes: readonly string[];
    readonly effects: readonly VrrpHostEffect[];
  } {
    const { effects } = vrrpDirector.step(this.#state, event, this.now);
    const changes = effects.flatMap((effect) => this.#perform(effect));
    return { changes, effects };
  }

  happen(next: typeof vrrpHappening extends fc.Arbitrary<infer Happening> ? Happening : never): void {
    if (next.kind === "passes") this.#pass(next.ms);
    else if (next.kind === "link") {
      const at = this.#links.findIndex(({ name }) => name === next.name);
      const link = { ...(this.#links[at] as Link), running: next.up };
      this.#links[at] = link;
      this.deliver({ kind: "link", link });
    } else if (next.kind === "script") {
      this.deliver({ kind: "script-result", script: "check", outcome: { kind: "exited", code: next.code } });
    } else if (next.kind === "heard") this.deliver(this.#advertisement(next));
    else {
      const [key, found] = [...this.#held][next.which] ?? [];
      if (key === undefined || found === undefined) return;
      this.#held.delete(key);
      this.deliver({ kind: "address-removed", address: found.address });
    }
  }

  /** Scripts that are due at this very moment. */
  due(): readonly string[] {
    const out: VrrpHostEffect[] = [];
    this.#state.scripts.alarm(this.now, out);
    return out.flatMap((effect) => (effect.kind === "run-script" ? [effect.script] : []));
  }

  #pass(ms: number): void {
    const end = after(this.now, milliseconds(ms));
    for (let alarms = 0; ; alarms++) {
      const due = vrrpDirector.deadline(this.#state);
      if (due === undefined || due > end) break;
      if (alarms > 10_000) throw new Error(`the director is due at ${due} and never gets on`);
      if (due > this.now) this.now = due;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
  }

  /** From a stranger, for whatever instance of VRID 51 there is. */
  #advertisement({ name, priority }: { name: string; priority: number }): VrrpHostEvent {
    const entry = [...this.#state.routers.values()].find(({ config }) => config.interface === name);
    const source = ip("198.51.100.200");
    const destination = ip("224.0.0.18");
    const message = encodeAdvertisement(
      {
        version: 2,
        virtualRouterId: entry?.config.virtualRouterId ?? 51,
        priority,
        interval: entry?.config.advertisementInterval ?? seconds(1),
        addresses: entry?.config.virtualAddresses.map(({ address }) => address) ?? [],
        authentication: entry?.config.authentication ?? { kind: "none" },
      },
      { source, destination, checksumPseudoHeader: true },
    );
    const packet = encodeIpv4Packet(message, { source, destination, identification: 1, ttl: 255 });
    return { kind: "packet", interface: name, family: 4, packet, source, destination, hopLimit: 255 };
  }

  #perform(effect: VrrpHostEffect): readonly string[] {
    if (effect.kind === "notification") {
      return effect.notification.commands.map(
        ({ command, arguments: words }) => `notify ${[...command.argv, ...words].join(" ")}`,
      );
    }
    if (effect.kind !== "add-address" && effect.kind !== "remove-address") return [];
    const { address, interface: name } = effect;
    const key = `${name} ${address.address}/${address.prefixLength}`;
    if (effect.kind === "remove-address") return this.#held.delete(key) ? [`remove-address ${key}`] : [];
    const link = this.#links.find((candidate) => candidate.name === name);
    if (link === undefined || this.#held.has(key)) return [];
    const { address: text, prefixLength } = address;
    this.#held.set(key, {
      name,
      address: { interfaceIndex: link.index, address: text, prefixLength, secondary: true },
    });
    return [`add-address ${key}`];
  }
}
