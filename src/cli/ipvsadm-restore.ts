import { readFileSync } from "node:fs";
import { run as ipvsadm, restoreFrom } from "./ipvsadm.ts";

/** `locum ipvsadm-restore`: empties the table, then reads commands from standard input; lines that begin with # are left out. */
export async function run(): Promise<number> {
  const text = readFileSync(0, "utf8")
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n");
  await ipvsadm(["-C"]);
  return restoreFrom(text);
}
