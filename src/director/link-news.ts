import type { VrrpHostEvent } from "./host.ts";
import { refresh, refreshAddress } from "./router-upkeep.ts";
import type { StepContext } from "./vrrp-director-state.ts";
import { openWires } from "./wires.ts";

/** What the kernel tells of interfaces and addresses. */
export type LinkNews = Extract<
  VrrpHostEvent,
  { kind: "snapshot" | "link" | "link-removed" | "address-added" | "address-removed" }
>;

/** Brings the table of interfaces up to date, and with it sockets and routers. */
export function takeLinkNews(event: LinkNews, context: StepContext): void {
  const { links, routers } = context.state;
  switch (event.kind) {
    case "address-added":
      links.addAddress(event.address);
      refreshAddress(event.address, context);
      return;
    case "address-removed":
      links.removeAddress(event.address);
      refreshAddress(event.address, context);
      return;
    case "snapshot":
      links.replaceAll(event.links, event.addresses);
      break;
    case "link":
      links.set(event.link);
      break;
    case "link-removed":
      links.remove(event.index);
      break;
  }
  openWires(context);
  for (const entry of routers.values()) refresh(entry, context);
}
