import type { FilterInstruction } from "dgram-extra";
import type { AddressFamily } from "../base/ip-address.ts";
import type { ScreenedRouter } from "../director/host.ts";
import { AUTHENTICATION_HEADER_LENGTH } from "../vrrp/authentication-header.ts";
import {
  drop,
  instruction,
  load,
  loadIndexed,
  MOST_INSTRUCTIONS,
  operations,
  type Piece,
} from "./classic-bpf.ts";
import { addressPiece, type Detail, type Layout, routerPiece } from "./vrrp-screen-pieces.ts";

/** What a screen is made for. */
export interface VrrpScreenOptions {
  readonly family: AddressFamily;
  /** Whether the socket hears VRRP behind an authentication header (IP protocol 51), or VRRP alone. */
  readonly withAuthenticationHeader: boolean;
  readonly routers: readonly ScreenedRouter[];
}

/** From the most thorough to the shortest: what is left out is found out after the kernel, at a higher price. */
const DETAILS: readonly Detail[] = [
  { addresses: true, checksum: true },
  { addresses: false, checksum: true },
  { addresses: false, checksum: false },
];

/**
 * Classic BPF programs for the time of a flood: they drop what the receiver checks of every router would refuse anyhow, as far as
 * it can be told without a digest, and never anything else. The most thorough comes first; where many routers make it longer
 * than the kernel takes, shorter ones are left.
 */
export function vrrpScreens(options: VrrpScreenOptions): readonly (readonly FilterInstruction[])[] {
  return DETAILS.map((detail) => screen(options, detail)).filter(({ length }) => length <= MOST_INSTRUCTIONS);
}

/** The routers by their ids, each with its own addresses to compare; the rest is shared by those that are alike. */
function screen(options: VrrpScreenOptions, detail: Detail): readonly FilterInstruction[] {
  const { family, routers, withAuthenticationHeader } = options;
  const between = withAuthenticationHeader ? AUTHENTICATION_HEADER_LENGTH : 0;
  const layout: Layout = {
    family,
    withAuthenticationHeader,
    message: (size, offset) => (family === 4 ? loadIndexed(size, between + offset) : load(size, offset)),
  };
  const shared = new SharedPieces();
  const bodies = routers.map((router) => ({
    own: detail.addresses ? addressPiece(router, layout) : [],
    rest: shared.number(routerPiece(router, layout, detail)),
  }));
  const start: Piece = [
    ...(family === 4 ? [instruction("loadHeaderLength"), instruction("storeIndex", 1)] : []),
    layout.message(1, 1),
  ];
  const bodiesFrom = start.length + routers.length * 2 + 1;
  const sharedFrom = bodiesFrom + bodies.reduce((sum, { own }) => sum + own.length + 1, 0);
  const program: FilterInstruction[] = [...start];
  let bodyAt = bodiesFrom;
  for (const [at, { receiver }] of routers.entries()) {
    const { virtualRouterId } = receiver.config;
    program.push({ code: operations.jumpIfEqual, constant: virtualRouterId, whenTrue: 0, whenFalse: 1 });
    program.push(instruction("jump", bodyAt - program.length - 1));
    bodyAt += (bodies[at]?.own.length ?? 0) + 1;
  }
  program.push(drop);
  for (const { own, rest } of bodies) {
    program.push(...own);
    program.push(instruction("jump", sharedFrom + shared.offset(rest) - program.length - 1));
  }
  program.push(...shared.all());
  return program;
}

/** Pieces of which each is there once. */
class SharedPieces {
  readonly #pieces: Piece[] = [];
  readonly #numbers = new Map<string, number>();

  number(piece: Piece): number {
    const text = JSON.stringify(piece);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#pieces.length);
    return this.#pieces.push(piece) - 1;
  }

  /** Instructions before the piece of this number. */
  offset(number: number): number {
    return this.#pieces.slice(0, number).reduce((sum, { length }) => sum + length, 0);
  }

  all(): Piece {
    return this.#pieces.flat();
  }
}
