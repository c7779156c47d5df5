import { instance, instanceCalled } from "../rules/example.ts";
import type { LanguagePage } from "./page.ts";

const authentication = "authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz\n    }";
const second = instanceCalled("mail", [
  "virtual_router_id 52",
  "virtual_ipaddress {\n        192.0.2.11/24\n    }",
]);

/** Findings about VRRP instances. */
export const instancePages: readonly LanguagePage[] = [
  {
    code: "virtual-router-id-missing",
    severity: "error",
    summary: "An instance has no valid virtual_router_id.",
    reason: "It is what the routers of a pair know each other by, so the daemon does not start without it.",
    mend: "add virtual_router_id N with N from 1 to 255, the same on every router of the pair",
    example: { bad: instance().replace("    virtual_router_id 51\n", ""), line: 7, good: instance() },
  },
  {
    code: "interface-not-set",
    severity: "error",
    summary: "An instance names no interface.",
    reason: "There is nothing to speak on, so the daemon does not start.",
    mend: "add interface NAME, such as interface eth0",
    example: { bad: instance().replace("    interface eth0\n", ""), line: 7, good: instance() },
  },
  {
    code: "loopback-interface",
    severity: "error",
    summary: "An instance runs on lo.",
    reason: "No other router can be reached there.",
    mend: "write the interface the routers share, such as eth0",
    example: { bad: instance("interface lo"), line: 2, good: instance(), also: ["interface-not-set"] },
  },
  {
    code: "duplicate-virtual-router-id",
    severity: "error",
    summary: "Two instances have the same virtual_router_id on one interface.",
    reason:
      "They would hear each other as if they were peers. The daemon does not start. The two may stand in different included files.",
    mend: "give one of them another virtual_router_id, the same on its peers",
    example: {
      bad: instance() + second.replace("52", "51"),
      line: 9,
      good: instance() + second,
    },
  },
  {
    code: "duplicate-name",
    severity: "error",
    summary: "Two blocks of one kind have the same name.",
    reason: "The second one is skipped as a whole.",
    mend: "give it another name, or remove it",
    example: { bad: instance() + second.replace("mail", "web"), line: 9, good: instance() + second },
  },
  {
    code: "no-virtual-address",
    severity: "warning",
    summary: "An instance has no virtual address.",
    reason:
      "There is nothing for it to move. In a cloud, where a script moves the address, that may be meant.",
    mend: "add virtual_ipaddress { ADDRESS/LENGTH }",
    example: {
      bad: "vrrp_instance web {\n    interface eth0\n    virtual_router_id 51\n    priority 100\n}\n",
      line: 1,
      good: instance(),
    },
  },
  {
    code: "bad-prefix-length",
    severity: "error",
    summary: "The prefix length of an address is no number from 0 to 32, or 128 for IPv6.",
    reason: "The address counts as a single one, so the router has no route to its network by it.",
    mend: "write ADDRESS/24, or the length of your network",
    example: {
      bad: instance().replace("192.0.2.10/24", "192.0.2.10/33"),
      line: 6,
      good: instance(),
    },
  },
  {
    code: "state-twice",
    severity: "warning",
    summary: "Another state after state MASTER.",
    reason: "MASTER stays, whatever state follows, though elsewhere the last of several lines counts.",
    mend: "keep one of the two lines",
    example: {
      bad: instance("state MASTER", "state BACKUP"),
      line: 9,
      good: instance("state BACKUP"),
    },
  },
  {
    code: "nopreempt-with-master",
    severity: "warning",
    summary: "nopreempt together with state MASTER.",
    reason:
      "A router that starts as master takes the address at once, and that is what nopreempt forbids. keepalived clears nopreempt, so the address comes back after every restart.",
    mend: "write state BACKUP on both routers; the priority decides who becomes master at the start",
    example: {
      bad: instance("state MASTER", "nopreempt"),
      line: 9,
      good: instance("state BACKUP", "nopreempt"),
    },
  },
  {
    code: "nopreempt-owner",
    severity: "warning",
    summary: "nopreempt together with priority 255.",
    reason: "The owner of an address always takes it, so nopreempt has no effect.",
    mend: "remove nopreempt, or lower the priority to 254",
    example: {
      bad: instance("priority 255", "nopreempt"),
      line: 8,
      good: instance("priority 254", "nopreempt"),
      also: ["owner-priority"],
    },
  },
  {
    code: "preempt-delay-without-effect",
    severity: "warning",
    summary: "preempt_delay where nothing is preempted, or nothing waits.",
    reason:
      "The delay is between seeing a lower master and preempting it. With nopreempt that never happens, with state MASTER it is over before it begins, and strict mode forbids it.",
    mend: "remove preempt_delay, or what contradicts it",
    example: { bad: instance("nopreempt", "preempt_delay 60"), line: 9, good: instance("preempt_delay 60") },
  },
  {
    code: "advert-interval-too-long",
    severity: "warning",
    summary: "advert_int is longer than the packet can carry.",
    reason: "Version 2 has room for 255 seconds, version 3 for 40.95; the longest possible counts.",
    mend: "write a shorter interval",
    example: {
      bad: instance("version 3", "advert_int 60"),
      line: 9,
      good: instance("version 3", "advert_int 1"),
      also: ["slow-takeover"],
    },
  },
  {
    code: "advert-interval-rounded",
    severity: "warning",
    summary: "advert_int is finer than the version of VRRP counts.",
    reason:
      "Version 2 counts whole seconds, version 3 hundredths. A half second in version 2 becomes a whole one.",
    mend: "write whole seconds, or use version 3",
    example: { bad: instance("advert_int 0.5"), line: 8, good: instance("version 3", "advert_int 0.5") },
  },
  {
    code: "auth-pass-too-long",
    severity: "warning",
    summary: "auth_pass has more than 8 bytes.",
    reason:
      "Version 2 carries 8 bytes. The rest is cut off, so two passwords that differ only behind them are the same, and a router of another make may not cut.",
    mend: "write at most 8 bytes, the same on every router",
    example: {
      bad: instance("authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz99\n    }"),
      line: 10,
      good: instance(authentication),
    },
  },
  {
    code: "auth-pass-missing",
    severity: "error",
    summary: "An auth_type without auth_pass.",
    reason: "There is no authentication then, and a peer that has one drops every advertisement.",
    mend: "add auth_pass with up to 8 bytes, or remove the block",
    example: {
      bad: instance("authentication {\n        auth_type PASS\n    }"),
      line: 9,
      good: instance(authentication),
    },
  },
  {
    code: "authentication-in-version-3",
    severity: "warning",
    summary: "An authentication block in version 3.",
    reason: "Version 3 carries no password, so the block has no effect and protects nothing.",
    mend: "remove the block, or use version 2",
    example: {
      bad: instance("version 3", authentication),
      line: 9,
      good: instance("version 2", authentication),
    },
  },
  {
    code: "authentication-in-strict-mode",
    severity: "warning",
    summary: "An authentication block in strict mode.",
    reason: "RFC 3768 took authentication out of the protocol, so strict mode ignores the block.",
    mend: "remove the block, or turn strict mode off",
    example: {
      bad: instance("strict_mode on", authentication),
      line: 9,
      good: instance(authentication),
      also: ["strict-hides-address"],
    },
  },
  {
    code: "master-with-ah",
    severity: "warning",
    summary: "state MASTER with AH authentication.",
    reason: "AH needs to have heard the sequence numbers first, so the router starts as backup.",
    mend: "write state BACKUP",
    example: {
      bad: instance("state MASTER", authentication.replace("PASS", "AH")),
      line: 8,
      good: instance("state BACKUP", authentication.replace("PASS", "AH")),
    },
  },
  {
    code: "strict-master-state",
    severity: "warning",
    summary: "Strict mode, and the state does not fit the priority.",
    reason:
      "In strict mode only the owner of the address, priority 255, starts as master. The state is corrected.",
    mend: "write state BACKUP, or priority 255 on the router that owns the address",
    example: {
      bad: instance("strict_mode on", "state MASTER"),
      line: 9,
      good: instance("state MASTER"),
      also: ["strict-hides-address"],
    },
  },
  {
    code: "strict-mode-resets",
    severity: "warning",
    summary: "A setting that strict mode does not allow.",
    reason: "It is no part of the protocol, so strict mode puts it back to what the RFC says.",
    mend: "remove the line, or turn strict mode off",
    example: {
      bad: instance("strict_mode on", "down_timer_adverts 5"),
      line: 9,
      good: instance("down_timer_adverts 5"),
      also: ["strict-hides-address"],
    },
  },
  {
    code: "accept-in-strict-mode",
    severity: "warning",
    summary: "accept in strict mode with version 2.",
    reason: "Version 2 knows no accept mode, so packets to the virtual address are dropped all the same.",
    mend: "turn strict mode off, or use version 3",
    example: {
      bad: instance("strict_mode on", "accept"),
      line: 9,
      good: instance("version 3", "strict_mode on", "accept"),
      also: ["strict-hides-address"],
    },
  },
  {
    code: "unicast-in-strict-mode",
    severity: "warning",
    summary: "Unicast peers in strict mode.",
    reason: "The protocol is multicast only.",
    mend: "remove unicast_peer, or turn strict mode off",
    example: {
      bad: instance(
        "strict_mode on",
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2\n    }",
        "check_unicast_src",
      ),
      line: 10,
      good: instance(
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2\n    }",
        "check_unicast_src",
      ),
      also: ["strict-hides-address"],
    },
  },
  {
    code: "unicast-without-peers",
    severity: "warning",
    summary: "A unicast keyword without any peer.",
    reason: "The instance speaks multicast then, which many clouds drop.",
    mend: "add unicast_peer { ADDRESS }, or write mcast_src_ip instead",
    example: { bad: instance("unicast_src_ip 192.0.2.1"), line: 8, good: instance("mcast_src_ip 192.0.2.1") },
  },
  {
    code: "unknown-peer-option",
    severity: "error",
    summary: "A word after a unicast peer that means nothing.",
    reason: "It is ignored; the limit it should have set does not count.",
    mend: "write ADDRESS, ADDRESS min_ttl N or ADDRESS max_ttl N",
    example: {
      bad: instance(
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2 ttl 64\n    }",
        "check_unicast_src",
      ),
      line: 10,
      good: instance(
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2 min_ttl 64\n    }",
        "check_unicast_src",
      ),
    },
  },
  {
    code: "bad-interface-name",
    severity: "error",
    summary: "The name for the interface of a virtual MAC cannot be one.",
    reason:
      "The kernel takes at most 15 characters, without / and :. The name is ignored and one is made up.",
    mend: "write a shorter name",
    example: {
      bad: instance("use_vmac vrrp-public-website"),
      line: 8,
      good: instance("use_vmac vrrp-web"),
    },
  },
  {
    code: "vmac-name-twice",
    severity: "error",
    summary: "The interface of a virtual MAC is given two names.",
    reason: "The first one counts.",
    mend: "keep one name",
    example: { bad: instance("use_vmac vrrp-web vrrp-web2"), line: 8, good: instance("use_vmac vrrp-web") },
  },
  {
    code: "vmac-name-taken",
    severity: "error",
    summary: "Two instances give the interface of their virtual MAC the same name.",
    reason: "An interface belongs to one instance; the second gets a name that is made up.",
    mend: "give each instance a name of its own",
    example: {
      bad: instance("use_vmac vrrp-web") + second.replace("{\n", "{\n    use_vmac vrrp-web\n"),
      line: 11,
      good: instance("use_vmac vrrp-web") + second.replace("{\n", "{\n    use_vmac vrrp-mail\n"),
    },
  },
  {
    code: "vmac-name-exists",
    severity: "error",
    summary: "The name for the interface of a virtual MAC is the name of another interface.",
    reason: "It cannot be created under that name. Seen only with --host.",
    mend: "write a name that no interface has",
    example: {
      bad: instance("use_vmac eth1"),
      line: 8,
      good: instance("use_vmac vrrp-web"),
      host: { interfaces: ["lo", "eth0", "eth1"] },
      note: "The machine has the interfaces lo, eth0 and eth1.",
    },
  },
  {
    code: "unicast-without-vmac-xmit-base",
    severity: "warning",
    summary: "use_vmac with unicast peers, but without vmac_xmit_base.",
    reason:
      "Unicast advertisements cannot leave by the interface of the virtual MAC, so vmac_xmit_base counts as set.",
    mend: "add vmac_xmit_base",
    example: {
      bad: instance(
        "use_vmac",
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2\n    }",
        "check_unicast_src",
      ),
      line: 14,
      good: instance(
        "use_vmac",
        "vmac_xmit_base",
        "unicast_src_ip 192.0.2.1",
        "unicast_peer {\n        192.0.2.2\n    }",
        "check_unicast_src",
      ),
    },
  },
];
