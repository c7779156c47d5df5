import type { Duration } from "../base/time.ts";
import type { GlobalDefinitions, ScriptCommand } from "../conf/model/global-definitions.ts";
import type { Fifo, ScriptDefinitions } from "../conf/model/process-definitions.ts";
import type { BfdInstance } from "../conf/model/tracking.ts";
import type { Checker, RealServer, VirtualServer } from "../conf/model/virtual-server.ts";
import type { OwnInterface, VirtualAddress, VrrpInstance } from "../conf/model/vrrp-instance.ts";
import type { VrrpScript } from "../conf/model/vrrp-script.ts";

/** One setting that a reload changes, in keepalived's words; absent on the side where it does not stand. */
export interface SettingChange {
  readonly name: string;
  readonly from?: string;
  readonly to?: string;
}

/** How a field of the model is called in a file, and how its value is written there. */
interface Wording {
  readonly name: string;
  readonly text?: (value: never) => string;
}

/** The wording of a block's fields. */
export type Words<Model> = { readonly [Field in keyof Model]?: Wording | "left-out" };

/**
 * The settings in which two blocks differ, in the order of the model. A field without wording is named after itself,
 * so that nothing that was added to the model later is passed over in silence.
 */
export function differences<Model extends object>(
  before: Model,
  options: { readonly after: Model; readonly words: Words<Model> },
): readonly SettingChange[] {
  const { after, words } = options;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Model & string)[];
  return fields.flatMap((field): readonly SettingChange[] => {
    const wording = words[field];
    if (wording === "left-out" || same(before[field], after[field])) return [];
    const text = (value: unknown) =>
      wording?.text === undefined ? plainText(value) : wording.text(value as never);
    const name = wording?.name ?? keywordOf(field);
    if (SECRET.test(field))
      return [change(name, { from: before[field], to: after[field], text: () => "(hidden)" })];
    return [change(name, { from: before[field], to: after[field], text })];
  });
}

/** One change; a side that is undefined does not stand in its file. */
export function change(
  name: string,
  values: { readonly from: unknown; readonly to: unknown; readonly text: (value: unknown) => string },
): SettingChange {
  const from = values.from === undefined ? undefined : values.text(values.from);
  const to = values.to === undefined ? undefined : values.text(values.to);
  return {
    name,
    ...(from === undefined ? {} : { from }),
    // Two values that read alike differ in something that is not shown, a password for instance.
    ...(to === undefined ? {} : { to: to === from ? `${to}, changed` : to }),
  };
}

/** What a field without wording is called: after itself. */
export function keywordOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Equal as data; lines of the file do not count, and neither does the order in which an object was put together. */
export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, ordered) === JSON.stringify(b, ordered);
}

function ordered(key: string, value: unknown): unknown {
  if (key === "at") return undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A value that has no wording: as it is, without passwords. */
export function plainText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return JSON.stringify(value, (key, inner: unknown) =>
    SECRET.test(key) ? "(hidden)" : key === "at" ? undefined : inner,
  );
}

/** Never the value of these: a plan may be pasted anywhere. */
const SECRET = /password|passphrase|secret/i;

/** `1.5 s`; whole seconds without a fraction. */
export function durationText(value: Duration): string {
  const seconds = value / 1_000_000;
  return `${Number.isInteger(seconds) ? seconds : seconds.toFixed(seconds < 0.01 ? 6 : 2)} s`;
}

/** `192.0.2.100/24 dev eth1`. */
export function virtualAddressText(virtual: VirtualAddress): string {
  const { address, prefixLength, broadcast, device, scope, label } = virtual;
  const rest = { brd: broadcast, dev: device, scope, label };
  const words = Object.entries(rest).flatMap(([word, value]) => (value === undefined ? [] : [word, value]));
  return [`${address}/${prefixLength}`, ...words].join(" ");
}

/** A command as it is run. */
export function commandText({ argv }: ScriptCommand): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}

/** Several things side by side, or `none`. */
export function list<Item>(text: (item: Item) => string): (items: readonly Item[]) => string {
  return (items) => (items.length === 0 ? "none" : items.map(text).join(", "));
}

const tracked = list(
  ({ name, weight, reverse }: { name: string; weight: number; reverse: boolean }) =>
    `${name} weight ${weight}${reverse ? " reverse" : ""}`,
);

const notifyText = (value: object) => {
  const given = Object.entries(value as Record<string, ScriptCommand | string | boolean>);
  const text = (command: ScriptCommand | string | boolean) =>
    typeof command === "object" ? commandText(command) : plainText(command);
  return given.length === 0 ? "none" : given.map(([role, command]) => `${role}: ${text(command)}`).join(", ");
};

const duration = (name: string): Wording => ({ name, text: durationText });
const named = (name: string): Wording => ({ name });

