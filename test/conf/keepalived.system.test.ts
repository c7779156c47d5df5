import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type KeepalivedAnswer, recordAnswers, recordedAnswers } from "./keepalived-answer.ts";
import type { KeepalivedCase } from "./keepalived-case.ts";
import { keepalivedCases } from "./keepalived-cases.ts";

describeWith({ title: "keepalived -t", needs: ["root", "netns", "ip", "keepalived"] }, () => {
  const namespaces = new Namespaces("lc-conf");
  const folder = mkdtempSync(join(tmpdir(), "lc-conf-"));

  beforeAll(() => {
    namespaces.add("a");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["192.0.2.250/24"] },
      { namespace: "a", interface: "eth1" },
    );
  });

  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  it("answers as recorded", () => {
    const answers: Record<string, KeepalivedAnswer> = {};
    for (const each of keepalivedCases) answers[each.name] = ask(each);
    if (process.env.LOCUM_RECORD) recordAnswers(answers);
    expect(answers).toEqual(recordedAnswers());
  });

  function ask(each: KeepalivedCase): KeepalivedAnswer {
    writeFileSync(join(folder, "main.conf"), each.text);
    for (const [name, text] of Object.entries(each.files ?? {})) writeFileSync(join(folder, name), text);
    const [program = "", ...rest] = namespaces.command("a", ["keepalived", "-t", "-f", "main.conf"]);
    const { status, stderr } = spawnSync(program, [...rest, "-i", each.configId ?? "host"], {
      cwd: folder,
      encoding: "utf8",
      timeout: 10_000,
    });
    return { exit: status ?? -1, lines: stderr.split("\n").filter((line) => line !== "") };
  }
});
