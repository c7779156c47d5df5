import type { IpAddress } from "../base/ip-address.ts";
import type { Random } from "../base/random.ts";
import { block } from "./config-block.ts";
import { type Draw, draw } from "./draw.ts";
import { authenticationLines, type DrawnAuthentication, drawAuthentication } from "./draw-authentication.ts";
import { drawSensors, groupSensorLines, type Sensors, sensorBlocks, sensorLines } from "./draw-trackers.ts";
import { linkLocal, type ScenarioHost, type WrittenConfig } from "./scenario.ts";

/** What all hosts agree on for one virtual router. */
interface Service {
  readonly name: string;
  readonly interface: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: 4 | 6;
  /** Seconds. */
  readonly interval: number;
  readonly addresses: readonly string[];
  readonly authentication: DrawnAuthentication;
  readonly unicast: boolean;
  readonly grouped: boolean;
}

/** Hosts, and for each of them some configurations between which it is reloaded and restarted. */
export interface DrawnSite {
  readonly hosts: readonly ScenarioHost[];
  readonly configs: readonly WrittenConfig[];
  /** The names of the configurations of each host; the first is the one it starts with. */
  readonly configsOf: ReadonlyMap<string, readonly string[]>;
  readonly scripts: readonly string[];
  readonly instances: readonly { readonly name: string; readonly interface: string }[];
  /** Virtual addresses with the interface they are on. */
  readonly addresses: readonly { readonly interface: string; readonly address: string }[];
  readonly sensors: Sensors;
  /** Whether the time of day counts for anything. */
  readonly asksTheTime: boolean;
  /** The longest interval, in seconds. */
  readonly interval: number;
}

/** Draws of their own for what came later, so that a seed keeps the shape it had. */
interface Streams {
  readonly trackers: Draw;
  readonly authentication: Draw;
}

const NAMES = ["a", "b", "c", "d", "e"];
const SCRIPTS = ["check", "gauge"];
/** Configurations of each host. */
const VARIANTS = 3;
/** Packets a simulated second that most worlds keep below, so that an hour of them is simulated in a second. */
const USUAL_RATE = 8;

/** Two to five hosts on one or two networks, with one to four virtual routers between them. */
export function drawSite(random: Random, streams: Streams): DrawnSite {
  const chance = draw(random);
  const sensors = drawSensors(streams.trackers);
  const count = chance.weighted([5, 3, 1, 1]) + 2;
  const networks = chance.weighted([3, 2]) + 1;
  const hosts = NAMES.slice(0, count).map((name, at) => ({
    name,
    addresses: ["192.0.2", "198.51.100"].slice(0, networks).map((net) => `${net}.${11 + at}`),
  })) as unknown as readonly ScenarioHost[];
  const services = drawServices(chance, { networks, hosts: count, streams });
  const configs: WrittenConfig[] = [];
  const configsOf = new Map<string, string[]>();
  const versions = [services, widened(services, chance)];
  for (const host of hosts) {
    const names = Array.from({ length: VARIANTS }, (_, at) =>
      at === 0 ? host.name : `${host.name}${at + 1}`,
    );
    configsOf.set(host.name, names);
    const ranks = rank(chance);
    for (const [at, name] of names.entries()) {
      const offered = at === 0 || chance.one(0.7) ? services : (versions[1] ?? services);
      configs.push({
        name,
        lines: configLines(chance, {
          host,
          hosts,
          services: offered,
          ranks: at === 0 ? ranks : rank(chance),
          wrongKey: at > 0 && streams.authentication.one(0.2),
          sensors,
          streams,
        }),
      });
    }
  }
  return {
    hosts,
    configs,
    configsOf,
    scripts: SCRIPTS,
    instances: services.map(({ name, interface: on }) => ({ name, interface: on })),
    addresses: services.flatMap(({ interface: on, addresses }) =>
      addresses.map((address) => ({ interface: on, address: address.replace(/\/.*/, "") })),
    ),
    sensors,
    asksTheTime: services.some(({ authentication }) => authentication.kind === "hmac"),
    interval: Math.max(...services.map(({ interval }) => interval)),
  };
}

function drawServices(
  chance: Draw,
  site: { readonly networks: number; readonly hosts: number; readonly streams: Streams },
): readonly Service[] {
  const count = chance.weighted([5, 3, 1, 1]) + 1;
  const together = site.networks > 1 || chance.one(0.5);
  const grouped = count > 1 && together && chance.one(0.5);
  const interval = drawInterval(chance, site.hosts * count);
  return Array.from({ length: count }, (_, at) => {
    const family = chance.one(0.15) ? 6 : 4;
    const version = family === 6 || interval < 1 || chance.one(0.5) ? 3 : 2;
    const addresses =
      family === 6
        ? [`fe80::1:${at + 1}/64`, `2001:db8::${at + 1}/64`]
        : [`203.0.113.${10 * at + 1}/24`, `203.0.113.${10 * at + 2}`].slice(0, chance.one(0.4) ? 2 : 1);
    const serviceInterval = version === 3 && interval >= 1 && chance.one(0.2) ? 0.5 : interval;
    return {
      name: `V${at + 1}`,
      interface: `eth${at % site.networks}`,
      virtualRouterId: 51 + at,
      version,
      family,
      interval: serviceInterval,
      addresses,
      authentication: drawAuthentication(site.streams.authentication, {
        version,
        interval: serviceInterval,
        pass: version === 2 && chance.one(0.3),
      }),
      unicast: family === 4 ? chance.one(0.15) : site.streams.authentication.one(0.3),
      grouped: grouped && at < 3,
    } satisfies Service;
  });
}

