import type { Link, VrrpHostEvent } from "./host.ts";
import { type LinkNews, takeLinkNews } from "./link-news.ts";
import { usable } from "./link-table.ts";
import { pathRemoved, pathsUncertain } from "./router-entries.ts";
import { staticAddressRemoved } from "./static-entries.ts";
import type { StepContext } from "./vrrp-director-state.ts";

/** What the kernel tells of interfaces, addresses, routes and rules. */
export type KernelNews = LinkNews | Extract<VrrpHostEvent, { kind: "route-removed" | "rule-removed" }>;

/** Takes it into the tables and brings up to date whom it concerns. */
export function kernelNews(event: KernelNews, context: StepContext): void {
  const { links } = context.state;
  switch (event.kind) {
    case "link": {
      const before = links.indexed(event.link.index);
      takeLinkNews(event, context);
      cameBack(event.link, { before, context });
      return;
    }
    case "snapshot":
      takeLinkNews(event, context);
      pathsUncertain(context);
      return;
    case "link-removed":
    case "address-added":
      takeLinkNews(event, context);
      return;
    case "address-removed":
      takeLinkNews(event, context);
      staticAddressRemoved(event.address, context);
      pathsUncertain(context);
      return;
    case "route-removed":
      pathRemoved({ kind: "remove-route", route: event.route }, { ...event, context });
      return;
    case "rule-removed":
      pathRemoved({ kind: "remove-rule", rule: event.rule }, { ...event, context });
      return;
  }
}

/** An interface that is new, renamed or usable again has lost its routes without a word of the kernel. */
function cameBack(
  link: Link,
  { before, context }: { readonly before: Link | undefined; readonly context: StepContext },
): void {
  if (before !== undefined && before.name === link.name && (usable(before) || !usable(link))) return;
  pathsUncertain(context);
  if (context.state.promoting.has(link.name))
    context.out.push({ kind: "promote-secondaries", interface: link.name, on: true });
}
