import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { keepalivedMessages, mainFileOf } from "../../src/cli/keepalived-test.ts";
import { loadConfiguration } from "../../src/conf/load-configuration.ts";
import type { HostFacts, ReadConfig } from "../../src/conf/source.ts";
import type { KeepalivedCase } from "./keepalived-case.ts";

/** What a run of `keepalived -t` gave: its exit code and its lines on standard error. */
export interface KeepalivedAnswer {
  readonly exit: number;
  readonly lines: readonly string[];
}

const recordedPath = fileURLToPath(new URL("golden/keepalived-2.2.7.json", import.meta.url));

/** The answers recorded from keepalived 2.2.7, by the name of the case. */
export function recordedAnswers(): Readonly<Record<string, KeepalivedAnswer>> {
  return JSON.parse(readFileSync(recordedPath, "utf8")) as Record<string, KeepalivedAnswer>;
}

/** Writes new recorded answers; done by the differential test when LOCUM_RECORD is set. */
export function recordAnswers(answers: Readonly<Record<string, KeepalivedAnswer>>): void {
  writeFileSync(recordedPath, `${JSON.stringify(answers, null, 2)}\n`);
}

/** The machine the answers were recorded on: two Ethernet interfaces, root only. */
export const recordedHost: HostFacts = {
  interfaces: ["lo", "eth0", "eth1"],
  inspectScript: () => "missing",
  hasUser: (name) => name === "root",
};

/** Our own answer to a case, read from memory. */
export function ourAnswer(each: KeepalivedCase): KeepalivedAnswer {
  const files: Readonly<Record<string, string>> = { "main.conf": each.text, ...each.files };
  const read: ReadConfig = (pattern) => {
    const text = files[pattern];
    return text === undefined ? [] : [{ kind: "file", path: pattern, text }];
  };
  const { diagnostics, files: used } = loadConfiguration({
    root: "main.conf",
    read,
    options: { configId: each.configId ?? "host", host: recordedHost },
  });
  const { lines, exitCode } = keepalivedMessages(diagnostics, { mainFile: mainFileOf(used, "main.conf") });
  return { exit: exitCode, lines };
}
