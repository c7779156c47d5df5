import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { ToldDaemon } from "../support/told-daemon.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

/** Ways to track, as the line of a list: what is tracked goes down and comes back. */
const WAYS: Readonly<Record<string, readonly [list: string, line: string]>> = {
  script: ["track_script", "s"],
  scriptOwnWeight: ["track_script", "sw"],
  scriptWeight: ["track_script", "s weight 5"],
  scriptReverse: ["track_script", "s weight 5 reverse"],
  scriptNegativeReverse: ["track_script", "s weight -5 reverse"],
  scriptNoreverse: ["track_script", "sr weight -4 noreverse"],
  interface: ["track_interface", "eth1"],
  interfaceWeight: ["track_interface", "eth1 weight 5"],
  interfaceNegative: ["track_interface", "eth1 weight -5"],
  interfaceReverse: ["track_interface", "eth1 weight 5 reverse"],
  interfaceNegativeReverse: ["track_interface", "eth1 weight -5 reverse"],
  interfaceZeroReverse: ["track_interface", "eth1 weight 0 reverse"],
  interfaceMuch: ["track_interface", "eth1 weight 200"],
  interfaceLittle: ["track_interface", "eth1 weight -200"],
  file: ["track_file", "f"],
  fileOwnWeight: ["track_file", "fw"],
  fileZero: ["track_file", "f weight 0"],
  fileZeroReverse: ["track_file", "f weight 0 reverse"],
  fileWeight: ["track_file", "f weight 3"],
  fileReverse: ["track_file", "f weight 3 reverse"],
  fileNoreverse: ["track_file", "fr weight 2 noreverse"],
  oldFile: ["track_file", "old"],
  initialFile: ["track_file", "initial"],
  keptFile: ["track_file", "kept"],
};

/** Where a tracker may stand. */
const PLACES = {
  alone: { priority: 100, group: undefined, inGroup: false },
  owner: { priority: 255, group: undefined, inGroup: false },
  member: { priority: 100, group: "", inGroup: false },
  memberWeighted: { priority: 100, group: "sync_group_tracking_weight", inGroup: false },
  group: { priority: 100, group: "", inGroup: true },
  groupOfOwner: { priority: 255, group: "", inGroup: true },
} as const;

const BLOCKS = `vrrp_script s {
  script "/usr/bin/test -e {D}/files/ok"
  interval 1
}
vrrp_script sw {
  script "/usr/bin/test -e {D}/files/ok"
  interval 1
  weight 6
}
vrrp_script sr {
  script "/usr/bin/test -e {D}/files/ok"
  interval 1
  weight 6 reverse
}
track_file f {
  file {D}/files/f
}
track_file fw {
  file {D}/files/f
  weight 2
}
track_file fr {
  file {D}/files/f
  weight 5 reverse
}
vrrp_track_file old {
  file {D}/files/old
  weight 4
  init_file 2 overwrite
}
track_file initial {
  file {D}/files/initial
  init_file 7
}
track_file kept {
  file {D}/files/kept
  init_file 8
}
`;

function instance(name: string, how: { id: number; priority: number; lines: string }): string {
  return `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${how.id}
  version 3
  advert_int 0.5
  priority ${how.priority}
  ${how.lines}
  virtual_ipaddress {
    10.78.0.${how.id}
  }
}
`;
}

/** Every way in one place. */
function configuration(place: keyof typeof PLACES): string {
  const { priority, group, inGroup } = PLACES[place];
  let text = BLOCKS;
  let id = 0;
  for (const [way, [list, line]] of Object.entries(WAYS)) {
    const tracker = `${list} {\n    ${line}\n  }`;
    const name = `${place}-${way}`;
    text += instance(name, { id: ++id, priority, lines: inGroup ? "" : tracker });
    if (group === undefined) continue;
    text += instance(`${name}-other`, { id: ++id, priority: 100, lines: "" });
    // The old word and the new one, in turns.
    const word = id % 4 === 0 ? group.replace("sync_group_tracking_weight", "global_tracking") : group;
    text += `vrrp_sync_group G-${name} {\n  group {\n    ${name}\n    ${name}-other\n  }\n  ${word}\n  ${inGroup ? tracker : ""}\n}\n`;
  }
  return text;
}

const suite = {
  title: "weights of what is tracked, beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-weigh");
  const all: ToldDaemon[] = [];
  const told = new Map<string, ReadonlyMap<string, readonly string[]>>();

  beforeAll(async () => {
    const lives = (Object.keys(PLACES) as (keyof typeof PLACES)[]).flatMap((place) =>
      (["keepalived", "locum"] as const).map((program) => life(program, place)),
    );
    await Promise.all(lives);
  }, 90_000);
  afterAll(async () => {
    await Promise.all(all.map((one) => one.dispose()));
    namespaces.remove();
  });

  async function life(program: DaemonProgram, place: keyof typeof PLACES): Promise<void> {
    const daemon = new ToldDaemon(namespaces, { program, name: `${place}-${program}` });
    all.push(daemon);
    const at = (name: string) => join(daemon.stage.folder, "files", name);
    for (const [name, content] of [
      ["ok", ""],
      ["f", "4"],
      ["old", "9"],
      ["kept", "6"],
    ] as const)
      writeFileSync(at(name), content);
    daemon.configure(configuration(place), "  vrrp_notify_priority_changes on\n");
    daemon.daemon.start();
    const instances = configuration(place).split("vrrp_instance ").length - 1;
    /** Everybody has come to rest. */
    const settled = () =>
      daemon.until((words) => {
        const names = [...words.keys()].filter((name) => !name.startsWith("G-"));
        return (
          names.length === instances &&
          [...words.values()].every((each) => !/BACKUP \d/.test(each.at(-1) ?? ""))
        );
      });
    await settled();
    // Scripts run once a second, the rest is told at once.
    const [script, other] = [1_300, 300];
    const steps: readonly (readonly [quiet: number, step: () => void])[] = [
      [script, () => rmSync(at("ok"))],
      [other, () => daemon.run("ip", "link", "set", "eth1", "down")],
      [other, () => writeFileSync(at("f"), "-5")],
      [other, () => writeFileSync(at("f"), "0")],
      [other, () => daemon.run("ip", "link", "set", "eth1", "up")],
      [script, () => writeFileSync(at("ok"), "")],
      [other, () => writeFileSync(at("f"), "1000")],
    ];
    for (const [quiet, step] of steps) {
      step();
      await comesToRest(daemon, quiet);
      await settled();
    }
    told.set(`${place} ${program}`, daemon.told);
  }

  /** Waits until nothing has been told for so many milliseconds. */
  async function comesToRest(daemon: ToldDaemon, quiet: number): Promise<void> {
    let [count, since] = [daemon.lines.length, Date.now()];
    await daemon.until(() => {
      if (daemon.lines.length !== count) [count, since] = [daemon.lines.length, Date.now()];
      return Date.now() - since > quiet;
    });
  }

  it.each(Object.keys(PLACES))("%s: each way gives the same priorities and states", (place) => {
    const [theirs, ours] = [told.get(`${place} keepalived`), told.get(`${place} locum`)];
    // In FAULT the priority is not in use; keepalived keeps the one before.
    const comparable = (words: ReadonlyMap<string, readonly string[]> | undefined) =>
      Object.fromEntries(
        [...(words ?? [])].map(([name, each]) => [
          name,
          each.map((word) => word.replace(/(FAULT) \d+/, "$1")),
        ]),
      );
    expect(comparable(ours)).toEqual(comparable(theirs));
    expect(ours?.size).toBeGreaterThan(20);
  });
});