function ownInterfaceText(own: OwnInterface): string {
  const { kind, name, base, group } = own;
  const rest = own.kind === "vmac" ? [own.hardwareAddress] : [own.source, own.mode];
  const words = [`use_${kind}`, name, base, ...rest, ...(group === undefined ? [] : ["group", group])];
  return words.filter((word) => word !== undefined).join(" ");
}

const INSTANCE: Words<VrrpInstance> = {
  at: "left-out",
  name: named("vrrp_instance"),
  family: { name: "family", text: (family: number) => `IPv${family}` },
  version: named("version"),
  interface: named("interface"),
  ownInterface: { name: "use_vmac, use_ipvlan", text: ownInterfaceText },
  ownInterfaceForAddresses: named("use_vmac_addr"),
  transmitFromBase: named("vmac_xmit_base"),
  virtualRouterId: named("virtual_router_id"),
  priority: named("priority"),
  advertisementInterval: duration("advert_int"),
  initialState: { name: "state", text: (state: string) => state.toUpperCase() },
  preemptDelay: duration("preempt_delay"),
  strict: named("strict_mode"),
  // Never the password itself: a plan may be pasted anywhere.
  authentication: {
    name: "authentication",
    text: ({ kind }: { kind: string }) =>
      kind === "none" ? "none" : `${kind.toUpperCase()} (password hidden)`,
  },
  virtualAddresses: { name: "virtual_ipaddress", text: list(virtualAddressText) },
  excludedAddresses: { name: "virtual_ipaddress_excluded", text: list(virtualAddressText) },
  sourceAddress: named("mcast_src_ip"),
  unicastPeers: { name: "unicast_peer", text: list(({ address }: { address: string }) => address) },
  unicastTtl: named("unicast_ttl"),
  checkUnicastSource: named("check_unicast_src"),
  multicastDestination: named("mcast_dst_ip"),
  gratuitousArp: {
    name: "garp_master_*, garp_lower_prio_*",
    text: (value: Readonly<Record<string, number>>) =>
      Object.entries(value)
        .map(
          ([field, number]) =>
            `${field} ${/elay$|^refresh$/.test(field) ? durationText(number as Duration) : number}`,
        )
        .join(", "),
  },
  lowerPriorityNoAdvertisement: named("lower_prio_no_advert"),
  higherPrioritySendAdvertisement: named("higher_prio_send_advert"),
  downTimerAdvertisements: named("down_timer_adverts"),
  skipCheckAdvertisedAddresses: named("skip_check_adv_addr"),
  dontTrackPrimary: named("dont_track_primary"),
  trackInterfaces: { name: "track_interface", text: tracked },
  trackScripts: { name: "track_script", text: tracked },
  notify: { name: "notify", text: notifyText },
};

const SCRIPT: Words<VrrpScript> = {
  at: "left-out",
  name: "left-out",
  command: { name: "script", text: commandText },
  interval: duration("interval"),
  timeout: duration("timeout"),
};

const VIRTUAL_SERVER: Words<VirtualServer> = {
  at: "left-out",
  key: "left-out",
  realServers: "left-out",
  // Only a default of the real servers, which are compared themselves.
  forwarding: "left-out",
  alpha: "left-out",
  scheduler: named("lvs_sched"),
  persistenceTimeout: { name: "persistence_timeout", text: (value: number) => `${value} s` },
  onePacket: named("ops"),
  quorumUp: { name: "quorum_up", text: commandText },
  quorumDown: { name: "quorum_down", text: commandText },
  sorryServer: {
    name: "sorry_server",
    text: ({ address, port }: { address: string; port: number }) => `${address} ${port}`,
  },
  virtualHost: named("virtualhost"),
};

const REAL_SERVER: Words<RealServer> = {
  at: "left-out",
  address: "left-out",
  port: "left-out",
  forwarding: { name: "lvs_method", text: (method: string) => method.toUpperCase() },
  upperThreshold: named("uthreshold"),
  lowerThreshold: named("lthreshold"),
  inhibitOnFailure: named("inhibit_on_failure"),
  notifyUp: { name: "notify_up", text: commandText },
  notifyDown: { name: "notify_down", text: commandText },
  // Told in detail, see checkerDifferences.
  checkers: "left-out",
};

const fifoText = ({ path, owner, reader }: Fifo) => {
  if (path === undefined) return "none";
  const user = owner === undefined ? "" : ` ${[owner.user, owner.group].filter(Boolean).join(" ")}`;
  return `${path}${user}${reader === undefined ? "" : `, read by ${commandText(reader)}`}`;
};

const SCRIPTS: Words<ScriptDefinitions> = {
  startup: { name: "startup_script", text: commandText },
  startupTimeout: duration("startup_script_timeout"),
  shutdown: { name: "shutdown_script", text: commandText },
  shutdownTimeout: duration("shutdown_script_timeout"),
  symlinkPaths: named("use_symlink_paths"),
  supplementaryGroups: named("set_supplementary_groups"),
  everyFifo: { name: "notify_fifo", text: fifoText },
  vrrpFifo: { name: "vrrp_notify_fifo", text: fifoText },
  lvsFifo: { name: "lvs_notify_fifo", text: fifoText },
  notifyConcurrent: named("notify_concurrent"),
  writeStatesOnReload: named("fifo_write_vrrp_states_on_reload"),
};

