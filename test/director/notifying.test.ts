import { describe, expect, it } from "vitest";
import { after, type Instant, instant, seconds } from "../../src/base/time.ts";
import type { Config } from "../../src/conf/model/config.ts";
import type { VrrpHostEvent } from "../../src/director/host.ts";
import type { Notification } from "../../src/director/notification.ts";
import { vrrpDirector } from "../../src/director/vrrp-director.ts";
import { initialVrrpState } from "../../src/director/vrrp-director-state.ts";
import { load } from "../conf/configuration.ts";
import { advertisementPacket, eth0, hostAddress } from "./vrrp-fixtures.ts";

/** A director that remembers what it told. */
class Teller {
  readonly #state = initialVrrpState();
  now: Instant = instant(1_000_000_000);
  told: Notification[] = [];
  kinds: string[] = [];

  constructor(config: Config, { up = true }: { readonly up?: boolean } = {}) {
    const links = [{ ...eth0, up, running: up }];
    this.deliver({ kind: "start", config, links, addresses: [hostAddress("192.0.2.2")] });
  }

  deliver(event: VrrpHostEvent): void {
    for (const effect of vrrpDirector.step(this.#state, event, this.now).effects) {
      this.kinds.push(effect.kind);
      if (effect.kind === "notification") this.told.push(effect.notification);
    }
  }

  pass(duration: number): void {
    const end = after(this.now, seconds(duration));
    for (;;) {
      const due = vrrpDirector.deadline(this.#state);
      if (due === undefined || due > end) break;
      this.now = due > this.now ? due : this.now;
      this.deliver({ kind: "alarm" });
    }
    this.now = end;
  }

  /** The lines of the pipes since the last time. */
  lines(): string[] {
    return this.told.splice(0).flatMap(({ line }) => line?.text ?? []);
  }

  /** The commands since the last time, as they would be typed. */
  commands(): string[] {
    return this.told
      .splice(0)
      .flatMap(({ commands }) =>
        commands.map(({ command, arguments: words }) => [...command.argv, ...words].join(" ")),
      );
  }

  /** The subjects of the mails since the last time. */
  subjects(): string[] {
    return this.told.splice(0).flatMap(({ mail }) => mail?.subject ?? []);
  }
}

interface Parts {
  readonly global?: string;
  readonly v1?: string;
  readonly v2?: string;
  readonly group?: string;
  readonly more?: string;
}

/** Two instances on eth0, in a sync group when one is wanted. */
function configuration({ global = "", v1 = "", v2, group, more = "" }: Parts): Config {
  const instance = (name: string, at: { id: number; text: string }) => `vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${at.id}
    priority 100
    ${at.text}
    virtual_ipaddress {
      192.0.2.${49 + at.id}/32
    }
  }`;
  return load(`
    global_defs {
      ${global}
    }
    ${more}
    ${group === undefined ? "" : `vrrp_sync_group G {\n group {\n V1\n V2\n }\n ${group}\n }`}
    ${instance("V1", { id: 50, text: v1 })}
    ${v2 === undefined ? "" : instance("V2", { id: 51, text: v2 })}`).config;
}

const everyCommand = ["master", "backup", "fault", "stop"]
  .map((each) => `notify_${each} /n/${each}`)
  .join("\n");
const pipe = "notify_fifo /run/f";

describe("what is told of VRRP instances and groups", () => {
  it("runs notify_STATE, then notify with keepalived's arguments, for every state", () => {
    const teller = new Teller(configuration({ v1: `${everyCommand}\nnotify /n/any\n` }));
    teller.pass(4);
    teller.deliver({ kind: "link", link: { ...eth0, running: false } });
    teller.deliver({ kind: "shutdown" });
    expect(teller.commands()).toEqual([
      ...["/n/backup", "/n/any INSTANCE V1 BACKUP 100"],
      ...["/n/master", "/n/any INSTANCE V1 MASTER 100"],
      ...["/n/fault", "/n/any INSTANCE V1 FAULT 100"],
      ...["/n/stop", "/n/any INSTANCE V1 STOP 100"],
    ]);
  });

  it("writes keepalived's lines: groups before instances at the start, after them later, with priority 0", () => {
    const teller = new Teller(configuration({ global: pipe, v2: "", group: "" }));
    expect(teller.lines()).toEqual([
      'GROUP "G" BACKUP 0\n',
      'INSTANCE "V1" BACKUP 100\n',
      'INSTANCE "V2" BACKUP 100\n',
    ]);
    teller.pass(4);
    expect(teller.lines()).toEqual([
      'INSTANCE "V1" MASTER 100\n',
      'INSTANCE "V2" MASTER 100\n',
      'GROUP "G" MASTER 0\n',
    ]);
    teller.deliver({ kind: "shutdown" });
    expect(teller.lines()).toEqual([
      'INSTANCE "V1" STOP 100\n',
      'INSTANCE "V2" STOP 100\n',
      'GROUP "G" STOP 0\n',
    ]);
    expect(teller.kinds.at(-1)).toBe("stopped");
  });

  it("tells nobody that an owner was Backup for a moment, unless it is in a group", () => {
    const owner = "state MASTER\npriority 255";
    const alone = new Teller(configuration({ global: pipe, v1: owner }));
    alone.pass(1);
    expect(alone.lines()).toEqual(['INSTANCE "V1" MASTER 255\n']);
    const grouped = new Teller(configuration({ global: pipe, v1: owner, v2: owner, group: "" }));
    expect(grouped.lines()).toEqual([
      'GROUP "G" BACKUP 0\n',
      'INSTANCE "V1" BACKUP 255\n',
      'INSTANCE "V2" BACKUP 255\n',
    ]);
  });

  it("tells faults of a start before the groups", () => {
    const teller = new Teller(configuration({ global: pipe, v2: "", group: "" }), { up: false });
    expect(teller.lines()).toEqual([
      'INSTANCE "V1" FAULT 100\n',
      'INSTANCE "V2" FAULT 100\n',
      'GROUP "G" FAULT 0\n',
    ]);
  });

  it("tells nobody of the first wait for a script, and then what came of it", () => {
    const script = 'vrrp_script check {\n script "/bin/check"\n interval 1\n }';
    const config = configuration({
      global: pipe,
      v1: "track_script {\n check\n }",
      v2: "",
      group: "",
      more: script,
    });
    const good = new Teller(config);
    expect(good.lines()).toEqual([]);
    good.deliver({ kind: "script-result", script: "check", outcome: { kind: "exited", code: 0 } });
    expect(good.lines()).toEqual([
      'INSTANCE "V1" BACKUP 100\n',
      'INSTANCE "V2" BACKUP 100\n',
      'GROUP "G" BACKUP 0\n',
    ]);
    const bad = new Teller(config);
    bad.deliver({ kind: "script-result", script: "check", outcome: { kind: "exited", code: 1 } });
    expect(bad.lines()).toEqual([
      'INSTANCE "V1" FAULT 100\n',
      'INSTANCE "V2" FAULT 100\n',
      'GROUP "G" FAULT 0\n',
    ]);
  });

  it("tells a priority that is another from the start on, before every state", () => {
    const own = "track_interface {\n eth9 weight -10\n }\n notify_priority_changes";
    const teller = new Teller(configuration({ global: pipe, v1: own, v2: "" }));
    expect(teller.lines()).toEqual([
      'INSTANCE "V1" BACKUP_PRIORITY 90\n',
      'INSTANCE "V1" BACKUP 90\n',
      'INSTANCE "V2" BACKUP 100\n',
    ]);
  });

  it("runs notify_master_rx_lower_pri for a master that hears a lower priority", () => {
    const teller = new Teller(
      configuration({ global: pipe, v1: "", v2: "notify_master_rx_lower_pri /n/lower" }),
    );
    teller.pass(4);
    teller.told = [];
    teller.deliver(advertisementPacket({ priority: 50 }));
    expect(teller.told).toMatchObject([
      {
        about: "instance V2",
        commands: [{ command: { argv: ["/n/lower"] }, arguments: [] }],
        line: { pipe: "vrrp", text: 'INSTANCE "V2" MASTER_RX_LOWER_PRI 100\n' },
      },
    ]);
  });

  it("tells the pipes of priorities, by role, when asked to", () => {
    const script = 'vrrp_script check {\n script "/bin/check"\n interval 1\n weight -20\n }';
    const asked = "track_script {\n check\n }\n notify_priority_changes true";
    const teller = new Teller(configuration({ global: pipe, v1: asked, more: script }));
    teller.told = [];
    const fail = { kind: "script-result", script: "check", outcome: { kind: "exited", code: 1 } } as const;
    teller.deliver(fail);
    expect(teller.lines()).toEqual(['INSTANCE "V1" BACKUP_PRIORITY 80\n']);
    teller.pass(4);
    teller.told = [];
    teller.deliver({ ...fail, outcome: { kind: "exited", code: 0 } });
    expect(teller.lines()).toEqual(['INSTANCE "V1" MASTER_PRIORITY 100\n']);
  });

  it.each([
    { written: "", expected: ["/n/any INSTANCE V1 FAULT 100"] },
    { written: "notify_deleted", expected: ["/n/any INSTANCE V1 DELETED 100"] },
    { written: "notify_deleted /n/gone", expected: ["/n/gone", "/n/any INSTANCE V1 DELETED 100"] },
  ])("tells of an instance that a reload removes, with `$written`", ({ written, expected }) => {
    const teller = new Teller(configuration({ v1: `${everyCommand}\nnotify /n/any\n${written}` }));
    teller.told = [];
    teller.deliver({ kind: "reload", config: load("").config });
    expect(teller.commands()).toEqual(expected);
  });

  it("does not tell FAULT twice when what is at fault is removed", () => {
    const teller = new Teller(configuration({ v1: "notify /n/any" }), { up: false });
    expect(teller.commands()).toEqual(["/n/any INSTANCE V1 FAULT 100"]);
    teller.deliver({ kind: "reload", config: load("").config });
    expect(teller.commands()).toEqual([]);
  });

  it("repeats every state to the pipes after a reload, and to nobody else, when asked to", () => {
    const parts = { v1: "notify /n/any", v2: "", group: "" };
    const teller = new Teller(configuration({ ...parts, global: pipe }));
    teller.pass(4);
    teller.told = [];
    teller.deliver({ kind: "reload", config: configuration({ ...parts, global: pipe }) });
    expect(teller.told).toEqual([]);
    const asking = configuration({ ...parts, global: `${pipe}\nfifo_write_vrrp_states_on_reload` });
    teller.deliver({ kind: "reload", config: asking });
    expect(teller.told.flatMap(({ commands }) => commands)).toEqual([]);
    expect(teller.lines()).toEqual([
      'GROUP "G" MASTER 0\n',
      'INSTANCE "V1" MASTER 100\n',
      'INSTANCE "V2" MASTER 100\n',
    ]);
  });

  it("mails each change once, with keepalived's subjects, and no fault under no_email_faults", () => {
    const parts = { v1: "smtp_alert", v2: "", group: "smtp_alert" };
    const teller = new Teller(configuration(parts));
    teller.pass(4);
    teller.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect(teller.subjects()).toEqual([
      "VRRP Group G - Entering BACKUP state",
      "VRRP Instance V1 - Entering BACKUP state",
      "VRRP Instance V1 - Entering MASTER state",
      "VRRP Group G - Entering MASTER state",
      "VRRP Instance V1 - Entering FAULT state",
      "VRRP Group G - Entering FAULT state",
    ]);
    const quiet = new Teller(configuration({ v1: "smtp_alert", global: "no_email_faults" }));
    quiet.told = [];
    quiet.deliver({ kind: "link", link: { ...eth0, running: false } });
    quiet.deliver({ kind: "link", link: eth0 });
    // BACKUP is what was mailed last, so the way there and back is no news.
    expect(quiet.subjects()).toEqual([]);
    quiet.deliver({ kind: "shutdown" });
    expect(quiet.subjects()).toEqual(["VRRP Instance V1 - Stopping"]);
  });

  it("tells nobody when nobody listens", () => {
    const teller = new Teller(configuration({ v2: "", group: "" }));
    teller.pass(4);
    teller.deliver({ kind: "shutdown" });
    expect(teller.kinds).not.toContain("notification");
  });

  it.each([
    { global: "", v1: "", expected: false },
    { global: "notify_concurrent", v1: "", expected: true },
    { global: "notify_concurrent", v1: "notify_concurrent off", expected: false },
    { global: "", v1: "notify_concurrent", expected: true },
  ])("asks for commands side by side: global `$global`, instance `$v1`", ({ global, v1, expected }) => {
    const teller = new Teller(configuration({ global, v1: `notify /n/any\n${v1}` }));
    expect(teller.told).toMatchObject([{ about: "instance V1", concurrent: expected }]);
  });

  it("is locum's own word: keepalived 2.2.7 is said to ignore it, and the linter takes it as it is", () => {
    const text = "global_defs {\n  notify_concurrent\n}\n";
    const asTheirs = load(text, { compat: "2.2.7" }).diagnostics;
    expect(asTheirs).toMatchObject([
      { severity: "warning", code: "newer-keyword", help: expect.stringContaining("locum's own") },
    ]);
    expect(load(text, { compat: "latest" }).diagnostics).toEqual([]);
  });
});
