import { createRequire } from "node:module";

/** An argument of a system call or of a C function: a value, or bytes whose address is passed. */
export type Word = number | bigint | boolean | string | ArrayBuffer | ArrayBufferView | null | undefined;

/** The system calls whose numbers the addon knows, on x86-64 and arm64 alike. */
export type SystemCallName =
  | "accept4"
  | "bind"
  | "bpf"
  | "capget"
  | "capset"
  | "clock_gettime"
  | "close"
  | "connect"
  | "dup3"
  | "eventfd2"
  | "fchmod"
  | "fchown"
  | "fcntl"
  | "flock"
  | "fstatfs"
  | "ftruncate"
  | "getpid"
  | "getpriority"
  | "getsockname"
  | "getsockopt"
  | "gettid"
  | "inotify_add_watch"
  | "inotify_init1"
  | "inotify_rm_watch"
  | "ioctl"
  | "kill"
  | "listen"
  | "memfd_create"
  | "mknodat"
  | "mlock2"
  | "mount"
  | "munlockall"
  | "openat"
  | "perf_event_open"
  | "pidfd_open"
  | "pidfd_send_signal"
  | "ppoll"
  | "prctl"
  | "pread64"
  | "prlimit64"
  | "pwrite64"
  | "read"
  | "recvfrom"
  | "sched_get_priority_max"
  | "sched_get_priority_min"
  | "sched_getaffinity"
  | "sched_getscheduler"
  | "sched_setaffinity"
  | "sched_setscheduler"
  | "sendmsg"
  | "sendto"
  | "setns"
  | "setpriority"
  | "setsockopt"
  | "shutdown"
  | "socket"
  | "socketpair"
  | "statfs"
  | "timerfd_create"
  | "timerfd_settime"
  | "umask"
  | "umount2"
  | "unlinkat"
  | "unshare"
  | "write";

/** What the addon exports; the comments in the folder `native` say what each function does. */
export interface Native {
  readonly systemCallNumbers: Readonly<Record<SystemCallName, number>>;
  readonly printSink: bigint;
  call(number: number, ...words: readonly Word[]): number;
  monotonicMicroseconds(): number;
  errorText(errno: number): string;
  receive(descriptor: number, slots: Uint8Array, slotSize: number, records: Uint8Array): number;
  screenDigests(
    rules: Uint8Array,
    slots: Uint8Array,
    slotSize: number,
    records: Uint8Array,
    count: number,
  ): number;
  prepareDigestKey(algorithm: number, key: Uint8Array, prepared: Uint8Array): void;
  watch(descriptor: number, events: number, callback: (eventsOrError: number) => void): number;
  unwatch(id: number): number;
  setWatchEvents(id: number, events: number): number;
  setWatchReferenced(id: number, referenced: number): number;
  map(
    length: number,
    protection: number,
    flags: number,
    descriptor: number,
    offset: number,
  ): ArrayBuffer | number;
  addressOf(bytes: ArrayBuffer | ArrayBufferView): bigint;
  peek(address: bigint, length: number): Buffer;
  peek(address: bigint): string;
  openLibrary(name: string): bigint;
  findSymbol(library: bigint, name: string): bigint;
  callAddress(address: bigint, returns: number, ...words: readonly Word[]): number | bigint | undefined;
  takePrinted(): string;
  catchSignal(number: number, eventDescriptor: number): number;
  relaySignal(number: number, pidDescriptors: Int32Array): number;
  sayOnSignal(number: number, table: Uint8Array, note: Uint8Array): number;
}

/** The loaded addon. */
export const native: Native = load();

function load(): Native {
  try {
    return createRequire(import.meta.url)("dgram-extra/native") as Native;
  } catch (cause) {
    throw new Error(
      `Cannot load dgram-extra's system call addon (${cause instanceof Error ? cause.message : String(cause)}). Build it with: node src/dgram-extra/build-native.mjs`,
      { cause },
    );
  }
}
