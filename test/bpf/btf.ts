import { readSections, stringAt } from "./elf.ts";

/** A C struct as the compiler laid it out: sizes and offsets in bytes. */
export interface StructLayout {
  readonly size: number;
  readonly offsets: Readonly<Record<string, number>>;
}

const kinds = { struct: 4 } as const;
/** Bytes after a type's 12-byte header, by kind; those with members multiply by their number (Linux, btf.rst). */
const fixedTail: Readonly<Record<number, number>> = { 1: 4, 3: 12, 14: 4, 17: 4 };
const memberTail: Readonly<Record<number, number>> = { 4: 12, 5: 12, 6: 8, 13: 8, 15: 12, 19: 12 };

/** The structs that an object's BTF describes, by name. */
export function readStructs(object: Uint8Array): ReadonlyMap<string, StructLayout> {
  const section = readSections(object).find(({ name }) => name === ".BTF");
  if (section === undefined) throw new Error("the object has no .BTF section");
  const btf = section.bytes;
  const view = new DataView(btf.buffer, btf.byteOffset, btf.length);
  const headerLength = view.getUint32(4, true);
  const types = headerLength + view.getUint32(8, true);
  const typesEnd = types + view.getUint32(12, true);
  const strings = btf.subarray(headerLength + view.getUint32(16, true));
  const found = new Map<string, StructLayout>();
  for (let at = types; at < typesEnd; ) {
    const info = view.getUint32(at + 4, true);
    const members = info & 0xffff;
    const kind = (info >>> 24) & 0x1f;
    if (kind === kinds.struct) {
      const offsets: Record<string, number> = {};
      for (let member = 0; member < members; member++) {
        const place = at + 12 + member * 12;
        offsets[stringAt(strings, view.getUint32(place, true))] = view.getUint32(place + 8, true) / 8;
      }
      found.set(stringAt(strings, view.getUint32(at, true)), { size: view.getUint32(at + 8, true), offsets });
    }
    at += 12 + (fixedTail[kind] ?? 0) + (memberTail[kind] ?? 0) * members;
  }
  return found;
}