const GLOBAL: Words<GlobalDefinitions> = {
  defaults: "left-out",
  // Told by the keywords in it.
  scripts: "left-out",
  vrrpStartupDelay: duration("vrrp_startup_delay"),
  smtpConnectTimeout: duration("smtp_connect_timeout"),
  skipCheckAdvertisedAddresses: named("vrrp_skip_check_adv_addr"),
};

const BFD: Words<BfdInstance> = {
  at: "left-out",
  name: named("bfd_instance"),
  sourceAddress: named("source_ip"),
  neighbourAddress: named("neighbor_ip"),
  minReceive: duration("min_rx"),
  minTransmit: duration("min_tx"),
  idleTransmit: duration("idle_tx"),
  // What is expected of the neighbour follows from it.
  expectedTtl: "left-out",
  forVrrp: named("vrrp"),
  forChecker: named("checker"),
};

/** How two `bfd_instance` blocks of one session differ. */
export function bfdDifferences(before: BfdInstance, after: BfdInstance): readonly SettingChange[] {
  return differences(before, { after, words: BFD });
}

/** How two `vrrp_instance` blocks of one virtual router differ. Passwords are never part of the answer. */
export function instanceDifferences(before: VrrpInstance, after: VrrpInstance): readonly SettingChange[] {
  return differences(before, { after, words: INSTANCE });
}

/** How two `vrrp_script` blocks of one name differ. */
export function scriptDifferences(before: VrrpScript, after: VrrpScript): readonly SettingChange[] {
  // A command's own timeout follows that of the script, which is told.
  const told = (script: VrrpScript): VrrpScript => {
    const { timeout: _, ...command } = script.command;
    return { ...script, command };
  };
  return differences(told(before), { after: told(after), words: SCRIPT });
}

/** How two `virtual_server` blocks of one service differ, their real servers left out. */
export function virtualServerDifferences(
  before: VirtualServer,
  after: VirtualServer,
): readonly SettingChange[] {
  return differences(before, { after, words: VIRTUAL_SERVER });
}

/** How two `real_server` blocks of one address and port differ. */
export function realServerDifferences(before: RealServer, after: RealServer): readonly SettingChange[] {
  return [...differences(before, { after, words: REAL_SERVER }), ...checkerDifferences(before, after)];
}

/** What differs in the checks, down to the single value where both sides have the same kinds of checks. */
function checkerDifferences(before: RealServer, after: RealServer): readonly SettingChange[] {
  if (same(before.checkers, after.checkers)) return [];
  const kinds = ({ checkers }: RealServer) => checkers.map(checkerName).join(", ");
  if (kinds(before) !== kinds(after))
    return [
      change("checks", { from: before, to: after, text: (real) => kinds(real as RealServer) || "none" }),
    ];
  return before.checkers.flatMap((checker, at) => {
    const [was, is] = [leaves(checker), leaves(after.checkers[at])];
    const name = before.checkers.length > 1 ? `${checkerName(checker)} ${at + 1}` : checkerName(checker);
    return [...new Set([...was.keys(), ...is.keys()])]
      .filter((leaf) => was.get(leaf) !== is.get(leaf))
      .map((leaf) => change(`${name} ${leaf}`, { from: was.get(leaf), to: is.get(leaf), text: plainText }));
  });
}

function checkerName(checker: Checker): string {
  if (checker.kind !== "http") return `${checker.kind.toUpperCase()}_CHECK`;
  return checker.tls ? "SSL_GET" : "HTTP_GET";
}

/** Every value of a check by its path; times of `timing` are durations, its count of retries is not. */
function leaves(value: unknown, path: readonly string[] = []): ReadonlyMap<string, string> {
  if (typeof value === "object" && value !== null) {
    const below = Object.entries(value).map(([field, inner]) => leaves(inner, [...path, field]));
    return new Map(below.flatMap((found) => [...found]));
  }
  const isTime = path[0] === "timing" && typeof value === "number" && path[1] !== "retry";
  const name = path
    .filter((field) => field !== "timing")
    .map(keywordOf)
    .join(".");
  return new Map([[name, isTime ? durationText(value as Duration) : plainText(value)]]);
}

/** How `global_defs` differ; what only sets defaults shows in the blocks that take them. */
export function globalDifferences(
  before: GlobalDefinitions,
  after: GlobalDefinitions,
): readonly SettingChange[] {
  return [
    ...differences(before, { after, words: GLOBAL }),
    ...differences(before.scripts, { after: after.scripts, words: SCRIPTS }),
  ];
}
