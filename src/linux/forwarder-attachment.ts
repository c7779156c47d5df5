import { systemCall } from "dgram-extra";
import { openPinned } from "./bpf-syscall.ts";
import type { Link } from "./netlink/link.ts";
import { RouteNetlink } from "./netlink/route-netlink.ts";
import { TrafficControl } from "./netlink/traffic-control.ts";
import { writeSysctl } from "./sysctl.ts";

/** Where our filter sits on each interface: a priority of its own leaves room before and after. */
const place = { direction: "ingress", priority: 49_100, handle: 1 } as const;
const filterName = "locum-director";

/**
 * Attaches the pinned program to the ingress of every Ethernet interface of this network namespace, or of those named.
 * The filter persists with no process running. Interfaces without an Ethernet header (tunnels, WireGuard) are left
 * out: the data path cannot send from them.
 * @throws {Error} naming the interface that refused.
 */
export function attachForwarder(program: string, names?: readonly string[]): void {
  // The data path looks routes up as lo; the kernel answers only for an interface that may forward.
  const set = writeSysctl("net/ipv4/conf/lo/forwarding", 1);
  if (!set.ok) throw new Error(`Cannot prepare the forwarder: ${set.error}`);
  const descriptor = openPinned(program);
  if (descriptor === undefined)
    throw new Error(`Cannot attach the forwarder: nothing is pinned at ${program}`);
  try {
    withTrafficControl((control) => {
      for (const link of ethernetLinks(names)) attach(control, { link, descriptor });
    });
  } finally {
    systemCall("close", descriptor);
  }
}

/** Takes the forwarder off every interface of this network namespace. @throws {Error} */
export function detachForwarder(): void {
  withTrafficControl((control) => {
    for (const link of ethernetLinks()) {
      const detached = control.detachBpf({ ...place, interfaceIndex: link.index });
      if (!detached.ok)
        throw new Error(`Cannot detach the forwarder from ${link.name}: ${detached.error.message}`);
      if (detached.value === "detached") control.removeEmptyClsact(link.index);
    }
  });
}

function attach(
  control: TrafficControl,
  { link, descriptor }: { readonly link: Link; readonly descriptor: number },
): void {
  const discipline = control.ensureClsact(link.index);
  const attached = discipline.ok
    ? control.attachBpf({ ...place, interfaceIndex: link.index, fd: descriptor, name: filterName })
    : discipline;
  if (attached.ok) return;
  throw new Error(
    `Cannot attach the forwarder to ${link.name}: ${attached.error.message}. It takes CAP_NET_ADMIN and a kernel with CONFIG_NET_SCH_INGRESS, CONFIG_NET_CLS_ACT and CONFIG_NET_CLS_BPF`,
  );
}

function ethernetLinks(names?: readonly string[]): readonly Link[] {
  const netlink = new RouteNetlink();
  try {
    return netlink
      .links()
      .filter((link) => !link.loopback && isEthernet(link) && (names?.includes(link.name) ?? true));
  } finally {
    netlink.close();
  }
}

const otherKinds: readonly string[] = ["ipip", "gre", "sit", "ip6tnl", "vti", "tun", "wireguard"];

function isEthernet({ kind, hardwareAddress }: Link): boolean {
  return hardwareAddress.length === 6 && !otherKinds.includes(kind);
}

function withTrafficControl(action: (control: TrafficControl) => void): void {
  const control = new TrafficControl();
  try {
    action(control);
  } finally {
    control.close();
  }
}
