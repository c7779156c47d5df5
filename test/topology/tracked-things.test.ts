import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

/** What a daemon logs about priorities and faults, in order. */
const changes = (log: string) =>
  [...log.matchAll(/Changing effective priority from \d+ to (\d+)|Entering (FAULT) STATE/g)].map(
    ([, priority, fault]) => priority ?? fault ?? "",
  );

describeWith(
  { title: "tracked files, beside keepalived", needs: ["root", "netns", "ip", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lt-track");
    const daemons: VrrpDaemon[] = [];
    const folder = mkdtempSync(join(tmpdir(), "locum-track-"));
    beforeAll(() => {
      for (const side of ["a", "b"]) namespaces.add(side);
      namespaces.cable(
        { namespace: "a", interface: "eth0", addresses: ["10.78.0.2/16"] },
        { namespace: "b", interface: "eth0", addresses: ["10.78.0.3/16"] },
      );
    });
    afterEach(async () => {
      for (const daemon of daemons.splice(0)) await daemon.dispose();
    });
    afterAll(() => {
      namespaces.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    function start(program: DaemonProgram, text: string): VrrpDaemon {
      const daemon = new VrrpDaemon(namespaces, { namespace: "a", program });
      daemons.push(daemon);
      daemon.configure(text);
      daemon.start();
      return daemon;
    }

    /** Does one thing after another, each once the one before was heard of. */
    async function follow(daemon: VrrpDaemon, steps: readonly (() => void)[]): Promise<string[]> {
      for (const step of steps) {
        const before = changes(daemon.log).length;
        step();
        await eventually(() => changes(daemon.log).length > before, { within: 10_000 });
      }
      return changes(daemon.log);
    }

    it.each(["keepalived", "locum"] as const)(
      "%s follows a file that is written, replaced, spoilt and removed",
      async (program) => {
        const file = join(folder, `${program}-f`);
        rmSync(file, { force: true });
        const daemon = start(
          program,
          `track_file f {
          file ${file}
          weight 2
          init_file 3
        }
        vrrp_instance V {
          interface eth0
          virtual_router_id 51
          priority 100
          virtual_ipaddress {
            10.78.0.100/16
          }
          track_file {
            f
          }
        }
        `,
        );
        await eventually(() => daemon.log.includes("Entering BACKUP STATE"), { within: 20_000 });
        const seen = await follow(daemon, [
          () => writeFileSync(file, "-4\n"),
          () => {
            writeFileSync(`${file}.new`, "0x10");
            renameSync(`${file}.new`, file);
          },
          () => writeFileSync(file, "5 apples"),
          () => writeFileSync(file, "apples"),
          () => writeFileSync(file, "1"),
          () => rmSync(file),
          () => writeFileSync(file, "-127"),
        ]);
        // The first is what init_file wrote, unless it counted before anything was logged.
        expect(seen.filter((change) => change !== "106")).toEqual([
          "92",
          "132",
          "110",
          "100",
          "102",
          "100",
          "FAULT",
        ]);
      },
      60_000,
    );

    it("follows a symbolic link that is turned to another file, and keeps the file of init_file over a reload", async () => {
      const link = join(folder, "link");
      rmSync(link, { force: true });
      writeFileSync(join(folder, "one"), "1");
      writeFileSync(join(folder, "two"), "2");
      symlinkSync(join(folder, "one"), link);
      const text = (weight: number) => `track_file f {
        file ${link}
        weight ${weight}
        init_file 50 overwrite
      }
      vrrp_instance V {
        interface eth0
        virtual_router_id 51
        priority 100
        virtual_ipaddress {
          10.78.0.100/16
        }
        track_file {
          f
        }
      }
      `;
      const daemon = start("locum", text(1));
      // A link is never written through.
      await eventually(() => daemon.log.includes("it is not a regular file"), { within: 20_000 });
      await eventually(() => daemon.log.includes("Entering BACKUP STATE"), { within: 20_000 });
      const seen = await follow(daemon, [
        () => {
          symlinkSync(join(folder, "two"), `${link}.new`);
          renameSync(`${link}.new`, link);
        },
        () => writeFileSync(join(folder, "two"), "7"),
      ]);
      expect(seen.slice(-2)).toEqual(["102", "107"]);
      daemon.configure(text(3));
      daemon.signal("SIGHUP");
      await eventually(
        () => {
          writeFileSync(join(folder, "two"), "8");
          return changes(daemon.log).at(-1) === "124";
        },
        { within: 10_000, every: 100 },
      );
    }, 60_000);

    it("counts processes from the start on, as they begin and end", async () => {
      const program = join(folder, "worker");
      symlinkSync("/bin/sleep", program);
      const workers: ChildProcess[] = [spawn(program, ["600"])];
      const more = () => workers.push(spawn(program, ["600"]));
      const fewer = () => void workers.pop()?.kill("SIGKILL");
      try {
        const daemon = start(
          "locum",
          `vrrp_track_process p {
            process ${program} 600
            quorum 1
            quorum_max 2
            weight 10
          }
          vrrp_instance V {
            interface eth0
            virtual_router_id 51
            priority 100
            virtual_ipaddress {
              10.78.0.100/16
            }
            track_process {
              p
            }
          }
          `,
        );
        await eventually(() => daemon.log.includes("Entering BACKUP STATE"), { within: 20_000 });
        more();
        const seen = await follow(daemon, [
          more,
          fewer,
          () => {
            fewer();
            fewer();
          },
        ]);
        // The first is that of the start, with one process.
        expect(seen).toEqual(["110", "100", "110", "100"]);
      } finally {
        for (const worker of workers) worker.kill("SIGKILL");
      }
    }, 60_000);
  },
);
