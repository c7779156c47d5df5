import { instance } from "./example.ts";
import { rule } from "./rule.ts";

const authentication = "authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz\n    }";

/** Needs to know the permissions of the file that holds the password. */
export const secretReadableByOthers = rule({
  code: "secret-readable-by-others",
  severity: "warning",
  summary: "A file with auth_pass can be read by every user.",
  reason:
    "Whoever knows the password can announce himself as master and take the address. A configuration with a secret should be readable by root alone.",
  mend: "take the permission away: chmod o-rwx FILE",
  example: {
    bad: instance(authentication),
    line: 10,
    good: instance(authentication),
    host: { inspectFile: () => ({ mode: 0o644, owner: 0 }) },
    goodHost: { inspectFile: () => ({ mode: 0o640, owner: 0 }) },
    note: "The file of the bad example has the mode 0644, that of the good one 0640.",
  },
  check: ({ root, environment, spanOf }, tell) => {
    const told = new Set<string>();
    for (const section of root("vrrp_instance")) {
      for (const block of section.sections("authentication")) {
        const word = block.last("auth_pass")?.words[1];
        if (!word) continue;
        const { file } = spanOf(word);
        const mode = environment.inspectFile?.(file)?.mode;
        if (mode === undefined || (mode & 0o004) === 0 || told.has(file)) continue;
        told.add(file);
        tell(word, {
          message: `${file} holds a password and has the mode 0${(mode & 0o777).toString(8)}, so every user can read it`,
          help: `take the permission away: chmod o-rwx ${file}`,
        });
      }
    }
  },
});
