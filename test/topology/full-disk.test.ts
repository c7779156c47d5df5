import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, processTree, type VrrpDaemon } from "../support/vrrp-daemon.ts";

const VIP = "10.77.0.100";
const INODES = 40;

const suite = { title: "F43 a full disk beside keepalived", needs: ["root", "netns", "keepalived"] } as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-full");
  const disk = mkdtempSync(join(tmpdir(), "locum-test-"));
  const daemons = new Daemons(namespaces);
  const holds = () => namespaces.run("a", ["ip", "address"]).includes(` ${VIP}/`);

  beforeAll(() => {
    for (const name of ["a", "b"]) namespaces.add(name);
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0" },
    );
  });
  beforeEach(() => {
    const options = `size=128k,nr_inodes=${INODES}`;
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", options, "locum-test", disk]).status).toBe(0);
  });
  afterEach(async () => {
    await daemons.dispose();
    namespaces.run("a", ["ip", "address", "flush", "dev", "eth0", "to", `${VIP}/32`]);
    // Lazily: where a test failed and left a file open, the disk must not stay mounted under that of the next try.
    expect(spawnSync("umount", ["--lazy", disk]).status).toBe(0);
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(disk, { recursive: true, force: true });
  });

  const text = `global_defs {
  vrrp_notify_fifo ${disk}/pipe
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    ${VIP}/16
  }
}
`;

  /** A daemon all of whose files are on this disk; what it logs goes there as well, unless `console`. */
  function make(program: DaemonProgram, how: { readonly console?: true } = {}): VrrpDaemon {
    const log = how.console === true ? [] : ["sh", "-c", `exec "$@" >> ${disk}/log 2>&1`, "sh"];
    const daemon = daemons.make({
      namespace: "a",
      program,
      before: ["env", `TMPDIR=${disk}`, ...log],
      within: disk,
    });
    daemon.configure(text);
    return daemon;
  }

  const fill = () => void spawnSync("dd", ["if=/dev/zero", `of=${disk}/filler`, "bs=1k"]);
  const makeRoom = () => rmSync(join(disk, "filler"));
  const read = (name: string) => (existsSync(join(disk, name)) ? readFileSync(join(disk, name), "utf8") : "");

  /** The rest of the file's last page is taken as well. */
  function useUpRoom(name: string): void {
    try {
      for (;;) appendFileSync(join(disk, name), "-");
    } catch {
      // Full.
    }
  }

  /** No file more can be made; the names of what stands in the way. */
  function useUpNames(): readonly string[] {
    const made: string[] = [];
    for (;;) {
      try {
        const path = join(disk, `name-${made.length}`);
        writeFileSync(path, "");
        made.push(path);
      } catch {
        return made;
      }
    }
  }

  /** Cuts its link and mends it: whatever is on the disk, it must do its work. */
  async function failAndRecover(): Promise<void> {
    namespaces.run("b", ["ip", "link", "set", "eth0", "down"]);
    await eventually(() => !holds(), { within: 5_000 });
    namespaces.run("b", ["ip", "link", "set", "eth0", "up"]);
    await eventually(holds, { within: 10_000 });
  }

  it.each(["keepalived", "locum"] as const)(
    "%s: what it cannot log is lost, nothing else; with room again it logs on",
    async (program) => {
      const daemon = make(program);
      daemon.start();
      await eventually(holds, { within: 20_000 });
      await eventually(() => read("log").includes("Entering MASTER STATE"), { within: 5_000 });
      fill();
      useUpRoom("log");
      const children = processTree(daemon.pid);
      const before = read("log");
      await failAndRecover();
      await failAndRecover();
      expect(read("log")).toBe(before);
      expect(processTree(daemon.pid)).toEqual(children);
      makeRoom();
      const cut = read("log").length;
      await failAndRecover();
      await eventually(() => read("log").slice(cut).includes("Entering MASTER STATE"), { within: 5_000 });
      expect(processTree(daemon.pid)).toEqual(children);
      expect(await daemon.stop()).toBe(0);
      expect(holds()).toBe(false);
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "%s: pid files stay empty, and it works; the next one is whole",
    async (program) => {
      const daemon = make(program, { console: true });
      fill();
      daemon.start();
      await eventually(holds, { within: 20_000 });
      const pidFile = daemon.configuration.replace("keepalived.conf", "v.pid");
      expect(readFileSync(pidFile, "latin1")).toBe("");
      expect(await daemon.stop()).toBe(0);
      expect(existsSync(pidFile)).toBe(false);
      if (program === "locum") expect(daemon.log).toMatch(/p\.pid is empty, because there is no room/);
      makeRoom();
      daemon.start();
      await eventually(() => processTree(daemon.pid).includes(Number(readFileSync(pidFile, "latin1"))), {
        within: 20_000,
      });
    },
    60_000,
  );

  const dumps = [
    { signal: "SIGUSR1", file: "keepalived.data" },
    { signal: "SIGUSR2", file: "keepalived.stats" },
    { signal: "JSON", file: "keepalived.json" },
  ] as const;

  it.each(dumps)(
    "$file: one that has no room leaves the old one, and is said; the next is whole",
    async ({ signal, file }) => {
      const daemon = make("locum", { console: true });
      daemon.start();
      await eventually(holds, { within: 20_000 });
      const number =
        signal === "JSON"
          ? Number(spawnSync("keepalived", ["--signum=JSON"], { encoding: "utf8" }).stdout)
          : signal;
      const ask = () => void process.kill(daemon.pid, number as NodeJS.Signals);
      ask();
      await eventually(() => read(file).length > 100, { within: 5_000 });
      const old = read(file);
      fill();
      ask();
      await eventually(() => new RegExp(`Cannot write .*${file}: .*ENOSPC`).test(daemon.log), {
        within: 5_000,
      });
      expect(read(file)).toBe(old);
      expect(readdirSync(disk).filter((name) => name.startsWith(file))).toEqual([file]);
      makeRoom();
      rmSync(join(disk, file));
      ask();
      await eventually(() => read(file).length > 100, { within: 5_000 });
      expect(daemon.log.split(`${file}: `)).toHaveLength(2);
    },
    40_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "%s: a pipe that cannot be made is said, and made at a reload",
    async (program) => {
      const daemon = make(program, { console: true });
      const names = useUpNames();
      // keepalived makes two pid files first, or ends; ours the parent's, and a child works without.
      const spared = program === "locum" ? 1 : 2;
      for (const name of names.slice(0, spared)) rmSync(name);
      daemon.start();
      await eventually(holds, { within: 20_000 });
      expect(daemon.log).toMatch(/fifo .*pipe|pipe.*no space/i);
      expect(existsSync(join(disk, "pipe"))).toBe(false);
      for (const name of names.slice(spared)) rmSync(name);
      daemon.signal("SIGHUP");
      await eventually(() => statSync(join(disk, "pipe")).isFIFO(), { within: 10_000 });
      const descriptor = openSync(join(disk, "pipe"), constants.O_RDWR | constants.O_NONBLOCK);
      try {
        namespaces.run("b", ["ip", "link", "set", "eth0", "down"]);
        const told = () => {
          const buffer = Buffer.alloc(4_096);
          return buffer.toString("latin1", 0, readSync(descriptor, buffer)).includes('INSTANCE "V" FAULT');
        };
        await eventually(told, { within: 5_000 });
      } finally {
        closeSync(descriptor);
        namespaces.run("b", ["ip", "link", "set", "eth0", "up"]);
      }
    },
    60_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "%s: where no pid file can be made it does not start, for nothing would keep a second one away",
    async (program) => {
      const daemon = make(program, { console: true });
      useUpNames();
      daemon.start();
      expect(await daemon.ended()).toBe(program === "locum" ? 1 : 0);
      expect(daemon.log).toMatch(/(Cannot open|Cannot write the pid file) \S+p\.pid/);
      expect(daemon.log).not.toMatch(/STATE/);
    },
    60_000,
  );
});
