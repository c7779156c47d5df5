#!/usr/bin/env node
// What a step of the VRRP director costs with many virtual routers, sockets left out: `node bench/vrrp-director.mjs
// [ROUTERS]` after a build. 250 of them to an interface, VRRPv3 at 10 ms, once without and once with one sync group.
import { performance } from "node:perf_hooks";
import { loadConfiguration } from "../dist/conf/load-configuration.js";
import { vrrpDirector } from "../dist/director/vrrp-director.js";
import { initialVrrpState } from "../dist/director/vrrp-director-state.js";

const routers = Number(process.argv[2] ?? 1_000);
const perInterface = 250;
const count = Math.ceil(routers / perInterface);
const links = Array.from({ length: count }, (_, at) => ({
  index: 2 + at,
  name: `eth${at}`,
  up: true,
  running: true,
  hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, at),
}));
const own = (index, address, prefixLength = 24) => ({
  interfaceIndex: index,
  address,
  prefixLength,
  secondary: false,
});
const virtual = (at) => `10.${Math.floor(at / 200)}.1.${(at % 200) + 1}`;

function configuration(grouped) {
  const blocks = Array.from(
    { length: routers },
    (_, at) =>
      `vrrp_instance V${at} {\n version 3\n interface eth${Math.floor(at / perInterface)}\n virtual_router_id ${(at % perInterface) + 1}\n priority 100\n advert_int 0.01\n virtual_ipaddress {\n ${virtual(at)}/32\n }\n}\n`,
  );
  const names = Array.from({ length: routers }, (_, at) => `V${at}`).join("\n");
  const text = blocks.join("") + (grouped ? `vrrp_sync_group G {\n group {\n${names}\n}\n}\n` : "");
  return loadConfiguration({
    root: "main.conf",
    options: { configId: "host" },
    read: () => [{ kind: "file", path: "main.conf", text }],
  }).config;
}

for (const grouped of [false, true]) {
  const config = configuration(grouped);
  const state = initialVrrpState();
  let now = 1_000_000_000;
  const deliver = (event) => {
    const { effects } = vrrpDirector.step(state, event, now);
    vrrpDirector.deadline(state);
    return effects;
  };
  const measure = (what, events, run) => {
    const began = performance.now();
    run();
    const spent = performance.now() - began;
    const each = ((spent * 1_000) / events).toFixed(1);
    console.log(
      `${grouped ? "one group" : "no group "}  ${what}: ${each} us each, ${spent.toFixed(1)} ms in all`,
    );
  };
  const pass = (microseconds) => {
    const end = now + microseconds;
    const seen = { alarms: 0, packets: 0 };
    for (
      let due = vrrpDirector.deadline(state);
      due !== undefined && due <= end;
      due = vrrpDirector.deadline(state)
    ) {
      now = Math.max(now, due);
      seen.alarms++;
      for (const effect of deliver({ kind: "alarm" })) if (effect.kind === "send-packet") seen.packets++;
    }
    now = end;
    return seen;
  };
  const addresses = links.map((link, at) => own(link.index, `192.0.${at}.2`));
  measure("start", 1, () => deliver({ kind: "start", config, links, addresses }));
  measure("takeover", routers, () => pass(50_000));
  pass(1_000_000);
  const began = performance.now();
  const { alarms, packets } = pass(1_000_000);
  const spent = performance.now() - began;
  console.log(
    `${grouped ? "one group" : "no group "}  a second as masters: ${packets} packets, ${alarms} alarms, ${spent.toFixed(0)} ms, ${((spent * 1_000) / packets).toFixed(1)} us a packet`,
  );
  const [first] = links;
  measure("another address of an interface", 2_000, () => {
    const address = own(first.index, "192.0.200.7");
    for (let at = 0; at < 1_000; at++) {
      deliver({ kind: "address-added", address });
      deliver({ kind: "address-removed", address });
    }
  });
  measure("a virtual address told", routers, () => {
    for (let at = 0; at < routers; at++) {
      deliver({
        kind: "address-added",
        address: own(links[Math.floor(at / perInterface)].index, virtual(at), 32),
      });
    }
  });
  measure("the link of 250 down", 1, () => deliver({ kind: "link", link: { ...first, running: false } }));
  measure("the link of 250 up", 1, () => deliver({ kind: "link", link: first }));
  measure("reload", 1, () => deliver({ kind: "reload", config }));
}
