import type { AddressFamily } from "../base/ip-address.ts";
import type { StepContext } from "./vrrp-director-state.ts";

/** Asks for sockets on every interface that is there, with the VRIDs to let through; only for changes. */
export function openWires({ state, out }: StepContext): void {
  const wanted = new Map<
    string,
    { interface: string; family: AddressFamily; index: number; ids: number[] }
  >();
  for (const { config } of state.routers.values()) {
    const link = state.links.named(config.interface);
    if (link === undefined) continue;
    const key = `${config.interface}/${config.family}`;
    const wire = wanted.get(key) ?? {
      interface: link.name,
      family: config.family,
      index: link.index,
      ids: [],
    };
    wire.ids.push(config.virtualRouterId);
    wanted.set(key, wire);
  }
  for (const [key, wire] of wanted) {
    const text = `${wire.index} ${wire.ids.join(",")}`;
    if (state.wires.get(key) === text) continue;
    state.wires.set(key, text);
    out.push({
      kind: "open-wire",
      interface: wire.interface,
      interfaceIndex: wire.index,
      family: wire.family,
      virtualRouterIds: wire.ids,
    });
  }
  for (const key of [...state.wires.keys()]) {
    if (wanted.has(key)) continue;
    state.wires.delete(key);
    const [name = "", family] = key.split("/");
    out.push({ kind: "close-wire", interface: name, family: family === "6" ? 6 : 4 });
  }
}
