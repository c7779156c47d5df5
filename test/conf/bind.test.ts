import { describe, expect, it } from "vitest";
import { inSeconds, seconds } from "../../src/base/time.ts";
import { fatalExitCode } from "../../src/conf/diagnostic.ts";
import { findings, instanceText, load } from "./configuration.ts";

/** The first instance of a text. */
function instanceOf(lines: string, before = "") {
  const [instance] = load(before + instanceText(lines)).config.vrrpInstances;
  if (!instance) throw new Error("no instance was bound");
  return instance;
}

describe("vrrp_instance", () => {
  it("fills in keepalived's defaults", () => {
    expect(instanceOf("")).toMatchObject({
      name: "V",
      at: { file: "main.conf", line: 1 },
      family: 4,
      version: 2,
      interface: "eth0",
      virtualRouterId: 51,
      priority: 100,
      advertisementInterval: seconds(1),
      initialState: "backup",
      preempt: true,
      preemptDelay: 0,
      accept: true,
      authentication: { kind: "none" },
      virtualAddresses: [{ address: "192.0.2.1", prefixLength: 24 }],
      downTimerAdvertisements: 3,
      gratuitousArp: {
        delay: seconds(5),
        repeat: 5,
        refresh: 0,
        refreshRepeat: 1,
        lowerPriorityDelay: seconds(5),
        lowerPriorityRepeat: 5,
      },
    });
  });

  it("makes a MASTER without a priority the owner of the address", () => {
    expect(instanceOf("state MASTER").priority).toBe(255);
    expect(instanceOf("state MASTER\npriority 150").priority).toBe(150);
  });

  it("lets priority 255 start as MASTER unless its state is written", () => {
    expect(instanceOf("priority 255").initialState).toBe("master");
    expect(instanceOf("priority 255\nstate BACKUP").initialState).toBe("backup");
    expect(instanceOf("priority 254").initialState).toBe("backup");
  });

  it("takes false for what it says", () => {
    const on = "global_defs {\nvrrp_skip_check_adv_addr\n}\n";
    expect(instanceOf("", on).skipCheckAdvertisedAddresses).toBe(true);
    expect(instanceOf("skip_check_adv_addr false", on).skipCheckAdvertisedAddresses).toBe(false);
  });

  it("takes defaults from global_defs", () => {
    const before = "global_defs {\nvrrp_version 3\nvrrp_garp_master_delay 2\nvrrp_down_timer_adverts 4\n}\n";
    const instance = instanceOf("garp_master_repeat 3", before);
    expect(instance).toMatchObject({ version: 3, downTimerAdvertisements: 4 });
    expect(instance.gratuitousArp).toMatchObject({
      delay: seconds(2),
      repeat: 3,
      lowerPriorityDelay: seconds(2),
      lowerPriorityRepeat: 5,
    });
  });

  it("speaks version 3 over IPv6", () => {
    const text =
      "vrrp_instance V {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\nfe80::1\n}\n}\n";
    expect(load(text).config.vrrpInstances[0]).toMatchObject({ family: 6, version: 3 });
  });

  it.each([
    ["advert_int 1.5", 2],
    ["version 3\nadvert_int 0.014", 0.01],
    ["version 3\nadvert_int 50", 40.95],
    ["version 3\nadvert_int 0.01", 0.01],
    ["advert_int 255", 255],
  ])("interval of %s", (lines, expected) => {
    expect(inSeconds(instanceOf(lines).advertisementInterval)).toBe(expected);
  });

  it("reads every word of an address line", () => {
    const text = instanceText(
      "virtual_ipaddress_excluded {\n192.0.2.9/24 brd + dev eth1 scope link label eth1:v\n}",
    );
    expect(load(text).config.vrrpInstances[0]?.excludedAddresses).toEqual([
      {
        address: "192.0.2.9",
        prefixLength: 24,
        broadcast: "192.0.2.255",
        device: "eth1",
        scope: "link",
        label: "eth1:v",
      },
    ]);
  });

  it("cuts a password to the 8 bytes that the protocol carries", () => {
    const lines = "authentication {\nauth_type PASS\nauth_pass 1234567890\n}";
    expect(instanceOf(lines).authentication).toEqual({ kind: "pass", password: "12345678" });
  });

  it("reads unicast peers with their limits", () => {
    const instance = instanceOf(
      "unicast_src_ip 192.0.2.7\nunicast_peer {\n192.0.2.8 min_ttl 2 max_ttl 9\n192.0.2.9\n}",
    );
    expect(instance.sourceAddress).toBe("192.0.2.7");
    expect(instance.unicastPeers).toEqual([
      { address: "192.0.2.8", minTtl: 2, maxTtl: 9 },
      { address: "192.0.2.9" },
    ]);
  });

  it("gives a tracked script the weight of its line, or its own", () => {
    const before =
      'vrrp_script s {\nscript "/bin/s a"\nweight -5\n}\nvrrp_script t {\nscript /bin/t\nweight 7 reverse\n}\n';
    const instance = instanceOf("track_script {\ns\nt weight 9 noreverse\n}", before);
    expect(instance.trackScripts).toEqual([
      { name: "s", weight: -5, reverse: false },
      { name: "t", weight: 9, reverse: false },
    ]);
  });

  it("splits quoted commands and takes the user after a command", () => {
    expect(instanceOf('notify_master "/bin/n a" web www\nnotify /bin/m b c').notify).toEqual({
      master: { argv: ["/bin/n", "a"], user: { user: "web", group: "www" } },
      any: { argv: ["/bin/m"], user: { user: "b", group: "c" } },
    });
  });

  it("takes the last of several lines with one keyword", () => {
    expect(instanceOf("priority 10\npriority 20\nnopreempt\npreempt").priority).toBe(20);
    expect(instanceOf("nopreempt\npreempt").preempt).toBe(true);
  });

  it("keeps the default where a value is refused", () => {
    expect(instanceOf("priority 300\nadvert_int 0").priority).toBe(100);
  });
});

