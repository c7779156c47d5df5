import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { digest } from "../../src/base/block-hash.ts";
import { fromHex, toHex } from "../../src/base/bytes.ts";
import { HmacKey } from "../../src/base/hmac.ts";
import { md5 } from "../../src/base/md5.ts";
import { sha256 } from "../../src/base/sha256.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const some = fc.uint8Array({ maxLength: 1_200 });

describe("digests, against the vectors of their RFCs", () => {
  it.each([
    ["", "d41d8cd98f00b204e9800998ecf8427e"],
    ["abc", "900150983cd24fb0d6963f7d28e17f72"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a",
    ],
  ])("MD5 of %j (RFC 1321 A.5)", (text, wanted) => {
    expect(toHex(digest(md5, ascii(text)))).toBe(wanted);
  });

  it.each([
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
  ])("SHA-256 of %j (RFC 6234 8.5)", (text, wanted) => {
    expect(toHex(digest(sha256, ascii(text)))).toBe(wanted);
  });

  it("HMAC-MD5 (RFC 2202) and HMAC-SHA-256 (RFC 4231), with a short key and one longer than a block", () => {
    expect(toHex(new HmacKey(md5, ascii("Jefe")).digest(ascii("what do ya want for nothing?")))).toBe(
      "750c783e6ab0b503eaa86e310a5db738",
    );
    const long = fromHex("aa".repeat(131));
    const text = ascii("Test Using Larger Than Block-Size Key - Hash Key First");
    expect(toHex(new HmacKey(sha256, long).digest(text))).toBe(
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    );
  });
});

describe("digests, against node:crypto", () => {
  it("of any bytes", () => {
    fc.assert(
      fc.property(some, (bytes) => {
        expect(toHex(digest(md5, bytes))).toBe(createHash("md5").update(bytes).digest("hex"));
        expect(toHex(digest(sha256, bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
      }),
    );
  });

  it("keyed, with any key", () => {
    fc.assert(
      fc.property(some, some, (key, bytes) => {
        expect(toHex(new HmacKey(md5, key).digest(bytes))).toBe(
          createHmac("md5", key).update(bytes).digest("hex"),
        );
        expect(toHex(new HmacKey(sha256, key).digest(bytes))).toBe(
          createHmac("sha256", key).update(bytes).digest("hex"),
        );
      }),
    );
  });
});
