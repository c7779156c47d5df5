import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { milliseconds, seconds } from "../../src/base/time.ts";
import type { ScriptCommand } from "../../src/conf/model/global-definitions.ts";
import type { ScriptOutcome } from "../../src/director/host.ts";
import { checkScriptSecurity, programPath } from "../../src/linux/script-path.ts";
import { ScriptRunner } from "../../src/linux/script-runner.ts";
import { load } from "../conf/configuration.ts";
import { eventually } from "../support/eventually.ts";

/** Ourselves, by number: no account is needed for that. */
const user = { user: `${process.getuid?.() ?? 0}` };
const known = readFileSync("/etc/passwd", "utf8")
  .split("\n")
  .some((line) => line.split(":")[2] === user.user);

describe("scripts", () => {
  let folder = "";
  const reports: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lt-script-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function script(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  }

  function runner(global = ""): ScriptRunner {
    reports.length = 0;
    const { config } = load(`global_defs {\n${global}\n}`);
    return new ScriptRunner(config.global, (_, message) => reports.push(message));
  }

  const command = (...argv: readonly string[]): ScriptCommand => ({ argv, ...(known ? { user } : {}) });

  function outcome(argv: readonly string[], options: { global?: string; limit?: number } = {}) {
    return new Promise<ScriptOutcome>((done) => {
      const timeout = milliseconds(options.limit ?? 10_000);
      runner(options.global).start(command(...argv), { timeout, done });
    });
  }

  it("runs the commands of one queue one after another, and those of two side by side", async () => {
    const log = join(folder, "order");
    const gate = join(folder, "gate");
    const waits = script(
      "waits",
      `#!/bin/sh\nwhile ! [ -e ${gate} ]; do sleep 0.02; done\necho "$@" >> ${log}\n`,
    );
    const says = script("says", `#!/bin/sh\necho "$@" >> ${log}\n`);
    const scripts = runner();
    scripts.notify("a", { command: command(waits), arguments: ["a", "first"] });
    scripts.notify("a", { command: command(says), arguments: ["a", "second"] });
    scripts.notify("b", { command: command(says), arguments: ["b"] });
    // The shell makes the file before it writes the line.
    await eventually(() => existsSync(log) && readFileSync(log, "utf8") !== "", { within: 10_000 });
    expect(readFileSync(log, "utf8")).toBe("b\n");
    scripts.notifyAtOnce({ command: command(says), arguments: ["at once"] });
    await eventually(() => readFileSync(log, "utf8") === "b\nat once\n", { within: 10_000 });
    writeFileSync(gate, "");
    await eventually(() => !scripts.notifying, { within: 10_000 });
    expect(readFileSync(log, "utf8")).toBe("b\nat once\na first\na second\n");
    expect(reports).toEqual([]);
  });

  it("F44 lets no more than a hundred commands wait behind one that hangs, and says so once", async () => {
    const hangs = script("hangs", "#!/bin/sh\nexec sleep 1000\n");
    const scripts = runner();
    for (let n = 0; n < 300; n++) scripts.notify("a", { command: command(hangs), arguments: [] });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toContain("more than 100 notify commands of a wait");
    scripts.killAll();
    await eventually(() => !scripts.notifying, { within: 10_000 });
  });

  it("F44 F45 ends a script that hangs after its limit, with all that it started, and leaves no zombie", async () => {
    const pids = join(folder, "pids");
    const text = `#!/bin/sh\ntrap '' TERM\nsleep 1000 &\necho $$ $! > ${pids}.new\nmv ${pids}.new ${pids}\nwait\nwait\n`;
    const ended = outcome([script("stubborn", text)], { limit: 300 });
    await eventually(() => existsSync(pids), { within: 10_000 });
    expect(await ended).toEqual({ kind: "timed-out" });
    const left = readFileSync(pids, "utf8").trim().split(" ");
    expect(left).toHaveLength(2);
    await eventually(() => left.every((pid) => !isAlive(pid)), { within: 10_000 });
  });

  it.each([
    { name: "its exit code", text: "#!/bin/sh\nexit 7\n", expected: { kind: "exited", code: 7 } },
    { name: "a signal", text: "#!/bin/sh\nkill -USR1 $$\n", expected: { kind: "killed", signal: "SIGUSR1" } },
    // No shell is asked for, but a file without #! is one for /bin/sh.
    { name: "a file without #!", text: 'test "$1" = "a b"\n', expected: { kind: "exited", code: 0 } },
  ])("reports $name", async ({ text, expected }) => {
    expect(await outcome([script("reports", text), "a b"])).toEqual(expected);
  });

  it("passes words as they are, and nothing of our environment", async () => {
    const seen = join(folder, "seen");
    const path = script(
      "words",
      `#!/bin/sh\nprintf '%s|' "$@" > ${seen}\nenv | cut -d= -f1 | sort >> ${seen}\n`,
    );
    process.env.LOCUM_TEST_SECRET = "x";
    await outcome([path, "$HOME", "a b", "*"]);
    delete process.env.LOCUM_TEST_SECRET;
    const text = readFileSync(seen, "utf8");
    expect(text).toContain("$HOME|a b|*|");
    expect(text).not.toContain("LOCUM_TEST_SECRET");
  });

  it("tests with `</path` whether a file can be opened", async () => {
    expect(await outcome([`<${script("there", "")}`])).toEqual({ kind: "exited", code: 0 });
    expect(await outcome([`< ${folder}/nothing $(touch ${folder}/run)`])).not.toEqual({
      kind: "exited",
      code: 0,
    });
    expect(existsSync(join(folder, "run"))).toBe(false);
  });

  it("says why a script does not start", async () => {
    expect(await outcome([`${folder}/nothing`])).toMatchObject({
      kind: "not-started",
      reason: expect.stringContaining("nothing does not exist"),
    });
    expect(await outcome(["locum-no-such-program"])).toMatchObject({
      kind: "not-started",
      reason: expect.stringContaining("is in no folder of PATH"),
    });
    const plain = script("plain", "#!/bin/sh\n");
    chmodSync(plain, 0o644);
    expect(await outcome([plain])).toMatchObject({ reason: expect.stringContaining("is not executable") });
  });

  it("does not run a tracked script again that still runs", async () => {
    const count = join(folder, "count");
    const gate = join(folder, "second-gate");
    const path = script("slow", `#!/bin/sh\necho >> ${count}\nwhile ! [ -e ${gate} ]; do sleep 0.02; done\n`);
    const scripts = runner();
    const results: ScriptOutcome[] = [];
    const options = {
      command: command(path),
      timeout: seconds(10),
      done: (one: ScriptOutcome) => results.push(one),
    };
    for (let n = 0; n < 3; n++) scripts.run("slow", options);
    await eventually(() => existsSync(count), { within: 10_000 });
    writeFileSync(gate, "");
    await eventually(() => results.length > 0, { within: 10_000 });
    expect(readFileSync(count, "utf8")).toBe("\n");
    expect(results).toEqual([{ kind: "exited", code: 0 }]);
  });
});