describe("what a daemon must refuse", () => {
  const both = instanceText("");
  it.each([
    ["missing value", instanceText("priority"), 2],
    ["no router id", "vrrp_instance V {\ninterface eth0\n}\n", 2],
    ["no interface", "vrrp_instance V {\nvirtual_router_id 1\n}\n", 2],
    ["router id twice", both + both.replace("V {", "W {"), 2],
    [
      "router id twice on two interfaces",
      both + both.replace("V {", "W {").replace("eth0", "eth1"),
      undefined,
    ],
    ["unknown keyword", instanceText("bogus"), undefined],
    ["nothing", "", undefined],
  ])("%s", (_what, text, code) => {
    expect(fatalExitCode(load(text).diagnostics)).toBe(code);
  });

  it("an interface that is not there, unless it is waited for", () => {
    const host = { interfaces: ["lo", "eth1"] };
    expect(fatalExitCode(load(instanceText(""), { host }).diagnostics)).toBe(2);
    const waiting = `global_defs {\ndynamic_interfaces\n}\n${instanceText("")}`;
    expect(fatalExitCode(load(waiting, { host }).diagnostics)).toBeUndefined();
  });
});

describe("global_defs", () => {
  it("binds what the daemon uses", () => {
    const { global } = load(`global_defs {
      router_id "r 1"
      script_user web
      enable_script_security
      notification_email { a@example.org b@example.org }
      smtp_server 192.0.2.25 2525
      vrrp_startup_delay 2.5
      max_auto_priority
      vrrp_rt_priority 150
      lvs_flush
    }`).config;
    expect(global).toMatchObject({
      routerId: "r 1",
      scriptUser: { user: "web" },
      enableScriptSecurity: true,
      notificationEmail: ["a@example.org", "b@example.org"],
      smtpServer: "192.0.2.25 2525",
      vrrpStartupDelay: seconds(2.5),
      maxAutoPriority: 99,
      processes: { vrrp: { realtimePriority: 99 } },
      lvsFlush: true,
    });
  });

  it("lets later blocks win", () => {
    expect(load("global_defs {\nrouter_id a\n}\nglobal_defs {\nrouter_id b\n}").config.global.routerId).toBe(
      "b",
    );
  });
});

