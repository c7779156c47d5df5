import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";

const program = fileURLToPath(new URL("../../bin/locum", import.meta.url));
const MEGABYTES = 10;

/** Runs in the program's own process when it ends, and leaves what it used. */
const usage = `import { writeFileSync } from "node:fs";
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.LOCUM_USAGE, JSON.stringify({ mebibytes: maxRSS / 1024, seconds: (userCPUTime + systemCPUTime) / 1e6 }));
});
`;

describe(`${MEGABYTES} MB of garbage`, () => {
  const folder = mkdtempSync(join(tmpdir(), "lz-garbage-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const hook = join(folder, "usage.mjs");
  writeFileSync(hook, usage);

  it.each([
    ["of random bytes", bytes],
    ["of braces, a fifth of it", () => Buffer.alloc((MEGABYTES * 1_000_000) / 5, "{}{\n")],
    // Ten megabytes of words need 460 MiB on Node 20 and up to 510 on Node 24: too near the limit to be a test of it.
    ["of random words, three quarters of it", () => words().subarray(0, (MEGABYTES * 3_000_000) / 4)],
    ["of lines too long for it", () => Buffer.alloc(MEGABYTES * 1_000_000, `${"{}{".repeat(1_000)}\n`)],
    ["in one line", () => Buffer.alloc(MEGABYTES * 1_000_000, `$\{a`)],
  ] as const)("%s end in 5 s and 512 MiB", (_what, make) => {
    const file = join(folder, "garbage.conf");
    writeFileSync(file, make());
    const record = join(folder, "usage.json");
    const { status, signal } = spawnSync(
      process.execPath,
      ["--import", hook, program, "keepalived", "-t", "-i", "host", "-f", file],
      { env: { ...process.env, LOCUM_USAGE: record }, stdio: "ignore", timeout: 60_000 },
    );
    expect(signal).toBeNull();
    expect([2, 5]).toContain(status);
    const used = JSON.parse(readFileSync(record, "utf8"));
    console.info(
      `garbage ${_what}: ${used.seconds.toFixed(1)} s of processor, ${used.mebibytes.toFixed(0)} MiB`,
    );
    expect(used.seconds).toBeLessThan(5);
    expect(used.mebibytes).toBeLessThan(512);
  });
});

function bytes(): Buffer {
  const random = seededRandom(5);
  return Buffer.from(Uint8Array.from({ length: MEGABYTES * 1_000_000 }, () => Math.floor(random() * 256)));
}

function words(): Buffer {
  const random = seededRandom(6);
  const some = "vrrp_instance virtual_ipaddress { } priority state MASTER 192.0.2.1 track_script abc".split(
    " ",
  );
  const pieces: string[] = [];
  for (let size = 0; size < MEGABYTES * 1_000_000; ) {
    const piece = `${some[Math.floor(random() * some.length)]}${random() < 0.3 ? "\n" : " "}`;
    pieces.push(piece);
    size += piece.length;
  }
  return Buffer.from(pieces.join(""));
}
