import { inNetworkNamespace, networkNamespaceCookie } from "dgram-extra";

/** Where locum keeps what outlives its processes: tables pinned by namespace, and their locks. */
const STATE = "/run/locum";

/**
 * The files and folders in which locum keeps the virtual server table of the namespace called `name`. It outlives the
 * daemon on purpose, but a machine that lost its power, or is no more, has none.
 */
export function pinnedTablesOf(name: string): readonly string[] {
  let cookie: bigint | undefined;
  try {
    cookie = inNetworkNamespace(name, networkNamespaceCookie);
  } catch {
    return []; // A name without a namespace behind it, as `ip netns add` leaves when it fails half-way.
  }
  return cookie === undefined ? [] : [`${STATE}/bpf/netns-${cookie}`, `${STATE}/ipvs-netns-${cookie}.lock`];
}
