import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openPidFile, type PidFile } from "../../src/linux/pid-file.ts";

const folder = mkdtempSync(join(tmpdir(), "locum-pid-"));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fresh(): string {
  files++;
  return join(folder, `${files}.pid`);
}

function opened(path: string): PidFile {
  const result = openPidFile(path);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("openPidFile", () => {
  it("writes the process id, readable for all, and removes the file at the end", () => {
    const path = fresh();
    const file = opened(path);
    expect(readFileSync(path, "utf8")).toBe(`${process.pid}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    file.remove();
    file.remove();
    expect(existsSync(path)).toBe(false);
  });

  it("recognises a running copy and leaves its file alone", () => {
    const path = fresh();
    const file = opened(path);
    expect(openPidFile(path)).toEqual({
      ok: false,
      error: {
        kind: "locked",
        pid: process.pid,
        message: `process ${process.pid} holds ${path}; stop it, or choose another pid file with -p`,
      },
    });
    expect(readFileSync(path, "utf8")).toBe(`${process.pid}\n`);
    file.remove();
    opened(path).remove();
  });

  it("takes over what a crash left behind, and mends its mode", () => {
    const path = fresh();
    writeFileSync(path, "123456789 and more than the new content\n");
    chmodSync(path, 0o600);
    const file = opened(path);
    expect(readFileSync(path, "utf8")).toBe(`${process.pid}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o644);
    file.remove();
  });

  it("recognises a running keepalived, which takes no lock", async () => {
    const path = fresh();
    const program = join(folder, "keepalived");
    symlinkSync(process.execPath, program);
    const script = 'process.title = "keepalived"; console.log("up"); process.stdin.resume();';
    const child = spawn(program, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    writeFileSync(path, `${child.pid}\n`);
    expect(openPidFile(path)).toMatchObject({ ok: false, error: { kind: "locked", pid: child.pid } });
    child.stdin.end();
    await ended;
    opened(path).remove();
  });

  it("refuses a symbolic link and does not touch what it points to", () => {
    const path = fresh();
    const victim = join(folder, "victim");
    writeFileSync(victim, "precious");
    symlinkSync(victim, path);
    expect(openPidFile(path)).toMatchObject({
      ok: false,
      error: { kind: "refused", message: expect.stringContaining("it is a symbolic link") },
    });
    expect(readFileSync(victim, "utf8")).toBe("precious");
  });

  it("says what is wrong with the path", () => {
    expect(openPidFile(join(folder, "missing", "x.pid"))).toMatchObject({
      error: { kind: "refused", message: expect.stringContaining("its folder does not exist") },
    });
    mkdirSync(join(folder, "directory"));
    expect(openPidFile(join(folder, "directory"))).toMatchObject({
      error: { kind: "refused", message: expect.stringContaining("it is a folder") },
    });
  });

  it("does not remove a file that someone put in its place", () => {
    const path = fresh();
    const file = opened(path);
    rmSync(path);
    writeFileSync(path, "1\n");
    file.remove();
    expect(readFileSync(path, "utf8")).toBe("1\n");
  });
});
