import { multicastGroupOf } from "../vrrp/router-config.ts";
import type { Link, Wire } from "./host.ts";
import { type RouterEntry, routerKey, type StepContext } from "./vrrp-director-state.ts";

/** Asks for sockets on every interface that is there, with the VRIDs to let through; only for changes. */
export function openWires({ state, out }: StepContext): void {
  const wanted = new Map<string, Wire>();
  state.listeners.clear();
  for (const entry of state.routers.values()) {
    const link = state.links.named(entry.placement.wire);
    if (link === undefined) continue;
    const { family, virtualRouterId } = entry.config;
    state.listeners.set(routerKey({ interface: link.name, family, virtualRouterId }), entry);
    const key = `${link.name}/${family}`;
    wanted.set(key, joined(wanted.get(key), entry, link));
  }
  for (const [key, wire] of wanted) {
    const text = JSON.stringify(wire);
    if (state.wires.get(key) === text) continue;
    state.wires.set(key, text);
    out.push({ kind: "open-wire", ...wire });
  }
  for (const key of [...state.wires.keys()]) {
    if (wanted.has(key)) continue;
    state.wires.delete(key);
    const [name = "", family] = key.split("/");
    out.push({ kind: "close-wire", interface: name, family: family === "6" ? 6 : 4 });
  }
}

/** A wire that carries one more router. */
function joined(wire: Wire | undefined, { config, instance, sender }: RouterEntry, link: Link): Wire {
  const unicast = config.unicastPeers.length > 0;
  const groups = new Set(wire?.groups ?? []);
  if (!unicast) groups.add(multicastGroupOf(config));
  const buffers = [wire?.receiveBufferBytes, instance.receiveBufferBytes].filter(
    (size) => size !== undefined,
  );
  return {
    interface: link.name,
    interfaceIndex: link.index,
    family: config.family,
    virtualRouterIds: [...(wire?.virtualRouterIds ?? []), config.virtualRouterId],
    groups: [...groups],
    withAuthenticationHeader: wire?.withAuthenticationHeader === true || sender.headerSecret !== undefined,
    ...(buffers.length === 0 ? {} : { receiveBufferBytes: Math.max(...buffers) }),
  };
}