describe("virtual_server", () => {
  const text = `virtual_server 192.0.2.1 80 {
    delay_loop 6
    retry 4
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    virtualhost www.example.org
    sorry_server 192.0.2.99 8080
    real_server 10.0.0.1 8080 {
      weight 3
      delay_loop 2
      TCP_CHECK {
        connect_port 81
        retry 2
      }
    }
    real_server 10.0.0.2 {
      HTTP_GET {
        url {
          path /a
          status_code 200 301-302
        }
        url {
          digest D41D8CD98F00B204E9800998ECF8427E
        }
      }
    }
  }
`;
  const [server] = load(text).config.virtualServers;

  it("binds the service", () => {
    expect(server).toMatchObject({
      key: { kind: "address", protocol: "tcp", address: "192.0.2.1", port: 80 },
      scheduler: "wrr",
      forwarding: "nat",
      quorum: 1,
      hysteresis: 0,
      sorryServer: { address: "192.0.2.99", port: 8080, forwarding: "nat" },
    });
  });

  it("lets a check inherit its times from the real server and the service", () => {
    const [first, second] = server?.realServers ?? [];
    expect(first).toMatchObject({ address: "10.0.0.1", port: 8080, weight: 3 });
    expect(first?.checkers).toEqual([
      {
        kind: "tcp",
        timing: {
          delayLoop: seconds(2),
          retry: 2,
          delayBeforeRetry: seconds(1),
          warmup: seconds(2),
          timeout: seconds(5),
          alpha: false,
        },
        target: { address: "10.0.0.1", port: 81 },
      },
    ]);
    expect(second).toMatchObject({ port: 80, weight: 1 });
    expect(second?.checkers[0]).toMatchObject({
      kind: "http",
      tls: false,
      virtualHost: "www.example.org",
      timing: { delayLoop: seconds(6), retry: 4, delayBeforeRetry: seconds(3) },
      urls: [
        {
          path: "/a",
          statusCodes: [
            { from: 200, to: 200 },
            { from: 301, to: 302 },
          ],
        },
        { path: "/", digest: "d41d8cd98f00b204e9800998ecf8427e", statusCodes: [{ from: 100, to: 599 }] },
      ],
    });
  });

  it("binds a firewall mark and a persistence without a number", () => {
    const fwmark =
      "virtual_server fwmark 7 {\nip_family inet6\npersistence_timeout\nlb_algo rr\nlb_kind DR\nreal_server 2001:db8::1 {\n}\n}\n";
    expect(load(fwmark).config.virtualServers[0]).toMatchObject({
      key: { kind: "fwmark", mark: 7, family: 6 },
      persistenceTimeout: 360,
      realServers: [{ address: "2001:db8::1", port: 0 }],
    });
  });

  it("resets a port that DR cannot map", () => {
    const mapped = load(text.replace("lb_kind NAT", "lb_kind DR"));
    expect(mapped.config.virtualServers[0]?.realServers[0]?.port).toBe(80);
    expect(findings(mapped)).toContain("port-mapping-without-nat@1:1");
  });
});

describe("what is read but not acted on", () => {
  it("is told, does not fail, and is no finding of keepalived's", () => {
    const { config, diagnostics } = load(`global_defs {\nlvs_timeouts tcp 900\n}\n${instanceText("")}`);
    expect(config.vrrpInstances).toHaveLength(1);
    const [told, ...rest] = diagnostics.filter(({ code }) => code === "not-yet-supported");
    expect([told?.keepalived, rest]).toEqual([undefined, []]);
    expect(told?.message).toContain("accepted but has no effect in this version of locum");
  });
});
