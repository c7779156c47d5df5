import { Transform, type TransformCallback } from "node:stream";

/** A header longer than this is no header, and a message longer than that no message; bytes. */
const LONGEST_HEADER = 16_384;
const LONGEST_MESSAGE = 268_435_456;

const END_OF_HEADER = Buffer.from("\r\n\r\n");

/**
 * Lets whole messages through and drops what is none, so that a header which cannot be read costs itself and not what
 * comes after it: the protocol's own reader stops in the middle of its buffer there.
 */
export class MessageFrames extends Transform {
  readonly #complain: (what: string) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before another look is worth while. */
  #awaited = 0;

  constructor(complain: (what: string) => void) {
    super();
    this.#complain = complain;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= this.#awaited) this.#keep(this.#passOn(Buffer.concat(this.#chunks, this.#length)));
    done();
  }

  /** Passes on every whole message, and returns what is left. */
  #passOn(bytes: Buffer): Buffer {
    let at = 0;
    this.#awaited = 0;
    for (;;) {
      const end = bytes.indexOf(END_OF_HEADER, at);
      if (end < 0) return this.#unfinished(bytes.subarray(at));
      const header = bytes.toString("latin1", at, end);
      const body = end + END_OF_HEADER.length;
      const length = /^content-length:\s*(\d+)\s*$/im.exec(header)?.[1];
      if (length === undefined || Number(length) > LONGEST_MESSAGE) {
        this.#complain(
          `dropped a header without a usable Content-Length: ${JSON.stringify(header.slice(0, 200))}`,
        );
        at = body;
        continue;
      }
      const next = body + Number(length);
      if (next > bytes.length) {
        this.#awaited = next - at;
        return bytes.subarray(at);
      }
      this.push(
        Buffer.concat([Buffer.from(`Content-Length: ${length}\r\n\r\n`), bytes.subarray(body, next)]),
      );
      at = next;
    }
  }

  #unfinished(rest: Buffer): Buffer {
    if (rest.length <= LONGEST_HEADER) return rest;
    this.#complain(`dropped ${rest.length} bytes that hold no header of a message`);
    return rest.subarray(rest.length - END_OF_HEADER.length);
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
  }
}
