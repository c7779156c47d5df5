/** Octets of a version 2 simple text password on the wire; what a longer one has beyond them does not count. */
const PASSWORD_OCTETS = 8;

/** The password as it stands in the packet: its UTF-8 octets, cut or padded with zeros to eight (RFC 2338 section 5.3.6.2). */
export function passwordOctets(password: string): Uint8Array {
  const octets = new Uint8Array(PASSWORD_OCTETS);
  octets.set(utf8(password).subarray(0, PASSWORD_OCTETS));
  return octets;
}

/** Whether `bytes` at `from` hold `secret`, in a time that does not tell how many octets were right. */
export function holdsSecret(bytes: Uint8Array, from: number, secret: Uint8Array): boolean {
  let difference = from + secret.length <= bytes.length ? 0 : 1;
  for (let at = 0; at < secret.length; at++) difference |= (bytes[from + at] ?? 0) ^ (secret[at] as number);
  return difference === 0;
}

/** UTF-8 without TextEncoder, which is the platform's and not the language's. Lone surrogates become U+FFFD. */
export function utf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0xfffd;
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
    if (code < 0x80) octets.push(code);
    else if (code < 0x800) octets.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) octets.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      octets.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return Uint8Array.from(octets);
}
