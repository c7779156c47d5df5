import type { FieldCodec, StructCodec } from "../bpf/struct-codec.ts";
import { deleteElement, lookupElement, nextKey, updateElement, updateFlags } from "./bpf-syscall.ts";

/** Bytes and values of one kind, both ways. */
export interface Codec<Value> {
  readonly size: number;
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array): Value;
}

/** The codec of a lone field, such as a map whose key is a __u32. */
export function fieldCodec<Value>(field: FieldCodec<Value>): Codec<Value> {
  return {
    size: field.size,
    encode(value) {
      const bytes = new Uint8Array(field.size);
      field.write(new DataView(bytes.buffer), 0, value);
      return bytes;
    },
    decode: (bytes) => field.read(new DataView(bytes.buffer, bytes.byteOffset), 0),
  };
}

/** A BPF map behind a descriptor, in values instead of bytes. */
export class BpfMap<Key, Value> {
  readonly descriptor: number;
  readonly #key: Codec<Key> | StructCodec<Key>;
  readonly #value: Codec<Value> | StructCodec<Value>;

  constructor(descriptor: number, codecs: { readonly key: Codec<Key>; readonly value: Codec<Value> }) {
    this.descriptor = descriptor;
    this.#key = codecs.key;
    this.#value = codecs.value;
  }

  get(key: Key): Value | undefined {
    const value = new Uint8Array(this.#value.size);
    return lookupElement(this.descriptor, { key: this.#key.encode(key), value })
      ? this.#value.decode(value)
      : undefined;
  }

  /** @throws {SystemError} E2BIG when the map is full. */
  set(key: Key, value: Value): void {
    updateElement(this.descriptor, {
      key: this.#key.encode(key),
      value: this.#value.encode(value),
      flags: updateFlags.any,
    });
  }

  delete(key: Key): boolean {
    return deleteElement(this.descriptor, this.#key.encode(key));
  }

  /** Every key once; entries that come or go meanwhile may be missed, and a walk may begin anew when its place is gone. */
  *keys(): Generator<Key> {
    const seen = new Set<string>();
    let key: Uint8Array | undefined;
    for (;;) {
      const next = new Uint8Array(this.#key.size);
      if (!nextKey(this.descriptor, { key, next })) return;
      key = next;
      const name = Buffer.from(next).toString("latin1");
      if (seen.has(name)) continue;
      seen.add(name);
      yield this.#key.decode(next);
    }
  }

  *entries(): Generator<readonly [Key, Value]> {
    for (const key of this.keys()) {
      const value = this.get(key);
      if (value !== undefined) yield [key, value];
    }
  }
}
