import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  errorCode,
  errorText,
  peekString,
  printSink,
  SharedLibrary,
  systemCall,
  takePrinted,
} from "dgram-extra";
import { openPinned } from "./bpf-syscall.ts";

/** Why the data path cannot be loaded. The message says what is missing and how to get it. */
export class BpfUnavailable extends Error {
  override readonly name = "BpfUnavailable";
}

/** The compiled data path; the package ships it under src/bpf, beside its source. */
export const directorObjectPath = fileURLToPath(new URL("../../src/bpf/director.bpf.o", import.meta.url));

/** A number that tells one build of an object from another. */
export function objectDigest(path: string): number {
  return createHash("sha256").update(readFileSync(path)).digest().readUInt32LE(0);
}

/** What to pin of an object, and where. */
export interface Pinning {
  /** A folder of a BPF file system, made when absent. */
  readonly folder: string;
  readonly maps: readonly string[];
  readonly program: string;
  /** Keep the maps that are pinned there already, with all that is in them; only the program is new. */
  readonly keepMaps: boolean;
}

/**
 * Loads a compiled BPF object into the kernel and pins its maps and one program, the program last: where it is
 * pinned, everything is. What is left of a load that was cut short is removed first, unless maps are to be kept.
 * @throws {BpfUnavailable} when libbpf, the kernel or the privilege is missing, or the verifier refuses.
 */
export function loadBpfObject(path: string, pinning: Pinning): void {
  const library = openLibbpf();
  library.callPointer("libbpf_set_print", printSink);
  takePrinted();
  const object = library.callPointer("bpf_object__open_file", path, null);
  if (object === 0n)
    throw new BpfUnavailable(`Cannot read the BPF object ${path}: ${printed("no reason given")}`);
  try {
    if (pinning.keepMaps) reuseMaps(library, { object, pinning });
    const result = library.callInt("bpf_object__load", object);
    if (result < 0) throw new BpfUnavailable(explain(-result));
    mkdirSync(pinning.folder, { recursive: true, mode: 0o700 });
    if (pinning.keepMaps) rmSync(join(pinning.folder, pinning.program), { force: true });
    else unpin(pinning.folder);
    pinMaps(library, { object, pinning });
    const program = library.callPointer("bpf_object__find_program_by_name", object, pinning.program);
    pin(library, {
      function: "bpf_program__pin",
      object: program,
      path: join(pinning.folder, pinning.program),
    });
  } finally {
    library.callVoid("bpf_object__close", object);
  }
}

/** Removes everything pinned in `folder`. What is attached to an interface lives on until it is detached there. */
export function unpin(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) unlinkSync(join(folder, name));
}

function openLibbpf(): SharedLibrary {
  try {
    return new SharedLibrary("libbpf.so.1");
  } catch (cause) {
    throw new BpfUnavailable(
      `Cannot load the forwarder into the kernel: libbpf.so.1 is not installed (${cause instanceof Error ? cause.message : String(cause)}); install it with: apt-get install libbpf1`,
      { cause },
    );
  }
}

interface ObjectPinning {
  readonly object: bigint;
  readonly pinning: Pinning;
}

/** Makes the object use the maps that are pinned already. */
function reuseMaps(library: SharedLibrary, { object, pinning }: ObjectPinning): void {
  for (const [name, map] of mapsOf(library, object)) {
    if (!pinning.maps.includes(name)) continue;
    const descriptor = openPinned(join(pinning.folder, name));
    if (descriptor === undefined) continue;
    const result = library.callInt("bpf_map__reuse_fd", map, descriptor);
    systemCall("close", descriptor); // libbpf made its own copy
    if (result < 0) throw new BpfUnavailable(`Cannot keep the BPF map ${name}: ${errorText(-result)}`);
  }
}

function pinMaps(library: SharedLibrary, { object, pinning }: ObjectPinning): void {
  const wanted = new Set(pinning.maps);
  for (const [name, map] of mapsOf(library, object)) {
    const path = join(pinning.folder, name);
    if (wanted.delete(name) && !existsSync(path))
      pin(library, { function: "bpf_map__pin", object: map, path });
  }
  if (wanted.size > 0) throw new BpfUnavailable(`The BPF object lacks the map ${[...wanted].join(", ")}`);
}

function mapsOf(library: SharedLibrary, object: bigint): readonly (readonly [name: string, map: bigint])[] {
  const maps: [string, bigint][] = [];
  let map = library.callPointer("bpf_object__next_map", object, null);
  while (map !== 0n) {
    maps.push([peekString(library.callPointer("bpf_map__name", map)), map]);
    map = library.callPointer("bpf_object__next_map", object, map);
  }
  return maps;
}

function pin(
  library: SharedLibrary,
  what: { readonly function: string; readonly object: bigint; readonly path: string },
): void {
  const result = library.callInt(what.function, what.object, what.path);
  if (result < 0) {
    throw new BpfUnavailable(
      `Cannot pin ${what.path}: ${errorText(-result)} (${errorCode(-result)}); it must be on a BPF file system (mount -t bpf)`,
    );
  }
}

const EPERM = 1;
const ENOSYS = 38;

function explain(errno: number): string {
  const reason = `${errorText(errno)} (${errorCode(errno)})`;
  const attempted = "Cannot load the forwarder into the kernel";
  if (errno === EPERM) {
    return `${attempted}: ${reason}; it takes root, or the capabilities CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON`;
  }
  if (errno === ENOSYS) {
    return `${attempted}: this kernel was built without CONFIG_BPF_SYSCALL; use one that has it (Debian's has), 6.1 or later`;
  }
  return `${attempted}: ${reason}. It takes Linux 6.1 or later with CONFIG_BPF_SYSCALL, CONFIG_DEBUG_INFO_BTF and CONFIG_NET_CLS_BPF. The kernel's words:\n${printed("none")}`;
}

/** What libbpf and the verifier said, without the lines on what went well before. */
function printed(otherwise: string): string {
  const text = takePrinted();
  const from = text.search(/^.*(failed|Error|BEGIN PROG LOAD LOG)/m);
  return text.slice(Math.max(from, 0)).trim() || otherwise;
}
