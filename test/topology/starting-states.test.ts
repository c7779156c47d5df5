import { spawnSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

const PROGRAMS = ["keepalived", "locum"] as const;

/** What an instance or a group is told as, from the start until nothing more changes. */
const cases: Readonly<
  Record<string, { readonly lines: readonly string[]; readonly told: readonly string[] }>
> = {
  owner: { lines: ["state MASTER", "priority 255"], told: ["MASTER 255"] },
  "owner-by-state": { lines: ["state MASTER"], told: ["MASTER 255"] },
  "owner-by-priority": { lines: ["priority 255"], told: ["MASTER 255"] },
  "owner-as-backup": { lines: ["state BACKUP", "priority 255"], told: ["BACKUP 255", "MASTER 255"] },
  "master-by-state": { lines: ["state MASTER", "priority 100"], told: ["BACKUP 100", "MASTER 100"] },
  plain: { lines: [], told: ["BACKUP 100", "MASTER 100"] },
  "strict-owner": { lines: ["strict_mode", "priority 255"], told: ["MASTER 255"] },
  "strict-master": {
    lines: ["strict_mode", "state MASTER", "priority 100"],
    told: ["BACKUP 100", "MASTER 100"],
  },
  "first-of-owners": { lines: ["priority 255"], told: ["BACKUP 255", "MASTER 255"] },
  "second-of-owners": { lines: ["state MASTER"], told: ["BACKUP 255", "MASTER 255"] },
  "owner-among-others": { lines: ["priority 255"], told: ["BACKUP 255", "MASTER 255"] },
  "other-beside-owner": { lines: ["priority 100"], told: ["BACKUP 100", "MASTER 100"] },
};
const groups: Readonly<Record<string, { readonly of: readonly string[]; readonly told: readonly string[] }>> =
  {
    owners: { of: ["first-of-owners", "second-of-owners"], told: ["BACKUP 0", "MASTER 0"] },
    mixed: { of: ["owner-among-others", "other-beside-owner"], told: ["BACKUP 0", "MASTER 0"] },
  };

function configuration(pipe: string): string {
  const instances = Object.entries(cases).map(
    ([name, { lines }], at) => `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${at + 1}
  version 3
  advert_int 0.3
  ${lines.join("\n  ")}
  virtual_ipaddress {
    10.77.1.${at + 1}/16
  }
}
`,
  );
  const all = Object.entries(groups).map(
    ([name, { of }]) => `vrrp_sync_group ${name} {\n  group {\n    ${of.join("\n    ")}\n  }\n}\n`,
  );
  return `global_defs {\n  vrrp_notify_fifo ${pipe}\n}\n${all.join("")}${instances.join("")}`;
}

const suite = {
  title: "the states that are told at a start, beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-state");
  const folder = mkdtempSync(join(tmpdir(), "lt-state-"));
  const told = new Map<DaemonProgram, readonly string[]>();

  beforeAll(async () => {
    await Promise.all(PROGRAMS.map(async (program) => told.set(program, await play(program))));
  }, 60_000);
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  /** Every line of the pipe until all are master. */
  async function play(program: DaemonProgram): Promise<readonly string[]> {
    namespaces.addAlone(program, "10.77.0.2/16");
    const pipe = join(folder, program);
    spawnSync("mkfifo", [pipe]);
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const daemon = new VrrpDaemon(namespaces, { namespace: program, program });
    let text = "";
    const read = () => {
      const buffer = Buffer.alloc(65_536);
      try {
        text += buffer.toString("utf8", 0, readSync(reader, buffer));
      } catch {
        // Nothing is there.
      }
      return text.split("\n").filter((line) => line !== "");
    };
    try {
      daemon.configure(configuration(pipe));
      daemon.start();
      const wanted = Object.keys(cases).length + Object.keys(groups).length;
      await eventually(() => read().filter((line) => line.includes(" MASTER ")).length >= wanted, {
        within: 20_000,
      });
      return read();
    } finally {
      closeSync(reader);
      await daemon.dispose();
    }
  }

  const toldOf = (program: DaemonProgram, subject: string) =>
    (told.get(program) ?? []).flatMap((line) =>
      line.startsWith(`${subject} `) ? [line.slice(subject.length + 1)] : [],
    );

  it.each(Object.entries(cases))("%s", (name, each) => {
    for (const program of PROGRAMS) expect(toldOf(program, `INSTANCE "${name}"`), program).toEqual(each.told);
  });

  it.each(Object.entries(groups))("the group %s", (name, each) => {
    for (const program of PROGRAMS) expect(toldOf(program, `GROUP "${name}"`), program).toEqual(each.told);
  });
});