/** Mostly a second; short ones where few packets come of it, and now and then in any world. */
function drawInterval(chance: Draw, routers: number): number {
  const interval = chance.pick([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1, 1, 1, 2, 3]);
  return routers / interval <= USUAL_RATE || (routers <= 2 && chance.one(0.03)) ? interval : 1;
}

/** The same services with one more address each, which is not advertised alike on all hosts while they are reloaded. */
function widened(services: readonly Service[], chance: Draw): readonly Service[] {
  const droppable = services.length > 1 && services.at(-1)?.grouped === false;
  const last = droppable && chance.one(0.3) ? services.length - 1 : services.length;
  return services.slice(0, last).map((service, at) => ({
    ...service,
    addresses:
      service.family === 4 && chance.one(0.5)
        ? [...service.addresses, `203.0.113.${10 * at + 5}`]
        : service.addresses,
  }));
}

interface Ranks {
  /** The priority of a host in every instance of a group. */
  readonly group: number;
  readonly preempt: boolean;
}

function rank(chance: Draw): Ranks {
  return { group: drawPriority(chance), preempt: chance.one(0.75) };
}

function drawPriority(chance: Draw): number {
  return chance.one(0.1) ? 100 : 1 + chance.below(254);
}

/** What one configuration is drawn for. */
interface ConfigDraw {
  readonly host: ScenarioHost;
  readonly hosts: readonly ScenarioHost[];
  readonly services: readonly Service[];
  readonly ranks: Ranks;
  readonly wrongKey: boolean;
  readonly sensors: Sensors;
  readonly streams: Streams;
}

function configLines(chance: Draw, what: ConfigDraw): readonly string[] {
  const members = what.services.filter(({ grouped }) => grouped);
  return [
    ...(chance.one(0.1) ? block("global_defs", [`vrrp_startup_delay ${chance.pick([0.5, 1, 3])}`]) : []),
    ...SCRIPTS.flatMap((name, at) =>
      block(`vrrp_script ${name}`, [
        `script /bin/${name}`,
        `interval ${at + 1}`,
        ...(chance.one(0.3) ? [`fall ${1 + chance.below(3)}`] : []),
        ...(chance.one(0.3) ? [`rise ${1 + chance.below(3)}`] : []),
        ...(chance.one(0.1) ? ["init_fail"] : []),
      ]),
    ),
    ...sensorBlocks(what.streams.trackers, what.sensors),
    ...(members.length > 1 ? groupLines(chance, members, what) : []),
    ...what.services.flatMap((service) =>
      block(`vrrp_instance ${service.name}`, instanceLines(chance, service, what)),
    ),
  ];
}

function groupLines(
  chance: Draw,
  members: readonly Service[],
  { sensors, streams }: ConfigDraw,
): readonly string[] {
  return block("vrrp_sync_group G", [
    ...block(
      "group",
      members.map(({ name }) => name),
    ),
    ...(chance.one(0.3) ? block("track_script", [chance.pick(SCRIPTS)]) : []),
    ...groupSensorLines(streams.trackers, sensors),
  ]);
}

function instanceLines(chance: Draw, service: Service, what: ConfigDraw): readonly string[] {
  const { grouped } = service;
  const owner = !grouped && chance.one(0.05);
  const preempt = grouped ? what.ranks.preempt : chance.one(0.75);
  const priority = owner ? 255 : grouped ? what.ranks.group : drawPriority(chance);
  return [
    `interface ${service.interface}`,
    `virtual_router_id ${service.virtualRouterId}`,
    `version ${service.version}`,
    `advert_int ${service.interval}`,
    `priority ${priority}`,
    ...(preempt && chance.one(0.2) ? ["state MASTER"] : ["state BACKUP"]),
    ...(preempt || owner ? [] : ["nopreempt"]),
    ...(preempt && !owner && !grouped && chance.one(0.15)
      ? [`preempt_delay ${chance.pick([1, 5, 20])}`]
      : []),
    ...(chance.one(0.1) ? ["lower_prio_no_advert"] : []),
    ...(chance.one(0.2) ? ["higher_prio_send_advert"] : []),
    ...(chance.one(0.1) ? ["garp_master_refresh 5"] : []),
    ...authenticationLines(what.streams.authentication, service.authentication, { wrong: what.wrongKey }),
    ...(grouped
      ? []
      : [...trackLines(chance, what.host), ...sensorLines(what.streams.trackers, what.sensors)]),
    ...(service.unicast ? unicastLines(service, what) : []),
    ...block("virtual_ipaddress", service.addresses),
    ...(service.family === 4 && chance.one(0.2)
      ? block("virtual_ipaddress_excluded", [`203.0.113.${100 + service.virtualRouterId}`])
      : []),
    "notify /bin/told",
  ];
}

function trackLines(chance: Draw, host: ScenarioHost): readonly string[] {
  const weight = (): string => chance.pick(["", "", " weight 10", " weight -20", " weight -60"]);
  return [
    ...(chance.one(0.3) ? block("track_script", [`${chance.pick(SCRIPTS)}${weight()}`]) : []),
    ...(host.addresses.length > 1 && chance.one(0.2) ? block("track_interface", [`eth1${weight()}`]) : []),
    ...(chance.one(0.05) ? ["dont_track_primary"] : []),
  ];
}

function unicastLines(
  { interface: on, family }: Service,
  { host, hosts }: { readonly host: ScenarioHost; readonly hosts: readonly ScenarioHost[] },
): readonly string[] {
  const at = on === "eth1" ? 1 : 0;
  const own = ({ addresses }: ScenarioHost): string => {
    const address = addresses[at] as IpAddress;
    return family === 6 ? linkLocal(address) : address;
  };
  const others = hosts.filter((other) => other !== host);
  return [`unicast_src_ip ${own(host)}`, ...block("unicast_peer", others.map(own))];
}
