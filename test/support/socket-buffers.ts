import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { processTree } from "./vrrp-daemon.ts";

/** Prints the receive buffers of the sockets of an IP protocol that a process has, one a line. */
const SOURCE = `
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
static int option(int s, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  getsockopt(s, SOL_SOCKET, name, &value, &length);
  return value;
}
int main(int count, char **words) {
  char folder[64];
  snprintf(folder, sizeof folder, "/proc/%s/fd", words[1]);
  int process = syscall(SYS_pidfd_open, atoi(words[1]), 0);
  DIR *all = opendir(folder);
  if (process < 0 || !all) return 1;
  for (struct dirent *each; (each = readdir(all));) {
    int s = each->d_name[0] == '.' ? -1 : syscall(SYS_pidfd_getfd, process, atoi(each->d_name), 0);
    if (s < 0) continue;
    if (option(s, SO_PROTOCOL) == atoi(words[2])) printf("%d\\n", option(s, SO_RCVBUF));
    close(s);
  }
  return 0;
}
`;

/** Compiles what looks at other processes' sockets. Gives a function that lists the buffers of a daemon's, largest first. */
export function socketBuffers(folder: string): (pid: number, protocol: number) => readonly number[] {
  const [source, program] = [join(folder, "buffers.c"), join(folder, "buffers")];
  writeFileSync(source, SOURCE);
  const built = spawnSync("cc", ["-o", program, source], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`cannot compile the program: ${built.stderr}`);
  return (pid, protocol) =>
    processTree(pid)
      .flatMap((each) =>
        spawnSync(program, [`${each}`, `${protocol}`], { encoding: "utf8" }).stdout.split("\n"),
      )
      .filter((line) => line !== "")
      .map(Number)
      .sort((a, b) => b - a);
}
