import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { ToldDaemon } from "../support/told-daemon.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

/** The default for priorities; each is a life of its own. */
const DEFAULTS = ["", "vrrp_notify_priority_changes", "vrrp_notify_priority_changes off"] as const;

const ASKS = { unset: "", on: "notify_priority_changes", off: "notify_priority_changes off" } as const;

const BLOCKS = `vrrp_script w {
  script "/usr/bin/test -e {D}/files/w"
  interval 1
  weight 10
}
`;

/** Commands for every change: of an instance or a group, with its name. */
function commands(name: string): string {
  const states = ["master", "backup", "fault", "stop"].map(
    (state) => `notify_${state} "{D}/say ${name} ${state}"`,
  );
  return [...states, `notify "{D}/say ${name} any"`].join("\n  ");
}

class Configuration {
  #id = 0;
  text = BLOCKS;

  instance(
    name: string,
    how: { priority?: number; interval?: number; lines?: string; only?: boolean } = {},
  ): this {
    const id = ++this.#id;
    this.text += `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${id}
  version 3
  advert_int ${how.interval ?? 0.2}
  priority ${how.priority ?? 100}
  ${how.lines ?? ""}
  virtual_ipaddress {
    10.78.0.${id}
  }
}
`;
    return this;
  }

  group(name: string, members: readonly string[], lines = ""): this {
    this.text += `vrrp_sync_group ${name} {\n  group {\n    ${members.join("\n    ")}\n  }\n  ${lines}\n}\n`;
    return this;
  }
}

/** Who asks for priorities: each way of an instance in each way of a group, and alone. */
function askers(configuration: Configuration): void {
  for (const [group, groupLine] of Object.entries(ASKS)) {
    for (const [own, line] of Object.entries(ASKS)) {
      const name = `${own}-in-${group}`;
      configuration.instance(name, { lines: line }).instance(`${name}-other`);
      configuration.group(`G-${name}`, [name, `${name}-other`], `${groupLine}\n  track_script {\n    w\n  }`);
    }
  }
  for (const [own, line] of Object.entries(ASKS))
    configuration.instance(`${own}-alone`, { lines: `${line}\n  track_script {\n    w\n  }` });
}

function wholeLife(after: "start" | "reload"): string {
  const configuration = new Configuration();
  askers(configuration);
  const tracked = "track_interface {\n    eth1\n  }";
  configuration
    .instance("owner", { priority: 255, lines: `state MASTER\n  ${commands("owner")}` })
    .instance("ownerBackup", { priority: 255, lines: `state BACKUP\n  preempt\n  debug 3` })
    // The one that says MASTER has the longer wait, outside of a group and in one.
    .instance("saysMaster", { interval: 1, priority: 100, lines: "state MASTER\n  preempt\n  debug 1" })
    .instance("saysBackup", { interval: 1, priority: 200, lines: "state BACKUP" })
    .instance("groupMaster1", { interval: 1, priority: 100, lines: "state MASTER" })
    .instance("groupMaster2", { interval: 1, priority: 250, lines: "state MASTER" })
    .group("groupMaster", ["groupMaster1", "groupMaster2"])
    .instance("groupBackup1", { interval: 1, priority: 200, lines: "state BACKUP" })
    .instance("groupBackup2", { interval: 1, priority: 250, lines: "state BACKUP" })
    .group("groupBackup", ["groupBackup1", "groupBackup2"])
    .instance("faulty", { lines: `${tracked}\n  ${commands("faulty")}` })
    .instance("member1", { lines: `${tracked}\n  ${commands("member1")}` })
    .instance("member2", { lines: commands("member2") })
    .group("told", ["member1", "member2"], commands("told"));
  if (after === "start") {
    configuration
      .instance("deleted", { lines: `${commands("deleted")}\n  notify_deleted "{D}/say deleted deleted"` })
      .instance("deletedWord", { lines: `${commands("deletedWord")}\n  notify_deleted` })
      .instance("deletedFault", { lines: commands("deletedFault") });
  }
  return configuration.text;
}

