import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, processTree, type VrrpDaemon } from "../support/vrrp-daemon.ts";

/** The number of the last processor. */
const LAST = `${cpus().length - 1}`;

const suite = {
  title: "what the BFD and the checker process are given, beside keepalived",
  needs: ["root", "netns", "keepalived", "bpf", "cc"],
} as const;

/**
 * keepalived runs no checkers without IPVS in the kernel. To a process that has this in front of the C library every
 * IPVS command succeeds; there is one version to tell, and no service.
 */
const PRETEND_IPVS = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#define FIRST 1152
#define OURS(level, option) (level == IPPROTO_IP && option >= FIRST && option < FIRST + 32)
int setsockopt(int s, int level, int option, const void *value, socklen_t length) {
  int (*real)(int, int, int, const void *, socklen_t) = dlsym(RTLD_NEXT, "setsockopt");
  return OURS(level, option) ? 0 : real(s, level, option, value, length);
}
int getsockopt(int s, int level, int option, void *value, socklen_t *length) {
  int (*real)(int, int, int, void *, socklen_t *) = dlsym(RTLD_NEXT, "getsockopt");
  if (!OURS(level, option)) return real(s, level, option, value, length);
  memset(value, 0, *length);
  if (option == FIRST + 3 || option == FIRST + 4) { errno = ESRCH; return -1; }
  if (option == FIRST + 1) memcpy(value, (unsigned[]){0x010201, 4096, 0}, *length < 12 ? *length : 12);
  return 0;
}
`;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-child");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const library = join(folder, "ipvs.so");
  const daemons = new Daemons(namespaces);

  beforeAll(() => {
    namespaces.addAlone("a", "10.77.0.2/16");
    writeFileSync(join(folder, "ipvs.c"), PRETEND_IPVS);
    const built = spawnSync("cc", ["-shared", "-fPIC", "-o", library, join(folder, "ipvs.c")], {
      encoding: "utf8",
    });
    expect(built).toMatchObject({ status: 0, stderr: "" });
  });
  afterEach(() => daemons.dispose());
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  const text = (global: readonly string[]) => `global_defs {
  ${global.join("\n  ")}
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  advert_int 0.2
  virtual_ipaddress {
    10.77.0.100/16
  }
}
bfd_instance B {
  neighbor_ip 10.77.0.3
  source_ip 10.77.0.2
}
virtual_server 10.77.0.100 80 {
  delay_loop 1
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server 10.77.0.9 80 {
    TCP_CHECK {
      connect_timeout 1
    }
  }
}
`;

  function start(program: DaemonProgram, global: readonly string[]): VrrpDaemon {
    const before = program === "keepalived" ? ["env", `LD_PRELOAD=${library}`] : [];
    const daemon = daemons.make({ namespace: "a", program, flags: [], before });
    daemon.configure(text(global));
    daemon.start();
    return daemon;
  }

  type Child = "vrrp" | "checker" | "bfd";

  /** What the kernel says of a child, by its pid file. */
  function child(daemon: VrrpDaemon, kind: Child): Settings {
    const file = { vrrp: "v.pid", checker: "c.pid", bfd: "b.pid" }[kind];
    const pid = Number(readFileSync(daemon.configuration.replace("keepalived.conf", file), "latin1"));
    if (!processTree(daemon.pid).includes(pid)) throw new Error(`${pid} is no child of it`);
    return settingsOf(pid);
  }

  const untouched = { classes: ["other 0 0"], processors: present(), locked: false, limit: "unlimited" };

  it.each(["keepalived", "locum"] as const)(
    "%s: each keyword counts for its process, and for no other",
    async (program) => {
      const daemon = start(program, [
        "process_name a_parent",
        "vrrp_process_name a_vrrp",
        "bfd_process_name a_bfd",
        "bfd_rt_priority 4",
        "bfd_rlimit_rttime 200000",
        `bfd_cpu_affinity ${LAST}`,
        "checker_process_name a_checker",
        "checker_no_swap",
        "checker_priority -6",
        "checker_cpu_affinity 0",
      ]);
      const wanted = {
        vrrp: { name: "a_vrrp", ...untouched },
        // keepalived is warned at half of it and killed at the whole; ours is warned.
        bfd: {
          ...untouched,
          name: "a_bfd",
          classes: ["rr 4 0"],
          processors: LAST,
          limit: program === "locum" ? "200000" : "100000",
        },
        checker: { ...untouched, name: "a_checker", classes: ["other 0 -6"], processors: "0", locked: true },
      };
      await settled(daemon, wanted);
      expect(settingsOf(daemon.pid).name).toBe("a_parent");
    },
    40_000,
  );

  it.each(["keepalived", "locum"] as const)(
    "%s: and the other way round; a reload takes back what it no longer says",
    async (program) => {
      const daemon = start(program, [
        "bfd_no_swap",
        "bfd_priority -5",
        "checker_rt_priority 7",
        "checker_rlimit_rttime 300000",
        "vrrp_rt_priority 3",
        "vrrp_no_swap",
      ]);
      const name = (kind: string) => (program === "locum" ? `locum_${kind}` : "keepalived");
      const names = { vrrp: name("vrrp"), checker: name("check"), bfd: name("bfd") };
      await settled(daemon, {
        bfd: { ...untouched, name: names.bfd, classes: ["other 0 -5"], locked: true },
        checker: {
          ...untouched,
          name: names.checker,
          classes: ["rr 7 0"],
          limit: program === "locum" ? "300000" : "150000",
        },
        vrrp: {
          ...untouched,
          name: names.vrrp,
          classes: ["rr 3 0"],
          locked: true,
          limit: program === "locum" ? "unlimited" : "5000",
        },
      });
      daemon.configure(text([]));
      daemon.signal("SIGHUP");
      // keepalived leaves a limit of nothing, which does not count outside of the real-time class.
      const limit = program === "locum" ? "unlimited" : "0";
      await settled(daemon, {
        bfd: { ...untouched, name: names.bfd },
        checker: { ...untouched, name: names.checker, limit },
        vrrp: { ...untouched, name: names.vrrp, limit },
      });
    },
    40_000,
  );

  it("locum: a reload gives the processors back, and takes what is new", async () => {
    const daemon = start("locum", [`bfd_cpu_affinity ${LAST}`, "checker_cpu_affinity 0", "bfd_priority -5"]);
    await settled(daemon, {
      bfd: { ...untouched, name: "locum_bfd", classes: ["other 0 -5"], processors: LAST },
    });
    daemon.configure(text([`checker_cpu_affinity ${LAST}`, "bfd_rt_priority 2"]));
    daemon.signal("SIGHUP");
    await settled(daemon, {
      bfd: { ...untouched, name: "locum_bfd", classes: ["rr 2 0"] },
      checker: { ...untouched, name: "locum_check", processors: LAST },
    });
  }, 40_000);

  /** Waits until these children are as said, and shows the difference when they never are. */
  async function settled(daemon: VrrpDaemon, wanted: Partial<Record<Child, Settings>>): Promise<void> {
    const kinds = Object.keys(wanted) as Child[];
    const seen = () => Object.fromEntries(kinds.map((kind) => [kind, child(daemon, kind)]));
    try {
      await eventually(() => JSON.stringify(seen()) === JSON.stringify(inOrder(wanted)), {
        within: 15_000,
        every: 100,
      });
    } catch {
      expect(seen(), daemon.log).toEqual(wanted);
    }
  }
});

interface Settings {
  readonly name: string;
  /** Of every thread, each once: class, real-time priority, nice value. */
  readonly classes: readonly string[];
  readonly processors: string;
  readonly locked: boolean;
  /** Of real time, in microseconds. */
  readonly limit: string;
}

function settingsOf(pid: number): Settings {
  const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, "latin1");
  const classes = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = read(`task/${thread}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // By proc_pid_stat(5).
    const [nice, realtime, policy] = [19, 40, 41].map((number) => Number(fields[number - 3]));
    return `${policy === 2 ? "rr" : "other"} ${realtime} ${nice}`;
  });
  const status = (name: string) => new RegExp(`^${name}:\\s+(\\S+)`, "m").exec(read("status"))?.[1] ?? "";
  return {
    name: read("comm").trim(),
    classes: [...new Set(classes)],
    processors: status("Cpus_allowed_list"),
    locked: Number(status("VmLck")) > 1_000,
    limit: /^Max realtime timeout +(\w+)/m.exec(read("limits"))?.[1] ?? "",
  };
}

function inOrder(wanted: Partial<Record<string, Settings>>): unknown {
  return Object.fromEntries(
    Object.entries(wanted).map(([kind, settings]) => [
      kind,
      settings && {
        name: settings.name,
        classes: settings.classes,
        processors: settings.processors,
        locked: settings.locked,
        limit: settings.limit,
      },
    ]),
  );
}

/** The processors that this process may run on. */
function present(): string {
  return settingsOf(process.pid).processors;
}
