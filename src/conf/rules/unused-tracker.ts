import { instance } from "./example.ts";
import { rule } from "./rule.ts";
import type { Section } from "./section.ts";

const process = "vrrp_track_process nginx {\n    process nginx\n}\n";

/** Root blocks that mean nothing until a list names them, and those lists. */
const TRACKERS: readonly (readonly [block: string, list: string])[] = [
  ["vrrp_track_process", "track_process"],
  ["vrrp_track_file", "track_file"],
  ["track_file", "track_file"],
];

/** A tracker nobody tracks runs for nothing. */
export const unusedTracker = rule({
  code: "unused-tracker",
  severity: "hint",
  summary: "A tracked process or file is used by nobody.",
  reason: "The block alone watches, and changes nothing. Often the line in the instance was forgotten.",
  mend: "name it in track_process or track_file of an instance, or remove the block",
  example: {
    bad: process + instance(),
    line: 1,
    good: process + instance("track_process {\n        nginx\n    }"),
  },
  check: ({ root }, tell) => {
    const users = [...root("vrrp_instance"), ...root("vrrp_sync_group")];
    for (const [block, list] of TRACKERS) {
      const sections = root(block);
      if (sections.length === 0) continue;
      const used = new Set(users.flatMap((user) => user.entries(list).map(([word]) => word?.text)));
      if (list === "track_file") for (const name of checkedFiles(root("virtual_server"))) used.add(name);
      for (const section of sections) {
        if (used.has(section.name)) continue;
        tell(section.place, {
          message: `the ${block} ${section.name} is named in no ${list}`,
          help: `add ${list} { ${section.name} } to an instance, or remove the block`,
        });
      }
    }
  },
});

/** The files that FILE_CHECK blocks name. */
function checkedFiles(services: readonly Section[]): readonly string[] {
  return services
    .flatMap((service) => service.sections("real_server"))
    .flatMap((server) => server.sections("FILE_CHECK"))
    .map((check) => check.value("track_file") ?? "");
}
