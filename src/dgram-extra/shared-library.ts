import { native, type Word } from "./native.ts";

/** What a C function gives back: nothing, an int, or 64 bits (a pointer, size_t, long). */
export type Returns = "nothing" | "int" | "pointer";

const returnCodes: Record<Returns, number> = { nothing: 0, int: 1, pointer: 2 };

/**
 * A shared library found at run time by its file name, such as "libbpf.so.1". Its functions are called with integers,
 * strings and bytes; a wrong signature crashes the process, as in C.
 */
export class SharedLibrary {
  readonly name: string;
  readonly #handle: bigint;
  readonly #symbols = new Map<string, bigint>();

  /** @throws {Error} with the dynamic loader's words when it is not installed. */
  constructor(name: string) {
    this.name = name;
    this.#handle = native.openLibrary(name);
  }

  /** The address of an exported function or variable. @throws {Error} when there is none. */
  symbol(name: string): bigint {
    const known = this.#symbols.get(name);
    if (known !== undefined) return known;
    const address = native.findSymbol(this.#handle, name);
    this.#symbols.set(name, address);
    return address;
  }

  /** Calls a function that returns an int, in libbpf usually 0, a descriptor or a negated errno. */
  callInt(name: string, ...words: readonly Word[]): number {
    return Number(native.callAddress(this.symbol(name), returnCodes.int, ...words));
  }

  /** Calls a function that returns a pointer or another 64-bit value; 0n is NULL. */
  callPointer(name: string, ...words: readonly Word[]): bigint {
    return BigInt(native.callAddress(this.symbol(name), returnCodes.pointer, ...words) ?? 0);
  }

  /** Calls a function that returns nothing. */
  callVoid(name: string, ...words: readonly Word[]): void {
    native.callAddress(this.symbol(name), returnCodes.nothing, ...words);
  }
}

/** A copy of `length` bytes at an address. Reading where nothing is mapped crashes the process. */
export function peekBytes(address: bigint, length: number): Buffer {
  return native.peek(address, length);
}

/** The NUL-terminated string at an address. */
export function peekString(address: bigint): string {
  return native.peek(address);
}

/**
 * The address of a C function `int (*)(level, format, va_list)` that keeps what is printed, as libbpf_set_print wants
 * one; `takePrinted` hands it out.
 */
export const printSink: bigint = native.printSink;

/** What libraries printed to `printSink` since the last call: the newest 64 KiB. */
export function takePrinted(): string {
  return native.takePrinted();
}
