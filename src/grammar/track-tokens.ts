import type { EntryGrammar } from "./keyword.ts";

/** The words of the lines of `track_interface`, `track_script`, `track_file`, `track_process`, `track_bfd`. */
export const trackTokens: EntryGrammar = {
  lists: ["track_interface", "track_script", "track_file", "track_process", "track_bfd"],
  tokens: [
    {
      name: "NAME",
      syntax: "first word",
      default: "",
      meaning: "Tracked object",
    },
    {
      name: "weight",
      syntax: "int",
      default: "object default",
      meaning: "Weight (interface ±253, script ±253, file ±254, process ±254, bfd ±253)",
    },
    {
      name: "reverse",
      syntax: "after weight",
      default: "off",
      meaning: "What would be added is taken away; with weight 0, up is the fault",
    },
    {
      name: "noreverse",
      syntax: "after weight",
      default: "",
      meaning: "Cancel a `reverse` of the object definition",
    },
  ],
};
