import { addressOf, bpf, SystemError } from "dgram-extra";

/** Commands of bpf(2) (enum bpf_cmd) that this program uses. */
const commands = {
  lookup: 1,
  update: 2,
  delete: 3,
  nextKey: 4,
  pin: 6,
  open: 7,
  testRun: 10,
  describe: 15,
  lookupBatch: 24,
} as const;

const ENOENT = 2;

/** What an update expects: anything, nothing there yet, or something there. */
export const updateFlags = { any: 0, absent: 1, present: 2 } as const;

/** Copies the value of a key into `value`; false when there is none. @throws {SystemError} */
export function lookupElement(
  map: number,
  pair: { readonly key: Uint8Array; readonly value: Uint8Array },
): boolean {
  return element(commands.lookup, { map, ...pair, attempted: "Cannot read from a BPF map" });
}

/** @throws {SystemError} EEXIST, ENOENT against the flags; E2BIG when the map is full. */
export function updateElement(
  map: number,
  pair: { readonly key: Uint8Array; readonly value: Uint8Array; readonly flags: number },
): void {
  element(commands.update, { map, ...pair, attempted: "Cannot write to a BPF map" });
}

/** Removes a key; false when there is none. @throws {SystemError} */
export function deleteElement(map: number, key: Uint8Array): boolean {
  return element(commands.delete, { map, key, attempted: "Cannot delete from a BPF map" });
}

/** The key after `key` in the map's own order, the first for undefined; false at the end. @throws {SystemError} */
export function nextKey(
  map: number,
  step: { readonly key: Uint8Array | undefined; readonly next: Uint8Array },
): boolean {
  return element(commands.nextKey, {
    map,
    ...(step.key === undefined ? {} : { key: step.key }),
    value: step.next,
    attempted: "Cannot walk a BPF map",
  });
}

interface ElementCall {
  readonly map: number;
  readonly key?: Uint8Array;
  readonly value?: Uint8Array;
  readonly flags?: number;
  readonly attempted: string;
}

function element(command: number, call: ElementCall): boolean {
  const attributes = new Uint8Array(32);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, call.map, true);
  if (call.key !== undefined) view.setBigUint64(8, addressOf(call.key), true);
  if (call.value !== undefined) view.setBigUint64(16, addressOf(call.value), true);
  view.setBigUint64(24, BigInt(call.flags ?? 0), true);
  const result = bpf(command, attributes);
  if (result === -ENOENT) return false;
  if (result < 0) throw new SystemError(call.attempted, -result);
  return true;
}

/** A descriptor of the map or program pinned at `path`; undefined when nothing is. @throws {SystemError} */
export function openPinned(path: string): number | undefined {
  const attributes = new Uint8Array(16);
  const name = Buffer.from(`${path}\0`);
  new DataView(attributes.buffer).setBigUint64(0, addressOf(name), true);
  const result = bpf(commands.open, attributes);
  if (result === -ENOENT) return undefined;
  if (result < 0) throw new SystemError(`Cannot open the BPF object ${path}`, -result);
  return result;
}

/** The size of a map's keys and values in bytes, and how many it takes. */
export interface MapShape {
  readonly keySize: number;
  readonly valueSize: number;
  readonly entries: number;
}

/** Asks the kernel what a map looks like (struct bpf_map_info). @throws {SystemError} */
export function mapShape(map: number): MapShape {
  const answer = new Uint8Array(128);
  const attributes = new Uint8Array(16);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, map, true);
  view.setUint32(4, answer.length, true);
  view.setBigUint64(8, addressOf(answer), true);
  const result = bpf(commands.describe, attributes);
  if (result < 0) throw new SystemError("Cannot describe a BPF map", -result);
  const shape = new DataView(answer.buffer);
  return {
    keySize: shape.getUint32(8, true),
    valueSize: shape.getUint32(12, true),
    entries: shape.getUint32(16, true),
  };
}

/** A packet put through a program without a network: what came out. */
export interface TestRun {
  /** What the program returned, for tc one of TC_ACT_*. */
  readonly verdict: number;
  readonly packet: Uint8Array;
}

/** Runs a program once on a packet (BPF_PROG_TEST_RUN). @throws {SystemError} */
export function testRun(program: number, packet: Uint8Array): TestRun {
  const output = new Uint8Array(packet.length + 256);
  const attributes = new Uint8Array(80);
  const view = new DataView(attributes.buffer);
  view.setUint32(0, program, true);
  view.setUint32(8, packet.length, true);
  view.setUint32(12, output.length, true);
  view.setBigUint64(16, addressOf(packet), true);
  view.setBigUint64(24, addressOf(output), true);
  const result = bpf(commands.testRun, attributes);
  if (result < 0) throw new SystemError("Cannot test-run a BPF program", -result);
  return { verdict: view.getUint32(4, true), packet: output.slice(0, view.getUint32(12, true)) };
}