const suite = {
  title: "whole lives of many routers beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-life");
  const all = new Map<string, ToldDaemon>();
  const said = new Map<DaemonProgram, readonly string[]>();

  beforeAll(async () => {
    const programs = ["keepalived", "locum"] as const;
    await Promise.all(programs.flatMap((program) => DEFAULTS.map((line) => life(program, line))));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...all.values()].map((one) => one.dispose()));
    namespaces.remove();
  });

  async function life(program: DaemonProgram, line: (typeof DEFAULTS)[number]): Promise<void> {
    const daemon = new ToldDaemon(namespaces, { program, name: `d${DEFAULTS.indexOf(line)}-${program}` });
    all.set(`${line} ${program}`, daemon);
    const { folder } = daemon.stage;
    writeFileSync(join(folder, "say"), `#!/bin/sh\necho "$@" >> ${folder}/said\n`, { mode: 0o755 });
    const slow = (name: string) => {
      writeFileSync(
        join(folder, name),
        `#!/bin/sh\necho $$ ${name} "$@" >> ${folder}/ends\nexec sleep 1000\n`,
        { mode: 0o755 },
      );
      return `  ${name}_script "${folder}/${name} now"\n  ${name}_script_timeout 1\n`;
    };
    const reader = `#!/bin/sh\necho "arguments $*" >> ${folder}/heard\nexec cat "$2" >> ${folder}/heard\n`;
    writeFileSync(join(folder, "reader"), reader, { mode: 0o755 });
    const read = `  vrrp_notify_fifo ${folder}/own\n  vrrp_notify_fifo_script "${folder}/reader first"\n`;
    const globals = `${read}  ${line}\n${line === "" ? slow("startup") + slow("shutdown") : ""}`;
    daemon.configure(wholeLife("start"), globals);
    daemon.daemon.start();
    const everyone = (word: string) =>
      daemon.until((told) => [...told.values()].every((words) => words.at(-1)?.startsWith(word)));
    await daemon.hears("groupMaster", "MASTER 0");
    await everyone("MASTER");
    writeFileSync(join(folder, "files", "w"), "");
    await daemon.hears("on-alone", "MASTER_PRIORITY 110");
    daemon.run("ip", "link", "set", "eth1", "down");
    await daemon.hears("told", "FAULT 0");
    await daemon.hears("faulty", "FAULT 100");
    daemon.run("ip", "link", "set", "eth1", "up");
    await daemon.hears("told", "MASTER 0");
    await daemon.hears("faulty", "MASTER 100");
    daemon.configure(wholeLife("reload"), globals);
    daemon.daemon.signal("SIGHUP");
    await daemon.hears("deletedFault", "FAULT 100");
    await daemon.hears("deletedWord", "DELETED 100");
    expect(await daemon.daemon.stop()).toBe(0);
    await daemon.hears("told", "STOP 0");
    const text = () => readFileSync(join(folder, "said"), "utf8").trim().split("\n");
    await eventually(() => text().some((words) => words.startsWith("told any GROUP told STOP")), {
      within: 5_000,
    });
    said.set(program, text());
  }

  const of = (program: DaemonProgram, line: string = DEFAULTS[0]): ToldDaemon => {
    const found = all.get(`${line} ${program}`);
    if (found === undefined) throw new Error(`${program} was not run`);
    return found;
  };

  it.each(DEFAULTS)("with '%s' the pipe gets the same lines about each", (line) => {
    const [theirs, ours] = [of("keepalived", line), of("locum", line)];
    // At a reload 2.2.7 tells a priority that has not changed, and of masters as if they were backups.
    const again = /BACKUP_PRIORITY 110$/;
    const without = [...theirs.told].map(([name, words]) => [
      name,
      words.filter((word) => !again.test(word)),
    ]);
    expect(Object.fromEntries(ours.told)).toEqual(Object.fromEntries(without));
    expect(ours.lines.toSorted()).toEqual(theirs.lines.filter((each) => !again.test(each)).toSorted());
    expect(theirs.told.get("on-alone")).toContain("BACKUP_PRIORITY 110");
    expect(ours.told.get("off-in-on")).not.toContain("MASTER_PRIORITY 110");
  });

  it("begins and ends in the same order: groups, then instances, at the end the other way round", () => {
    const lines = (program: DaemonProgram, word: string) =>
      of(program).lines.filter((line) => line.includes(` ${word} `));
    const first = (program: DaemonProgram) => lines(program, "BACKUP").slice(0, 60);
    const started = first("keepalived").findIndex((line) => line.includes("deletedFault"));
    expect(first("locum").slice(0, started + 1)).toEqual(first("keepalived").slice(0, started + 1));
    expect(started).toBeGreaterThan(30);
    expect(lines("locum", "STOP")).toEqual(lines("keepalived", "STOP"));
  });

  it("state MASTER does not shorten the first wait, save for an owner", () => {
    for (const program of ["keepalived", "locum"] as const) {
      const names = ["owner", "saysMaster", "saysBackup", "groupMaster", "groupBackup"];
      const masters = of(program)
        .lines.map((line) => /"(\w+)" MASTER \d/.exec(line)?.[1] ?? "")
        .filter((name) => names.includes(name))
        .filter((name, at, every) => every.indexOf(name) === at);
      expect([program, masters[0]]).toEqual([program, "owner"]);
      expect(masters.slice(1, 3).toSorted()).toEqual(["groupBackup", "saysBackup"]);
      expect(masters.slice(3).toSorted()).toEqual(["groupMaster", "saysMaster"]);
      expect(of(program).told.get("owner")).toEqual(["MASTER 255", "STOP 255"]);
    }
  });

  it("runs the same commands with the same words", () => {
    expect(said.get("locum")?.toSorted()).toEqual(said.get("keepalived")?.toSorted());
    expect(said.get("locum")).toContain("deleted deleted");
    expect(said.get("locum")).toContain("told stop");
  });

  it("the script that reads a pipe gets its arguments and the lines, in ours to the last one", () => {
    const heard = (program: DaemonProgram) => {
      const { folder } = of(program).stage;
      return readFileSync(join(folder, "heard"), "utf8").trim().replaceAll(folder, "{D}").split("\n");
    };
    const [theirs, ours] = [heard("keepalived"), heard("locum")];
    const beginning = (program: DaemonProgram) => {
      const { lines } = of(program);
      return lines.slice(
        0,
        lines.findIndex((line) => /DELETED|BACKUP_PRIORITY 110/.test(line)),
      );
    };
    expect([theirs[0], ours[0]]).toEqual(new Array(2).fill("arguments first {D}/own"));
    expect(ours.slice(1)).toEqual(of("locum").lines);
    // Until the reload, which tells both.
    expect(beginning("keepalived").length).toBeGreaterThan(90);
    expect(theirs.slice(1, beginning("keepalived").length + 1)).toEqual(beginning("keepalived"));
    // Its reader is ended and started again at a reload, and ended before the last lines.
    expect(theirs.filter((line) => line.startsWith("arguments"))).toHaveLength(2);
    expect(theirs.filter((line) => line.includes(" STOP "))).toEqual([]);
  });

  it("startup_script and shutdown_script are ended after their limits, and hold up nothing for longer", () => {
    for (const program of ["keepalived", "locum"] as const) {
      const ends = readFileSync(join(of(program).stage.folder, "ends"), "utf8")
        .trim()
        .split("\n");
      expect(ends.map((line) => line.replace(/^\d+ /, ""))).toEqual(["startup now", "shutdown now"]);
      for (const line of ends) expect(existsSync(`/proc/${line.split(" ")[0]}/exe`)).toBe(false);
    }
  });
});
