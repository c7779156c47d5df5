import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bpfDirectory } from "../../src/linux/bpf-filesystem.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";

/** Runs a fixture on the compiled program (`npm run build`) and reads the JSON it prints. */
function run(fixture: string, { before = [], after = [] }: { before?: string[]; after?: string[] } = {}) {
  const path = fileURLToPath(new URL(`fixtures/${fixture}`, import.meta.url));
  const [program = "", ...rest] = [...before, process.execPath, path, ...after];
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", timeout: 30_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describeWith({ title: "process priority", needs: ["root"] }, () => {
  it("makes every thread urgent, keeps memory, and leaves started programs at rest", () => {
    const { refusals, threads, child, locked, processors } = run("process-priority.mjs");
    expect(refusals).toEqual([]);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) expect(thread).toMatchObject({ realtime: 20, policy: 2 });
    expect(child).toMatchObject({ realtime: 0, policy: 0, nice: 0 });
    expect(locked).toBeGreaterThan(0);
    expect(processors).toBe("0");
  });

  it("says what the kernel refuses to an ordinary user", () => {
    const { refusals } = run("process-priority.mjs", {
      before: ["setpriv", "--reuid=65534", "--clear-groups"],
    });
    expect(refusals.join("\n")).toMatch(/nice value to -7: .*CAP_SYS_NICE/);
    expect(refusals.join("\n")).toMatch(/roundRobin, priority 20: .*\(EPERM\)/);
  });
});

describeWith({ title: "the BPF file system", needs: ["root", "netns", "ip", "bpf"] }, () => {
  const namespaces = new Namespaces("le-bpffs");
  const pinned: string[] = [];

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
  });
  afterAll(() => {
    for (const path of pinned) rmSync(path, { recursive: true, force: true });
    namespaces.remove();
  });

  function inNamespace(where: string, action: "pin" | "get") {
    return run("pinned-map.mjs", {
      before: ["ip", "netns", "exec", namespaces.name(where)],
      after: [action],
    });
  }

  it("is the same for two commands under ip netns exec, and each network namespace has its own folder", () => {
    const root = bpfDirectory();
    if (!root.ok) throw new Error(root.error);
    const parent = root.value.replace(/\/[^/]+$/, "");
    const first = inNamespace("a", "pin");
    pinned.push(`${parent}/${first.folder}`);
    expect(first).toEqual({ folder: expect.stringMatching(/^netns-/), result: 0, notes: [] });
    const second = inNamespace("a", "get");
    expect(second).toMatchObject({ folder: first.folder, notes: [] });
    expect(second.result).toBeGreaterThan(0);
    const elsewhere = inNamespace("b", "get");
    pinned.push(`${parent}/${elsewhere.folder}`);
    expect(elsewhere.folder).not.toBe(first.folder);
    expect(elsewhere.result).toBe(-2); // ENOENT
  });
});
