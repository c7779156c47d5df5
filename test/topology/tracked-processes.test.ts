import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Namespaces } from "../support/namespaces.ts";
import { compilePreload } from "../support/preload.ts";
import { describeWith } from "../support/require.ts";
import { ToldDaemon } from "../support/told-daemon.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

/** The kernel tells of processes in the first namespace only: the socket for that is made there, as on a real host. */
const IN_THE_FIRST_NAMESPACE = `
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#define NETLINK_CONNECTOR 11
static int opened(int domain, int type, int protocol) {
  static int (*real)(int, int, int);
  if (!real) real = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
  return real(domain, type, protocol);
}
int socket(int domain, int type, int protocol) {
  if (domain != AF_NETLINK || protocol != NETLINK_CONNECTOR) return opened(domain, type, protocol);
  int here = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int first = open(getenv("FIRST_NAMESPACE"), O_RDONLY | O_CLOEXEC);
  setns(first, CLONE_NEWNET);
  int made = opened(domain, type, protocol);
  setns(here, CLONE_NEWNET);
  close(here);
  close(first);
  return made;
}
static long intercept(long number, long *a) {
  return number == SYS_socket ? socket(a[0], a[1], a[2]) : pass_on(number, a);
}
`;

/** Blocks by name; NAME is that of the program, which each run has for itself. */
const BLOCKS: Readonly<Record<string, string>> = {
  path: "process {D}/NAME; weight 10",
  pathFull: "process {D}/NAME; full_command; weight 10",
  name: "process NAME; weight 10",
  nameFull: "process NAME; full_command; weight 10",
  nameParameters: "process NAME 600 700; weight 10",
  exactImplied: "process {D}/NAME 600 700; weight 10",
  exact: "process {D}/NAME 600 700; param_match; weight 10",
  exactNone: "process {D}/NAME; param_match; weight 10",
  initial: "process {D}/NAME 600 7; param_match initial; weight 10",
  initialOne: "process {D}/NAME 600; param_match initial; weight 10",
  partial: "process {D}/NAME 600; param_match partial; weight 10",
  partialHalf: "process {D}/NAME 600 7; param_match partial; weight 10",
  partialSecond: "process {D}/NAME 700; param_match partial; weight 10",
  quoted: 'process "{D}/NAME 600 700"; weight 10',
  quotedApart: 'process "{D}/NAME" "600" 700; weight 10',
  negative: "process NAME; weight -10",
  reverse: "process NAME; weight 10 reverse",
  negativeReverse: "process NAME; weight -10 reverse",
  weightTwice: "process NAME; weight 10; weight 20",
  zero: "process NAME",
  zeroReverse: "process NAME; weight 0 reverse",
  two: "process NAME; quorum 2; weight 10",
  exactlyTwo: "process NAME; quorum 2; quorum_max 2; weight 10",
  atMostOne: "process NAME; quorum_max 1; weight 10",
  nobody: "process NAME; quorum_max 0; weight 10",
  orderRefused: "process NAME; quorum 3; quorum_max 2; weight 10",
  forkLater: "process NAME; fork_delay 1; weight 10",
  endLater: "process NAME; terminate_delay 1; weight 10",
  delay: "process NAME; delay 1; weight 10",
  forks: "process f-NAME; quorum 2; weight 10",
  forksLater: "process f-NAME; quorum 2; fork_delay 1; weight 10",
};

function configuration(program: string): string {
  return Object.entries(BLOCKS)
    .map(
      ([name, lines], at) => `vrrp_track_process ${name} {
  ${lines.replaceAll("NAME", program).replaceAll("; ", "\n  ")}
}
vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${at + 1}
  version 3
  advert_int 0.2
  track_process {
    ${name}
  }
  virtual_ipaddress {
    10.78.0.${at + 1}
  }
}
`,
    )
    .join("");
}

