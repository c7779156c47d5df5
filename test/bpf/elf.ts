/** A section of an ELF object. */
export interface Section {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The sections of a little-endian 64-bit ELF object. */
export function readSections(object: Uint8Array): readonly Section[] {
  const view = new DataView(object.buffer, object.byteOffset, object.length);
  const table = Number(view.getBigUint64(0x28, true));
  const entrySize = view.getUint16(0x3a, true);
  const count = view.getUint16(0x3c, true);
  const namesIndex = view.getUint16(0x3e, true);
  const header = (index: number) => {
    const at = table + index * entrySize;
    return {
      name: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 0x18, true)),
      size: Number(view.getBigUint64(at + 0x20, true)),
    };
  };
  const names = header(namesIndex);
  return Array.from({ length: count }, (_, index) => {
    const { name, offset, size } = header(index);
    return {
      name: stringAt(object.subarray(names.offset), name),
      bytes: object.subarray(offset, Math.min(offset + size, object.length)),
    };
  });
}

/** The NUL-terminated string at an offset. */
export function stringAt(bytes: Uint8Array, offset: number): string {
  return Buffer.from(bytes.subarray(offset, bytes.indexOf(0, offset))).toString("latin1");
}
