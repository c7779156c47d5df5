import type { IpAddress } from "../../src/base/ip-address.ts";
import { seconds } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import type { VrrpInstance } from "../../src/conf/model/vrrp-instance.ts";
import type { VrrpScript } from "../../src/conf/model/vrrp-script.ts";
import type { InterfaceAddress, Link, VrrpHostEvent } from "../../src/director/host.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { instanceText, load } from "../conf/configuration.ts";

const ip = (text: string) => text as IpAddress;

export const eth0: Link = {
  index: 2,
  name: "eth0",
  up: true,
  running: true,
  hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 1),
};

export function hostAddress(address: string, prefixLength = 24): InterfaceAddress {
  return { interfaceIndex: eth0.index, address: ip(address), prefixLength, secondary: prefixLength === 32 };
}

const emptyConfig = load("").config;

/** What an instance has that is not written in these tests. */
const [plainInstance] = load(instanceText("")).config.vrrpInstances as [VrrpInstance];

/** VRRPv2, VRID 51, priority 100, 192.0.2.100 on eth0: changed as wanted. */
export function instanceOf(changes: Partial<VrrpInstance>): VrrpInstance {
  return {
    ...plainInstance,
    name: "V1",
    at: { file: "a.conf", line: 1 },
    family: 4,
    version: 2,
    interface: "eth0",
    virtualRouterId: 51,
    priority: 100,
    advertisementInterval: seconds(1),
    initialState: "backup",
    preempt: true,
    preemptDelay: seconds(0),
    accept: true,
    strict: false,
    authentication: { kind: "none" },
    virtualAddresses: [{ address: ip("192.0.2.100"), prefixLength: 32 }],
    excludedAddresses: [],
    unicastPeers: [],
    checkUnicastSource: false,
    unicastTtl: 255,
    checksumPseudoHeader: true,
    gratuitousArp: {
      delay: seconds(5),
      repeat: 5,
      refresh: seconds(0),
      refreshRepeat: 1,
      lowerPriorityDelay: seconds(5),
      lowerPriorityRepeat: 5,
    },
    lowerPriorityNoAdvertisement: false,
    higherPrioritySendAdvertisement: false,
    downTimerAdvertisements: 3,
    skipCheckAdvertisedAddresses: false,
    dontTrackPrimary: false,
    trackInterfaces: [],
    trackScripts: [],
    notify: {},
    smtpAlert: false,
    ...changes,
  };
}

export function configOf(instance?: VrrpInstance, script?: VrrpScript): Config {
  return {
    ...emptyConfig,
    vrrpInstances: instance === undefined ? [] : [instance],
    vrrpScripts: script === undefined ? [] : [script],
    virtualServers: [],
  };
}

/** An advertisement of 192.0.2.3 as it comes from the wire. */
export function advertisementPacket(options: {
  priority?: number;
  ttl?: number;
  virtualRouterId?: number;
}): VrrpHostEvent {
  const source = ip("192.0.2.3");
  const destination = ip("224.0.0.18");
  const message = encodeAdvertisement(
    {
      version: 2,
      virtualRouterId: options.virtualRouterId ?? 51,
      priority: options.priority ?? 100,
      interval: seconds(1),
      addresses: [ip("192.0.2.100")],
      authentication: { kind: "none" },
    },
    { source, destination, checksumPseudoHeader: true },
  );
  const ttl = options.ttl ?? 255;
  const packet = encodeIpv4Packet(message, { source, destination, identification: 1, ttl });
  return { kind: "packet", interface: "eth0", family: 4, packet, source, destination, hopLimit: ttl };
}
