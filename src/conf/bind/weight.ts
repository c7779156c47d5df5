import { type BindContext, tell } from "./context.ts";
import { firstOf } from "./first-of.ts";
import type { Setting } from "./setting.ts";

/** A weight, and whether up and down change places. */
export interface Weight {
  readonly weight: number;
  readonly reverse: boolean;
}

/** What differs from tracker to tracker; in the texts `%v` is the value. */
export interface WeightKind {
  /** Largest weight; the smallest is its negative. */
  readonly limit: number;
  readonly fallback: number;
  /** keepalived's line about a number beyond the limit, and about a word after it. */
  readonly refused: string;
  readonly unknown: string;
  readonly turns?: readonly string[];
  /** Its line about a second weight, where the first one counts: any but the one that there is without a line. */
  readonly taken?: string;
}

/** Reads every `weight N [reverse]` of the block of a tracker of which keepalived takes the first. */
export function readFirstWeight(
  context: BindContext,
  { settings, kind }: { readonly settings: readonly Setting[]; readonly kind: WeightKind },
): Weight {
  let weight: Weight = { weight: kind.fallback, reverse: false };
  for (const [at, setting] of settings.entries()) {
    if (weight.weight === kind.fallback) {
      weight = readWeight(context, { setting, kind });
      continue;
    }
    firstOf(context, { settings: settings.slice(at - 1), text: kind.taken ?? "" });
    break;
  }
  return weight;
}

/** Reads `weight N [reverse]` of the block of a tracker. */
export function readWeight(
  context: BindContext,
  from: { readonly setting: Setting | undefined; readonly kind: WeightKind },
): Weight {
  const { setting, kind } = from;
  const [number, turn] = setting?.words ?? [];
  if (!setting || !number) return { weight: kind.fallback, reverse: false };
  const weight = Number(number.text);
  const whole = /^[+-]?\d+$/.test(number.text);
  if (!whole || Math.abs(weight) > kind.limit) {
    tell(context, number, {
      code: "weight-out-of-range",
      severity: "error",
      message: `the weight is '${number.text}', but it must be a whole number from ${-kind.limit} to ${kind.limit}; ${kind.fallback} counts instead`,
      help: `write a weight in -${kind.limit}..${kind.limit}; 0 means that a failure is a fault`,
      texts: [
        whole
          ? `number '${number.text}' outside range [${-kind.limit}, ${kind.limit}]`
          : `invalid number '${number.text}'`,
        kind.refused.replace("%v", () => number.text),
      ],
    });
    return { weight: kind.fallback, reverse: false };
  }
  const turns = kind.turns ?? ["reverse"];
  if (turn && !turns.includes(turn.text)) {
    tell(context, turn, {
      code: "unknown-track-option",
      severity: "error",
      message: `'${turn.text}' means nothing after the weight`,
      help: "write reverse, or nothing",
      texts: [kind.unknown.replace("%v", () => turn.text)],
    });
  }
  return { weight, reverse: turn?.text === "reverse" };
}
