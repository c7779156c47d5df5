import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NotifyFifo } from "../../src/linux/notify-fifo.ts";
import { NotifyPipes } from "../../src/linux/notify-pipes.ts";
import { ScriptRunner } from "../../src/linux/script-runner.ts";
import { load } from "../conf/configuration.ts";
import { eventually } from "../support/eventually.ts";

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

describe("a notify FIFO", () => {
  let folder = "";
  let reports: string[] = [];
  const report = (_: string, message: string) => void reports.push(message);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lt-fifo-"));
    reports = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function opened(path = join(folder, "pipe"), umask = 0o177): NotifyFifo {
    const result = NotifyFifo.open(path, { owner, umask, report });
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }

  it("is made with keepalived's mode, and is gone when it is closed", () => {
    const fifo = opened();
    const modeOf = ({ path }: NotifyFifo) => statSync(path).mode & 0o7777;
    expect(modeOf(fifo)).toBe(0o600);
    const wider = opened(join(folder, "wider"), 0o27);
    expect(modeOf(wider)).toBe(0o640);
    wider.close();
    fifo.write("a\n");
    expect(readPipe(fifo.path)).toBe("a\n");
    fifo.close();
    expect(existsSync(fifo.path)).toBe(false);
  });

  it("stays when it was there before", () => {
    const first = opened();
    const second = opened();
    second.close();
    expect(existsSync(first.path)).toBe(true);
    first.close();
  });

  it("is refused when something else is there", () => {
    const path = join(folder, "file");
    writeFileSync(path, "kept");
    expect(NotifyFifo.open(path, { owner, umask: 0o177, report })).toMatchObject({
      ok: false,
      error: expect.stringContaining("no named pipe"),
    });
    expect(NotifyFifo.open(join(folder, "no", "folder"), { owner, umask: 0o177, report })).toMatchObject({
      ok: false,
    });
    expect(statSync(path).size).toBe(4);
  });

  it("F46 never waits: lines without a reader are kept, then dropped whole, counted, and told once", () => {
    const fifo = opened();
    const line = `${"x".repeat(99)}\n`;
    for (let n = 0; n < 2_000; n++) fifo.write(line);
    expect(fifo.dropped).toBeGreaterThan(500);
    expect(reports).toEqual([expect.stringContaining("is full, because nobody reads it")]);
    const kept = readPipe(fifo.path);
    expect(kept.length).toBe((2_000 - fifo.dropped) * line.length);
    fifo.write("after\n");
    expect(readPipe(fifo.path)).toBe("after\n");
    expect(reports[1]).toContain(`is read again; ${fifo.dropped} lines were dropped`);
    fifo.close();
  });

  it("keeps pipe and reader over a reload that leaves them alone; a reader hears all before its end", async () => {
    const heard = join(folder, "heard");
    const reader = join(folder, "reader");
    writeFileSync(reader, `#!/bin/sh\necho "$$ $*" >> ${heard}\nexec cat "$2" >> ${heard}\n`, {
      mode: 0o755,
    });
    const path = join(folder, "pipe");
    const { config } = load(
      `global_defs {\nscript_user ${owner.uid}\nvrrp_notify_fifo ${path} ${owner.uid}\nvrrp_notify_fifo_script "${reader} word" ${owner.uid}\n}`,
    );
    const text = () => readFileSync(heard, "utf8");
    const pipes = new NotifyPipes(new ScriptRunner(config.global, report), report);
    pipes.configure(config.global);
    await eventually(() => text().includes(`word ${path}\n`), { within: 10_000 });
    pipes.write("vrrp", "one\n");
    pipes.write("lvs", "not for it\n");
    pipes.configure(config.global);
    pipes.write("vrrp", "two\n");
    await pipes.close(5_000);
    expect(text()).toMatch(new RegExp(`^\\d+ word ${path}\\none\\ntwo\\n$`));
    expect(existsSync(path)).toBe(false);
    expect(reports).toEqual([]);
  });
});

/** Everything that is in a pipe now. */
function readPipe(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = Buffer.alloc(1 << 20);
  let length = 0;
  try {
    for (;;) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) break;
      length += read;
    }
  } catch {
    // EAGAIN: it is empty, and still open for writing.
  }
  closeSync(descriptor);
  return bytes.toString("utf8", 0, length);
}