describe("enable_script_security", () => {
  const root = { uid: 0, gid: 0 };

  it("lets what only root can change run as root", () => {
    expect(checkScriptSecurity("/bin/sh", root)).toEqual({ ok: true, value: undefined });
  });

  it("refuses what somebody else can change, by way of a link too", () => {
    const folder = mkdtempSync(join(tmpdir(), "lt-security-"));
    const file = join(folder, "script");
    writeFileSync(file, "", { mode: 0o755 });
    chmodSync(file, 0o777);
    symlinkSync(file, join(folder, "link"));
    symlinkSync("loop", join(folder, "loop"));
    for (const name of ["script", "link", "loop", "nothing"])
      expect(checkScriptSecurity(join(folder, name), root).ok, name).toBe(false);
    // Nobody gains anything from a script that does not run as root.
    expect(checkScriptSecurity(file, { uid: 12_345, gid: 12_345 }).ok).toBe(true);
    chmodSync(file, 0o4777);
    rmSync(folder, { recursive: true });
  });
});

describe("the path of a script", () => {
  it("resolves folders and keeps the name of the file, unless use_symlink_paths", () => {
    const folder = mkdtempSync(join(tmpdir(), "lt-path-"));
    writeFileSync(join(folder, "real"), "");
    symlinkSync("real", join(folder, "name"));
    symlinkSync(folder, `${folder}-link`);
    const searchPath = `/nothing:${folder}`;
    const written = `${folder}-link/name`;
    expect(programPath(written, { asWritten: false, searchPath })).toBe(join(folder, "name"));
    expect(programPath(written, { asWritten: true, searchPath })).toBe(written);
    expect(programPath("real", { asWritten: true, searchPath })).toBeUndefined();
    chmodSync(join(folder, "real"), 0o755);
    expect(programPath("real", { asWritten: true, searchPath })).toBe(join(folder, "real"));
    rmSync(`${folder}-link`);
    rmSync(folder, { recursive: true });
  });
});

function isAlive(pid: string): boolean {
  return existsSync(`/proc/${pid}`);
}
