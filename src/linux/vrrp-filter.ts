import type { FilterInstruction } from "dgram-extra";
import type { AddressFamily } from "../base/ip-address.ts";

const LOAD_BYTE_ABSOLUTE = 0x30; // A = byte at constant
const LOAD_HEADER_LENGTH = 0xb1; // X = 4 * (byte at constant & 15): the length of an IPv4 header
const LOAD_BYTE_INDEXED = 0x50; // A = byte at X + constant
const JUMP_IF_EQUAL = 0x15; // A == constant ? whenTrue : whenFalse
const RETURN = 0x06; // accept this many bytes; 0 drops
const EVERYTHING = 0xffff_ffff;

/** What a filter lets through. */
export interface VrrpFilterOptions {
  readonly family: AddressFamily;
  /** Those to let through; all of them when absent. */
  readonly virtualRouterIds?: ReadonlySet<number>;
  /** Octets between the IPv4 header and the VRRP message: those of an authentication header. */
  readonly between?: number;
}

/**
 * The classic BPF program that lets through advertisements for the given virtual router ids only. The VRID is the
 * second byte of a VRRP packet of either version (RFC 9568, 5.1). A raw IPv4 socket's filter sees the IP header
 * first, a raw IPv6 socket's the payload. A packet too short to have a VRID is dropped, as any load beyond its end is.
 */
export function vrrpFilter({
  family,
  virtualRouterIds,
  between = 0,
}: VrrpFilterOptions): readonly FilterInstruction[] {
  if (virtualRouterIds === undefined) return [{ code: RETURN, constant: EVERYTHING }];
  const load: FilterInstruction[] =
    family === 4
      ? [
          { code: LOAD_HEADER_LENGTH, constant: 0 },
          { code: LOAD_BYTE_INDEXED, constant: between + 1 },
        ]
      : [{ code: LOAD_BYTE_ABSOLUTE, constant: 1 }];
  const tests = [...virtualRouterIds].flatMap((id): FilterInstruction[] => [
    { code: JUMP_IF_EQUAL, whenTrue: 0, whenFalse: 1, constant: id },
    { code: RETURN, constant: EVERYTHING },
  ]);
  return [...load, ...tests, { code: RETURN, constant: 0 }];
}

/** A program that drops everything, for a socket that only sends. */
export const dropEverything: readonly FilterInstruction[] = [{ code: RETURN, constant: 0 }];
