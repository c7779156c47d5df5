import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { addressOf } from "../../src/dgram-extra/bpf.ts";
import { isLockedByAnother, lockFile } from "../../src/dgram-extra/file-lock.ts";
import { mapMemory } from "../../src/dgram-extra/memory-map.ts";
import { fileSystemType } from "../../src/dgram-extra/mount.ts";
import { peekBytes, peekString, SharedLibrary } from "../../src/dgram-extra/shared-library.ts";
import {
  checked,
  errorCode,
  monotonicMicroseconds,
  SystemError,
  systemCall,
} from "../../src/dgram-extra/system-call.ts";

describe("system calls", () => {
  it("give their result, or the negated errno", () => {
    expect(systemCall("getpid")).toBe(process.pid);
    expect(systemCall("close", -1)).toBe(-9);
    expect(() => checked(-9, "Cannot close it")).toThrow("Cannot close it: Bad file descriptor (EBADF)");
    expect(new SystemError("x", 105)).toMatchObject({ code: "ENOBUFS", errno: 105 });
    expect([1, 11, 100].map(errorCode)).toEqual(["EPERM", "EAGAIN", "ENETDOWN"]);
  });

  it("refuse what cannot be passed", () => {
    expect(() => Reflect.apply(systemCall, undefined, ["close", {}])).toThrow(TypeError);
    expect(() => Reflect.apply(systemCall, undefined, ["close", () => 1])).toThrow(TypeError);
  });

  it("the clock is the one of process.hrtime", () => {
    const before = Number(process.hrtime.bigint()) / 1e3;
    const now = monotonicMicroseconds();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Number(process.hrtime.bigint()) / 1e3);
  });

  it("tell the type of a file system, and nothing for a path that is not there", () => {
    expect(fileSystemType("/proc")).toBe(0x9fa0);
    expect(fileSystemType("/no/such/path")).toBeUndefined();
  });
});

describe("SharedLibrary", () => {
  it("calls functions with numbers, strings and bytes", () => {
    const libc = new SharedLibrary("libc.so.6");
    expect(libc.callInt("abs", -5)).toBe(5);
    expect(libc.callInt("strcmp", "same", Buffer.from("same\0"))).toBe(0);
    expect(peekString(libc.callPointer("strchr", libc.callPointer("strerror", 2), "o".charCodeAt(0)))).toBe(
      "o such file or directory",
    );
    expect(libc.callPointer("strchr", "text", "q".charCodeAt(0))).toBe(0n);
    const bytes = Buffer.alloc(4);
    libc.callVoid("memset", bytes, 7, 4);
    expect([...peekBytes(addressOf(bytes), 4)]).toEqual([7, 7, 7, 7]);
  });

  it("says what is missing", () => {
    expect(() => new SharedLibrary("libnone.so.1")).toThrow(/libnone\.so\.1: cannot open shared object file/);
    expect(() => new SharedLibrary("libc.so.6").symbol("no_such_function")).toThrow(/no_such_function/);
    expect(() => peekString(0n)).toThrow(/null address/);
  });
});

it("mapMemory shares memory with what is behind the descriptor", () => {
  const descriptor = checked(systemCall("memfd_create", "test", 0), "memfd");
  systemCall("ftruncate", descriptor, 4096);
  const mapped = new Uint8Array(mapMemory({ descriptor, length: 4096, writable: true }));
  mapped.set([1, 2, 3]);
  const read = new Uint8Array(3);
  expect(systemCall("pread64", descriptor, read, 3, 0)).toBe(3);
  expect([...read]).toEqual([1, 2, 3]);
  expect(() => mapMemory({ descriptor: -1, length: 4096 })).toThrow(/EBADF/);
  systemCall("close", descriptor);
});

it("lockFile holds until the descriptor is closed, whatever other descriptors of the file do", () => {
  const folder = mkdtempSync(join(tmpdir(), "dgram-extra-lock-"));
  const [first, second, third] = ["w", "w", "w"].map((flag) => openSync(join(folder, "file"), flag));
  expect(lockFile(Number(first))).toBe(true);
  closeSync(Number(third));
  expect(isLockedByAnother(Number(second))).toBe(true);
  expect(lockFile(Number(second))).toBe(false);
  closeSync(Number(first));
  expect(lockFile(Number(second))).toBe(true);
  closeSync(Number(second));
  rmSync(folder, { recursive: true });
});
