import type { VrrpDefinitions } from "../conf/model/service-definitions.ts";
import { multicastGroupOf } from "../vrrp/router-config.ts";
import type { Link, Wire } from "./host.ts";
import {
  type RouterEntry,
  routerKey,
  type StepContext,
  type VrrpDirectorState,
} from "./vrrp-director-state.ts";

/** Asks for sockets on every interface that is there, with the VRIDs to let through; only for changes. */
export function openWires(context: StepContext): void {
  const { state, out } = context;
  // What is screened for may be another's now.
  state.floods.lift(context);
  const joinedWires = new Map<string, Wire>();
  const buffers = new Map<string, readonly BufferShare[]>();
  state.listeners.clear();
  for (const entry of state.routers.values()) {
    const link = state.links.named(entry.placement.wire);
    if (link === undefined) continue;
    const { family, virtualRouterId } = entry.config;
    state.listeners.set(routerKey({ interface: link.name, family, virtualRouterId }), entry);
    const key = `${link.name}/${family}`;
    const settings = state.config?.global.vrrp;
    joinedWires.set(key, joined(joinedWires.get(key), { entry, link, settings }));
    buffers.set(key, [...(buffers.get(key) ?? []), ...shareOf(entry, settings)]);
  }
  const wanted = new Map(
    [...joinedWires].map(([key, wire]) => [key, { ...wire, ...bufferOf(buffers.get(key)) }]),
  );
  for (const [key, wire] of wanted) {
    const text = JSON.stringify(wire);
    if (state.wires.get(key) === text) continue;
    state.wires.set(key, text);
    resocketed(state);
    out.push({ kind: "open-wire", ...wire });
  }
  for (const key of [...state.wires.keys()]) {
    if (wanted.has(key)) continue;
    state.wires.delete(key);
    resocketed(state);
    const [name = "", family] = key.split("/");
    const wire = { interface: name, family: family === "6" ? 6 : 4 } as const;
    state.floods.forget(wire);
    out.push({ kind: "close-wire", ...wire });
  }
}

/** What is held ready to resign with would leave by a socket that is another one now. */
function resocketed({ resignations }: VrrpDirectorState): void {
  if (resignations.routers.size > 0) resignations.stale = true;
}

interface Joining {
  readonly entry: RouterEntry;
  readonly link: Link;
  readonly settings: VrrpDefinitions | undefined;
}

/** A wire that carries one more router. */
function joined(wire: Wire | undefined, { entry, link, settings }: Joining): Wire {
  const { config, sender } = entry;
  const unicast = config.unicastPeers.length > 0;
  const groups = new Set(wire?.groups ?? []);
  if (!unicast) groups.add(multicastGroupOf(config));
  return {
    interface: link.name,
    interfaceIndex: link.index,
    family: config.family,
    virtualRouterIds: [...(wire?.virtualRouterIds ?? []), config.virtualRouterId],
    groups: [...groups],
    everyVirtualRouter: settings?.logUnknownRouterIds === true,
    withAuthenticationHeader: wire?.withAuthenticationHeader === true || sender.headerKey !== undefined,
  };
}

/** The largest Ethernet frame that cards are made for. */
const LONGEST_FRAME = 9_216;
/** The host's own choice holds more than this. */
const ORDINARY = 1 << 20;

/** What one router wants of the buffer: so many bytes, or at least so many. */
interface BufferShare {
  readonly bytes: number;
  readonly exact: boolean;
}

/** `kernel_rx_buf_size`, else `vrrp_rx_bufs_policy`; of MTU and ADVERT so many packets as `vrrp_rx_bufs_multiplier` says. */
function shareOf({ instance }: RouterEntry, settings: VrrpDefinitions | undefined): readonly BufferShare[] {
  const { receiveBuffer: policy, receiveBufferMultiplier: packets = 1 } = settings ?? {};
  const asked = instance.receiveBufferBytes ?? policy;
  if (asked === undefined) return [];
  if (typeof asked === "number") return [{ bytes: asked, exact: true }];
  return [{ bytes: LONGEST_FRAME * packets, exact: false }];
}

/**
 * The sum of what the routers of a socket want. Deviation: MTU and ADVERT are lower bounds, for the host's own buffer of
 * a mebibyte is larger than what keepalived makes of them; only where it is not, more is asked for.
 */
function bufferOf(shares: readonly BufferShare[] = []): Pick<Wire, "receiveBufferBytes"> {
  const bytes = shares.reduce((sum, share) => sum + share.bytes, 0);
  if (bytes === 0 || (bytes <= ORDINARY && !shares.some(({ exact }) => exact))) return {};
  return { receiveBufferBytes: bytes };
}
