/** How one kind of field is stored in a C struct on a little-endian machine, natural alignment. */
export interface FieldCodec<Value> {
  readonly size: number;
  readonly alignment: number;
  read(view: DataView, offset: number): Value;
  write(view: DataView, offset: number, value: Value): void;
}

type Fields = Readonly<Record<string, FieldCodec<never> | FieldCodec<unknown>>>;

/** The values of a struct, by field name. */
export type StructValue<F> = {
  readonly [Name in keyof F]: F[Name] extends FieldCodec<infer Value> ? Value : never;
};

/** A C struct: its layout, and its values to and from bytes. It is itself a field, so structs nest. */
export interface StructCodec<Value> extends FieldCodec<Value> {
  readonly name: string;
  readonly offsets: Readonly<Record<string, number>>;
  encode(value: Value): Uint8Array;
  decode(bytes: Uint8Array): Value;
}

const scalar = <Value>(
  size: number,
  read: (view: DataView, offset: number) => Value,
  write: (view: DataView, offset: number, value: Value) => void,
): FieldCodec<Value> => ({ size, alignment: size, read, write });

/** __u8. */
export const u8 = scalar<number>(
  1,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);

/** __u16 in host order. */
export const u16 = scalar<number>(
  2,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);

/** __u16 in network order: a port. */
export const networkU16 = scalar<number>(
  2,
  (view, at) => view.getUint16(at, false),
  (view, at, value) => view.setUint16(at, value, false),
);

/** __u32 in host order. */
export const u32 = scalar<number>(
  4,
  (view, at) => view.getUint32(at, true),
  (view, at, value) => view.setUint32(at, value, true),
);

/** __u64 in host order. */
export const u64 = scalar<bigint>(
  8,
  (view, at) => view.getBigUint64(at, true),
  (view, at, value) => view.setBigUint64(at, value, true),
);

/** `length` bytes as they are; `alignment` is that of the C type they stand for. Shorter values are filled with zeros. */
export function bytes(length: number, alignment: number): FieldCodec<Uint8Array> {
  const at = (view: DataView, offset: number) =>
    new Uint8Array(view.buffer, view.byteOffset + offset, length);
  return {
    size: length,
    alignment,
    read: (view, offset) => at(view, offset).slice(),
    write: (view, offset, value) => at(view, offset).set(value),
  };
}

/** `length` fields of one kind, one after the other. */
export function list<Value>(
  element: FieldCodec<Value>,
  { length }: { readonly length: number },
): FieldCodec<readonly Value[]> {
  return {
    size: element.size * length,
    alignment: element.alignment,
    read: (view, offset) => Array.from({ length }, (_, at) => element.read(view, offset + at * element.size)),
    write: (view, offset, values) => {
      for (const [at, value] of values.entries()) element.write(view, offset + at * element.size, value);
    },
  };
}

/** The codec of a C struct with these fields in this order. */
export function struct<F extends Fields>(name: string, fields: F): StructCodec<StructValue<F>> {
  const offsets: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [field, codec] of Object.entries(fields)) {
    const offset = Math.ceil(end / codec.alignment) * codec.alignment;
    offsets[field] = offset;
    end = offset + codec.size;
    alignment = Math.max(alignment, codec.alignment);
  }
  const size = Math.ceil(end / alignment) * alignment;
  const entries = Object.entries(fields) as readonly [string, FieldCodec<unknown>][];
  const read = (view: DataView, offset: number): StructValue<F> =>
    Object.fromEntries(
      entries.map(([field, codec]) => [field, codec.read(view, offset + (offsets[field] ?? 0))]),
    ) as StructValue<F>;
  const write = (view: DataView, offset: number, value: StructValue<F>): void => {
    for (const [field, codec] of entries) codec.write(view, offset + (offsets[field] ?? 0), value[field]);
  };
  return {
    name,
    size,
    alignment,
    offsets,
    read,
    write,
    encode(value) {
      const encoded = new Uint8Array(size);
      write(new DataView(encoded.buffer), 0, value);
      return encoded;
    },
    decode: (encoded) => read(new DataView(encoded.buffer, encoded.byteOffset, size), 0),
  };
}
