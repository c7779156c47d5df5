import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { VerdictJson } from "../../src/drill/verdict.ts";
import { eventually } from "../support/eventually.ts";
import { describeWith } from "../support/require.ts";

const locum = fileURLToPath(new URL("../../bin/locum", import.meta.url));
const environment = { ...process.env, NO_COLOR: "1" };

/** What the lab of `pid` left on this machine: namespaces, temporary folders, processes that were its children. */
function leftovers(pid: number | undefined): readonly string[] {
  const prefix = `locum-${pid}-`;
  const named = ["/run/netns", tmpdir()].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(prefix)) : [],
  );
  const running = readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && commandLine(entry).includes(prefix))
    .map((entry) => `process ${entry}: ${commandLine(entry)}`);
  return [...named, ...running];
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function demo(...words: readonly string[]): {
  code: number | null;
  verdict: VerdictJson;
  said: string;
  pid: number;
} {
  const done = spawnSync(process.execPath, [locum, "demo", "--json", ...words], {
    encoding: "utf8",
    env: environment,
    timeout: 100_000,
  });
  return {
    code: done.status,
    verdict: JSON.parse(done.stdout) as VerdictJson,
    said: done.stderr,
    pid: done.pid,
  };
}

describeWith({ title: "locum demo", needs: ["root", "netns", "ip", "bpf"] }, () => {
  describe.each([
    { example: "lvs-nat", share: { "10.8.0.11:80": 100, "10.8.0.12:80": 200 } },
    { example: "lvs-dr", share: { "192.0.2.21:80": 100, "192.0.2.22:80": 200 } },
  ])("$example", ({ example, share }) => {
    it("balances, loses a real server and a director, and leaves nothing behind", () => {
      const links = Object.keys(networkInterfaces());
      const { code, verdict, said, pid } = demo("--example", example);
      expect(verdict.steps.filter(({ ok }) => !ok)).toEqual([]);
      expect(said).toBe("");
      expect({ code, ok: verdict.ok }).toEqual({ code: 0, ok: true });
      expect(verdict.share).toEqual(share);
      expect(verdict.requests).toEqual({ sent: 600, failed: 0 });
      expect(verdict.failover_ms).toBeGreaterThan(0);
      expect(verdict.steps.map(({ name }) => name)).toEqual([
        "A becomes master",
        "300 requests fall by weight",
        "a broken real server leaves the table and returns",
        "power cut on A: B takes over",
        "A comes back and preempts",
        "nothing is left behind",
      ]);
      expect(leftovers(pid)).toEqual([]);
      expect(Object.keys(networkInterfaces())).toEqual(links);
    });
  });
});

describeWith({ title: "locum demo without a forwarder", needs: ["root", "netns", "ip"] }, () => {
  it("moves an address when the web server behind it dies", () => {
    const { code, verdict, pid } = demo("--example", "nginx-vip");
    expect(verdict.steps.filter(({ ok }) => !ok)).toEqual([]);
    expect({ code, ok: verdict.ok }).toEqual({ code: 0, ok: true });
    expect(verdict.requests).toEqual({ sent: 300, failed: 0 });
    expect(verdict.share).toEqual({ a: 100 });
    expect(leftovers(pid)).toEqual([]);
  });

  it("says which step did not hold, what was expected and what was found", () => {
    const { code, verdict, pid } = demo("--example", "nginx-vip", "--daemon", "/bin/false");
    expect(code).toBe(1);
    expect(verdict).toMatchObject({ ok: false, failover_ms: null, requests: { sent: 0, failed: 0 } });
    expect(verdict.steps[0]).toEqual({
      name: "A becomes master",
      ok: false,
      detail: "expected the daemon of A to run; found it ended with exit code 1",
    });
    expect(verdict.steps.at(-1)).toMatchObject({ name: "nothing is left behind", ok: true });
    expect(leftovers(pid)).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("leaves nothing behind on %s", async (signal) => {
    const child = spawn(process.execPath, [locum, "demo", "--example", "nginx-vip"], {
      env: environment,
      stdio: "ignore",
    });
    await eventually(() => leftovers(child.pid).some((found) => found.includes(".conf")), { within: 20_000 });
    child.kill(signal);
    await eventually(() => child.exitCode !== null, { within: 10_000 });
    expect(child.exitCode).toBe(signal === "SIGINT" ? 130 : 143);
    await eventually(() => leftovers(child.pid).length === 0, { within: 5_000 });
  });

  it("removes what a killed run left behind when it is run again", async () => {
    const child = spawn(process.execPath, [locum, "demo", "--example", "nginx-vip"], {
      env: environment,
      stdio: "ignore",
    });
    await eventually(() => leftovers(child.pid).some((found) => found.includes(".conf")), { within: 20_000 });
    child.kill("SIGKILL");
    await eventually(() => child.signalCode === "SIGKILL", { within: 5_000 });
    expect(leftovers(child.pid)).not.toEqual([]);
    demo("--example", "nginx-vip", "--daemon", "/bin/false");
    expect(leftovers(child.pid)).toEqual([]);
  });
});

describe("locum demo on the wrong machine", () => {
  it("refuses an example that does not exist, and names those that do", () => {
    const done = spawnSync(process.execPath, [locum, "demo", "--example", "lvs-tun"], { encoding: "utf8" });
    expect(done.status).toBe(64);
    expect(done.stderr).toContain("lvs-nat, lvs-dr, nginx-vip");
  });
});

describeWith({ title: "locum demo as another user", needs: ["root"] }, () => {
  it("says in one line what it needs and how to get it", () => {
    const done = spawnSync("setpriv", ["--reuid=65534", "--clear-groups", process.execPath, locum, "demo"], {
      encoding: "utf8",
    });
    expect(done.status).toBe(77);
    expect(done.stdout).toBe("");
    expect(done.stderr).toMatch(/^locum demo: making network namespaces needs root, .*sudo\n$/);
  });
});
