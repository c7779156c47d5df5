import type { InterfaceAddress, Link, VrrpHostEvent } from "./host.ts";
import { longestDelay } from "./link-delays.ts";
import { isLinkLocal, usable } from "./link-table.ts";
import { keepOwnInterfaces, ownInterfaceAnswered } from "./own-interfaces.ts";
import { startWaiting } from "./router-start.ts";
import { refreshAddress, refreshAll } from "./router-upkeep.ts";
import { noteAllStrays } from "./stray-addresses.ts";
import type { StepContext } from "./vrrp-director-state.ts";
import { openWires } from "./wires.ts";

/** What the kernel tells of interfaces and addresses. */
export type LinkNews = Extract<
  VrrpHostEvent,
  { kind: "snapshot" | "link" | "link-removed" | "address-added" | "address-removed" }
>;

/** Brings the table of interfaces up to date, and with it sockets and routers. */
export function takeLinkNews(event: LinkNews, context: StepContext): void {
  const { links } = context.state;
  switch (event.kind) {
    case "address-added":
      links.addAddress(event.address);
      addressChanged(event.address, { there: true, context });
      return;
    case "address-removed":
      links.removeAddress(event.address);
      addressChanged(event.address, { there: false, context });
      return;
    case "snapshot":
      links.replaceAll(event.links, event.addresses);
      everythingChanged(context);
      return;
    case "link":
      ownInterfaceAnswered(event.link.name, { came: true, context });
      linkChanged(links.set(event.link), { link: event.link, context });
      return;
    case "link-removed":
      linkChanged(links.remove(event.index), { link: undefined, context });
      return;
  }
}

function addressChanged(
  address: InterfaceAddress,
  { there, context }: { readonly there: boolean; readonly context: StepContext },
): void {
  const { links, index } = context.state;
  const link = links.indexed(address.interfaceIndex);
  // Of what a virtual MAC has to have, only link-local addresses come and go by themselves.
  if (link !== undefined && isLinkLocal(address.address)) {
    keepOwnInterfaces(index.onInterface(link.name), context);
  }
  if (link !== undefined) startWaiting(index.onInterface(link.name), context);
  refreshAddress(address, { there, context });
}

/** After notifications were lost: whatever is known now may be another. */
function everythingChanged(context: StepContext): void {
  const { state } = context;
  state.index.forgetOwn();
  for (const { interface: name } of state.config?.daemon.linkDelays ?? []) noteLink(name, context);
  keepOwnInterfaces(state.routers.values(), context);
  openWires(context);
  startWaiting(state.routers.values(), context);
  refreshAll(state.routers.values(), context);
  noteAllStrays(context);
}

/** An interface is new, another, renamed or gone: its old and its new name are what concerns routers. */
function linkChanged(
  before: Link | undefined,
  { link, context }: { readonly link: Link | undefined; readonly context: StepContext },
): void {
  const { index } = context.state;
  const names = new Set([before?.name, link?.name].filter((name) => name !== undefined));
  const concerned = new Set([...names].flatMap((name) => [...index.onInterface(name)]));
  for (const name of names) {
    index.forgetOwn(name);
    noteLink(name, context);
  }
  if (concerned.size === 0) return;
  keepOwnInterfaces(concerned, context);
  openWires(context);
  startWaiting(concerned, context);
  refreshAll(concerned, context);
}

function noteLink(name: string, { state, now }: StepContext): void {
  if (state.linkDelays.isUp(name) === undefined) return;
  const link = state.links.named(name);
  const standing = link === undefined ? "gone" : usable(link) ? "up" : "down";
  state.linkDelays.note(name, standing, { now, longest: longestDelay(name, state.routers.values()) });
}
