import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { Network } from "../model/route.ts";
import type { Word } from "../tree.ts";
import { parsePrefix } from "./prefix.ts";

/** Goes through the words of an entry line. */
export class WordReader {
  readonly #words: readonly Word[];
  #at = 0;

  constructor(words: readonly Word[]) {
    this.#words = words;
  }

  get next(): string | undefined {
    return this.#words[this.#at]?.text;
  }

  take(): string | undefined {
    return this.#words[this.#at++]?.text;
  }

  /** Takes the next word if it is one of these. */
  takeIf(...known: readonly string[]): string | undefined {
    return this.next !== undefined && known.includes(this.next) ? this.take() : undefined;
  }

  /** A whole number, decimal or after `0x`; undefined when the next word is none. */
  takeNumber(): number | undefined {
    const text = this.take();
    return text !== undefined && /^-?(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : undefined;
  }

  takeAddress(): IpAddress | undefined {
    const parsed = parseIpAddress((this.take() ?? "").replace(/\/\d+$/, ""));
    return parsed.ok ? parsed.value : undefined;
  }

  takeNetwork(): Network | undefined {
    return readNetwork(this.take() ?? "");
  }

  takeRange(): { readonly from: number; readonly to: number } | undefined {
    const match = /^(\d+)-(\d+)$/.exec(this.take() ?? "");
    return match ? { from: Number(match[1]), to: Number(match[2]) } : undefined;
  }
}

/** An address with an optional length, or one of the words for everything. */
export function readNetwork(text: string): Network | undefined {
  if (text === "default" || text === "any" || text === "all") return networkOf("0.0.0.0/0");
  if (text === "default6") return networkOf("::/0");
  return networkOf(text);
}

function networkOf(text: string): Network | undefined {
  // A length that is none is that of a host, as for keepalived.
  const prefix = parsePrefix(text) ?? parsePrefix(text.replace(/\/.*/, ""));
  if (!prefix) return undefined;
  const whole = prefix.address.includes(":") ? 128 : 32;
  return { address: prefix.address, prefixLength: prefix.length ?? whole };
}
