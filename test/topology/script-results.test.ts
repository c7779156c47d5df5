import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { ToldDaemon } from "../support/told-daemon.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

/** Scripts that give one result after another, whenever they run, and then the last one for ever. */
const SEQUENCES: Readonly<Record<string, readonly [lines: string, results: string]>> = {
  plain: ["weight 10", "1 0 1 1 0 0 1 0"],
  risesAndFalls: ["weight 10; rise 2; fall 3", "0 1 1 0 1 1 1 0 1 0 0 1 0 0"],
  firstDecides: ["weight 10; rise 3; fall 3", "1 0 0 1 0 0 0"],
  negative: ["weight -20; rise 2", "1 0 1 0 0 1"],
  reverse: ["weight 5 reverse", "1 0 1 0"],
  negativeReverse: ["weight -5 reverse", "0 1 0"],
  otherCodes: ["weight 10", "0 7 255 0"],
  fault: ["fall 2; rise 2", "0 1 0 1 1 0 1 0 0"],
  faultFirst: ["rise 2", "1 0 1 0 0"],
  initFail: ["init_fail; rise 2", "0 1 0 0 1 0 0"],
  initFailPositive: ["init_fail; weight 10; rise 2", "0 0 1 0 0"],
  initFailNegative: ["init_fail; weight -20; rise 2", "1 0 0 1 0 0"],
};

/** Scripts that end in another way. */
const OTHERS: Readonly<Record<string, string>> = {
  hangs: "script {D}/hangs; timeout 1; weight -10",
  deaf: "script {D}/deaf; timeout 1; weight -10",
  killed: "script {D}/killed; weight -10",
  whoever: 'script "{D}/who 65534:33"; user nobody www-data; weight 10',
  whoeverGroup: 'script "{D}/who 65534:65534"; user nobody; weight 10',
  unreachable: "script {D}/closed/script; user nobody",
  missing: "script {D}/nothing",
  opens: 'script "<{D}/files/opens"; weight 30',
  opensFolder: 'script "</tmp"; weight 31',
  noInterpreter: "script {D}/foreign; weight -10",
};

const SCRIPTS: Readonly<Record<string, string>> = {
  next: `#!/bin/sh\nread -r first rest < "$1"\n[ -z "$rest" ] || echo "$rest" > "$1"\nexit "$first"\n`,
  hangs: "#!/bin/sh\nexec sleep 100\n",
  deaf: "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n",
  killed: "#!/bin/sh\nkill -KILL $$\n",
  who: `#!/bin/sh\ntest "$(id -u):$(id -g)" = "$1"\n`,
  foreign: "#!/nonexistent/interpreter\n",
};

/** Nobody becomes master while the test runs: only trackers change anything. */
function configuration(): string {
  const blocks = [
    ...Object.entries(SEQUENCES).map(
      ([name, [lines]]) => [name, `script "{D}/next {D}/files/${name}"; ${lines}`] as const,
    ),
    ...Object.entries(OTHERS),
  ];
  return blocks
    .map(
      ([name, lines], at) => `vrrp_script ${name} {
  interval ${name === "hangs" || name === "deaf" ? 5 : 0.3}
  ${lines.replaceAll("; ", "\n  ")}
}
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${at + 1}
  version 3
  advert_int 40
  track_script {
    ${name}
  }
  virtual_ipaddress {
    10.78.0.${at + 1}
  }
}
`,
    )
    .join("");
}

