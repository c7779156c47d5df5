import { duplicateVirtualServer } from "./duplicate-virtual-server.ts";
import type { Rule } from "./rule.ts";
import { sameVirtualAddress } from "./same-virtual-address.ts";
import { sorryServerIsRealServer } from "./sorry-server-is-real-server.ts";
import { strictHidesAddress } from "./strict-hides-address.ts";
import { timeoutBeyondLoop } from "./timeout-beyond-loop.ts";
import { uncheckedRealServer } from "./unchecked-real-server.ts";
import { unusedScript } from "./unused-script.ts";
import { weightWithoutEffect } from "./weight-without-effect.ts";

/** Every rule of the linter, one file each. */
export const everyRule: readonly Rule[] = [
  sameVirtualAddress,
  duplicateVirtualServer,
  strictHidesAddress,
  weightWithoutEffect,
  timeoutBeyondLoop,
  unusedScript,
  sorryServerIsRealServer,
  uncheckedRealServer,
];