const suite = {
  title: "tracked processes beside keepalived",
  needs: ["root", "netns", "cc", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-proc");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  const all: ToldDaemon[] = [];
  const children: ChildProcess[] = [];
  const told = new Map<DaemonProgram, Readonly<Record<string, readonly string[]>>>();

  beforeAll(async () => {
    const library = compilePreload(folder, IN_THE_FIRST_NAMESPACE);
    await Promise.all((["keepalived", "locum"] as const).map((program) => life(program, library)));
  }, 60_000);
  afterAll(async () => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(all.map((one) => one.dispose()));
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function life(program: DaemonProgram, library: string): Promise<void> {
    const before = ["env", `LD_PRELOAD=${library}`, `FIRST_NAMESPACE=/proc/${process.pid}/ns/net`];
    const daemon = new ToldDaemon(namespaces, { program, before });
    all.push(daemon);
    // Of at most 13 characters, so that the kernel keeps the whole name, and each run's own.
    const name = `w${process.pid}${program.slice(0, 2)}`;
    const worker = join(daemon.stage.folder, name);
    copyFileSync("/bin/sleep", worker);
    const forker = join(daemon.stage.folder, `f-${name}`);
    // Without a program of its own the second process keeps the first one's name.
    writeFileSync(forker, "#!/bin/sh\nread go\n(read go)\nread go\n", { mode: 0o755 });
    const start = (command: string, ...words: string[]) => {
      const child = spawn(command, words, { stdio: ["pipe", "ignore", "ignore"] });
      children.push(child);
      return child;
    };
    const end = (child: ChildProcess) => void child.kill("SIGKILL");
    daemon.configure(configuration(name), "  vrrp_notify_priority_changes on\n");
    const forking = start(forker);
    daemon.daemon.start();
    const last = (who: string) => daemon.told.get(who)?.at(-1);
    await daemon.until(
      (words) =>
        words.size === Object.keys(BLOCKS).length &&
        [...words.values()].every((each) => !/BACKUP \d/.test(each.at(-1) ?? "")),
    );
    const one = start(worker, "600", "700");
    await daemon.hears("name", "MASTER_PRIORITY 110");
    await daemon.hears("exact", "MASTER_PRIORITY 110");
    await daemon.hears("zero", "MASTER 100");
    const two = start(worker, "600");
    await daemon.hears("exactlyTwo", "MASTER_PRIORITY 110");
    const three = start(worker, "60");
    await daemon.hears("exactlyTwo", "MASTER_PRIORITY 100");
    end(three);
    await daemon.hears("exactlyTwo", "MASTER_PRIORITY 110");
    end(one);
    await daemon.hears("exactlyTwo", "MASTER_PRIORITY 100");
    end(two);
    await daemon.hears("name", "MASTER_PRIORITY 100");
    expect([last("endLater"), last("delay")]).toEqual(["MASTER_PRIORITY 110", "MASTER_PRIORITY 110"]);
    await daemon.hears("endLater", "MASTER_PRIORITY 100");
    await daemon.hears("delay", "MASTER_PRIORITY 100");
    // Gone and back within the delay: nobody is told.
    const fourth = start(worker, "1");
    await daemon.hears("endLater", "MASTER_PRIORITY 110");
    end(fourth);
    await daemon.hears("name", "MASTER_PRIORITY 100");
    start(worker, "600");
    await daemon.hears("name", "MASTER_PRIORITY 110");
    forking.stdin?.write("go\n");
    await daemon.hears("forks", "MASTER_PRIORITY 110");
    expect(last("forksLater")).toBe("MASTER 100");
    await daemon.hears("forksLater", "MASTER_PRIORITY 110");
    expect(last("endLater")).toBe("MASTER_PRIORITY 110");
    forking.stdin?.write("go\n");
    await daemon.hears("forks", "MASTER_PRIORITY 100");
    await daemon.hears("forksLater", "MASTER_PRIORITY 100");
    const words = [...daemon.told].map(([who, each]) => [
      who,
      each.map((word) => word.replace(/(FAULT) \d+/, "$1")),
    ]);
    told.set(program, Object.fromEntries(words));
  }

  it("are counted alike, with every way to match, quorum and delay", () => {
    expect(told.get("locum")).toEqual(told.get("keepalived"));
    expect(told.get("locum")).toMatchObject({
      path: ["BACKUP 100", "MASTER 100"],
      quoted: ["BACKUP 100", "MASTER 100"],
      partialSecond: ["BACKUP 100", "MASTER 100"],
      nobody: [
        "BACKUP_PRIORITY 110",
        "BACKUP 110",
        "MASTER 110",
        "MASTER_PRIORITY 100",
        "MASTER_PRIORITY 110",
        "MASTER_PRIORITY 100",
        "MASTER_PRIORITY 110",
        "MASTER_PRIORITY 100",
      ],
    });
  });

  it("and told alike in the log", () => {
    const [theirs, ours] = all
      .toSorted((a, b) => a.stage.program.localeCompare(b.stage.program))
      .map(({ daemon }) =>
        [...daemon.log.matchAll(/Quorum \w+ for tracked process exactlyTwo/g)].map(([line]) => line),
      );
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(4);
  });
});
