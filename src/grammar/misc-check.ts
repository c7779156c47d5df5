import { checkerKeywords } from "./checker-keywords.ts";
import type { BlockGrammar } from "./keyword.ts";

/** The keywords of `virtual_server/real_server/MISC_CHECK`. */
export const miscCheckGrammar: BlockGrammar = {
  path: "virtual_server/real_server/MISC_CHECK",
  keywords: [
    ...checkerKeywords({
      since: {
        "1.3.7": ["retry", "delay_before_retry", "delay_loop", "alpha"],
        "1.2.13": ["warmup"],
        "2.0.11": ["log_all_failures"],
      },
      accepted: "all",
    }),
    {
      name: "misc_path",
      value: { kind: "command" },
      needs: 1,
      syntax: "CMD",
      default: "mandatory",
      since: "≤1.0.3",
      in227: true,
      meaning: "The command: 0 is up, anything else down",
      effect: "accepted",
    },
    {
      name: "misc_timeout",
      value: { kind: "integer", min: 0, max: 4294, unit: "seconds" },
      needs: 1,
      syntax: "uint seconds",
      default: "delay_loop",
      since: "1.1.0",
      in227: true,
      meaning: "Time after which the command is ended",
      effect: "accepted",
    },
    {
      name: "misc_dynamic",
      value: { kind: "none" },
      needs: 0,
      syntax: "",
      default: "off",
      since: "1.1.8",
      in227: true,
      meaning: "The exit code also sets the weight: from 2 on, two less than the code",
      effect: "accepted",
    },
    {
      name: "user",
      value: { kind: "words" },
      needs: 1,
      syntax: "USER [GROUP]",
      default: "script_user",
      since: "1.3.0",
      in227: true,
      meaning: "User, and group, under which it runs",
      effect: "accepted",
    },
  ],
};
