import { RouteNetlink } from "./netlink/route-netlink.ts";

/** The names of the interfaces of this network namespace. */
export function linkNames(): readonly string[] {
  const netlink = new RouteNetlink();
  try {
    return netlink.links().map(({ name }) => name);
  } finally {
    netlink.close();
  }
}
