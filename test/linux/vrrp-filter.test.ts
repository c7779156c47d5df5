import type { FilterInstruction } from "dgram-extra";
import { describe, expect, it } from "vitest";
import { dropEverything, vrrpFilter } from "../../src/linux/vrrp-filter.ts";

/** Runs the few instructions these programs are made of; a load beyond the end drops, as in the kernel. */
function accepts(program: readonly FilterInstruction[], packet: Uint8Array): boolean {
  let accumulator = 0;
  let index = 0;
  for (let at = 0; at < program.length; at++) {
    const { code, constant, whenTrue = 0, whenFalse = 0 } = program[at] as FilterInstruction;
    if (code === 0x06) return constant !== 0;
    if (code === 0x15) at += accumulator === constant ? whenTrue : whenFalse;
    else {
      const byte = packet[constant + (code === 0x50 ? index : 0)];
      if (byte === undefined) return false;
      if (code === 0xb1) index = (byte & 15) * 4;
      else accumulator = byte;
    }
  }
  throw new Error("the program ends without a verdict");
}

/** An IPv4 packet with a header of `words` 32-bit words. */
function ipv4(words: number, virtualRouterId: number): Uint8Array {
  const packet = new Uint8Array(words * 4 + 8);
  packet[0] = 0x40 | words;
  packet[words * 4 + 1] = virtualRouterId;
  return packet;
}

describe("vrrpFilter", () => {
  it.each([5, 6, 15])("finds the VRID behind an IPv4 header of %i words", (words) => {
    const program = vrrpFilter({ family: 4, virtualRouterIds: new Set([51, 255]) });
    const heard = [0, 1, 50, 51, 52, 254, 255].filter((id) => accepts(program, ipv4(words, id)));
    expect(heard).toEqual([51, 255]);
  });

  it("finds the VRID behind an authentication header", () => {
    const program = vrrpFilter({ family: 4, virtualRouterIds: new Set([51]), between: 24 });
    const packet = new Uint8Array([...ipv4(5, 0).subarray(0, 20), ...new Uint8Array(24), 0x21, 51]);
    expect(accepts(program, packet)).toBe(true);
    packet[45] = 52;
    expect(accepts(program, packet)).toBe(false);
  });

  it("finds the VRID at the beginning of an IPv6 payload", () => {
    const program = vrrpFilter({ family: 6, virtualRouterIds: new Set([7]) });
    expect([6, 7, 8].filter((id) => accepts(program, Uint8Array.of(0x31, id, 100)))).toEqual([7]);
  });

  it("drops what is too short, and everything when nobody listens", () => {
    expect(accepts(vrrpFilter({ family: 6, virtualRouterIds: new Set([7]) }), Uint8Array.of(0x31))).toBe(
      false,
    );
    expect(accepts(vrrpFilter({ family: 4, virtualRouterIds: new Set() }), ipv4(5, 1))).toBe(false);
    expect(accepts(dropEverything, ipv4(5, 1))).toBe(false);
  });

  it("fits all 255 virtual routers", () => {
    const all = Array.from({ length: 255 }, (_, n) => n + 1);
    const program = vrrpFilter({ family: 4, virtualRouterIds: new Set(all) });
    expect(all.every((id) => accepts(program, ipv4(5, id)))).toBe(true);
    expect(program.length).toBeLessThanOrEqual(4096); // BPF_MAXINSNS
  });
});
