import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts itself in front of the C library's syscall(): `long intercept(long number, long *a)`, which the source that follows
 * defines, answers in its place and may `pass_on` the call.
 */
const IN_FRONT_OF_SYSCALL = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <sys/syscall.h>
static long pass_on(long number, long *a) {
  static long (*real)(long, long, long, long, long, long, long);
  if (!real) real = (long (*)(long, long, long, long, long, long, long))dlsym(RTLD_NEXT, "syscall");
  return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
static long intercept(long number, long *a);
long syscall(long number, ...) {
  va_list list;
  long a[6];
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  return intercept(number, a);
}
`;

/** Compiles a library for LD_PRELOAD that changes what system calls answer; its path. */
export function compilePreload(folder: string, source: string): string {
  const file = join(folder, "preload.c");
  const library = join(folder, "preload.so");
  writeFileSync(file, IN_FRONT_OF_SYSCALL + source);
  const { status, stderr } = spawnSync("cc", ["-shared", "-fPIC", "-o", library, file], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cannot compile the library: ${stderr}`);
  return library;
}