const suite = {
  title: "results of scripts beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-scri");
  const all = new Map<DaemonProgram, ToldDaemon>();
  const told = new Map<DaemonProgram, Map<string, readonly string[]>>();

  beforeAll(async () => {
    await Promise.all((["keepalived", "locum"] as const).map(life));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([...all.values()].map((one) => one.dispose()));
    namespaces.remove();
  });

  async function life(program: DaemonProgram): Promise<void> {
    const daemon = new ToldDaemon(namespaces, { program });
    all.set(program, daemon);
    const { folder } = daemon.stage;
    chmodSync(folder, 0o755);
    for (const [name, text] of Object.entries(SCRIPTS))
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    mkdirSync(join(folder, "closed"), { mode: 0o700 });
    writeFileSync(join(folder, "closed", "script"), "#!/bin/sh\n", { mode: 0o755 });
    for (const [name, [, results]] of Object.entries(SEQUENCES))
      writeFileSync(join(folder, "files", name), results);
    daemon.configure(configuration(), "  vrrp_notify_priority_changes on\n");
    daemon.daemon.start();
    await daemon.hears("opensFolder", "BACKUP_PRIORITY 131");
    writeFileSync(join(folder, "files", "opens"), "");
    await daemon.hears("opens", "BACKUP_PRIORITY 130");
    rmSync(join(folder, "files", "opens"));
    await daemon.hears("opens", "BACKUP_PRIORITY 100");
    await daemon.hears("hangs", "BACKUP_PRIORITY 90");
    await daemon.hears("deaf", "BACKUP_PRIORITY 90");
    const rests = (name: string) =>
      !readFileSync(join(folder, "files", name), "utf8")
        .trim()
        .includes(" ");
    await eventually(() => Object.keys(SEQUENCES).every(rests), { within: 20_000 });
    let [count, since] = [daemon.lines.length, Date.now()];
    await daemon.until(() => {
      if (daemon.lines.length !== count) [count, since] = [daemon.lines.length, Date.now()];
      return Date.now() - since > 1_300;
    });
    told.set(program, new Map(daemon.told));
  }

  const words = (program: DaemonProgram, name: string) => told.get(program)?.get(name);

  it.each(
    [...Object.keys(SEQUENCES), ...Object.keys(OTHERS)].filter(
      (name) => !["initFail", "initFailNegative", "noInterpreter"].includes(name),
    ),
  )("%s: the same priorities and states", (name) => {
    expect(words("locum", name)).toEqual(words("keepalived", name));
    expect(words("locum", name)).not.toBeUndefined();
  });

  it("tell what they should", () => {
    const ours = Object.fromEntries(told.get("locum") ?? []);
    expect(ours).toMatchObject({
      risesAndFalls: ["BACKUP 100", "BACKUP_PRIORITY 110", "BACKUP_PRIORITY 100", "BACKUP_PRIORITY 110"],
      whoever: ["BACKUP 100", "BACKUP_PRIORITY 110"],
      whoeverGroup: ["BACKUP 100", "BACKUP_PRIORITY 110"],
      unreachable: ["BACKUP 100"],
      missing: ["BACKUP 100"],
    });
  });

  it("init_fail is told from the start on, in keepalived from the first result", () => {
    expect(words("keepalived", "initFail")?.slice(0, 2)).toEqual(["BACKUP 100", "FAULT 100"]);
    expect(words("locum", "initFail")?.slice(0, 3)).toEqual(["FAULT 100", "BACKUP 100", "FAULT 100"]);
    expect(words("locum", "initFail")?.slice(1)).toEqual(words("keepalived", "initFail"));
  });

  it("init_fail with a negative weight counts from the start on, in keepalived from the first result", () => {
    expect(words("keepalived", "initFailNegative")?.slice(0, 2)).toEqual([
      "BACKUP 100",
      "BACKUP_PRIORITY 80",
    ]);
    expect(words("locum", "initFailNegative")?.slice(0, 2)).toEqual(["BACKUP_PRIORITY 80", "BACKUP 80"]);
    expect(words("locum", "initFailNegative")?.slice(2)).toEqual(
      words("keepalived", "initFailNegative")?.slice(2),
    );
  });

  it("a script whose interpreter is missing has failed, in keepalived succeeded", () => {
    expect(words("keepalived", "noInterpreter")).toEqual(["BACKUP 100"]);
    expect(words("locum", "noInterpreter")).toEqual(["BACKUP 100", "BACKUP_PRIORITY 90"]);
  });

  it("are logged alike", () => {
    const names = Object.keys(SEQUENCES);
    const lines = (program: DaemonProgram) =>
      names.map((name) =>
        [...(all.get(program)?.daemon.log ?? "").matchAll(/VRRP_Script\((\w+)\) .*/g)]
          .filter(([, script]) => script === name)
          .map(([line]) => line),
      );
    expect(lines("locum")).toEqual(lines("keepalived"));
    expect(lines("locum")[0]?.slice(0, 2)).toEqual([
      "VRRP_Script(plain) failed (exited with status 1)",
      "VRRP_Script(plain) succeeded",
    ]);
    for (const program of ["keepalived", "locum"] as const) {
      expect(all.get(program)?.daemon.log).toMatch(/VRRP_Script\(hangs\) (timed_out|failed \(due to signal)/);
      expect(all.get(program)?.daemon.log).toMatch(/VRRP_Script\(killed\) failed \(due to signal/);
    }
  });
});
