import { readFileSync } from "node:fs";
import { performIpvsadm, restoreIpvsadm } from "../forward/ipvsadm/perform.ts";
import { onForwarder } from "./ipvsadm.ts";

/** `locum ipvsadm-restore`: empties the table, then reads commands from standard input; lines that begin with # are left out. */
export async function run(): Promise<number> {
  return onForwarder((context) => {
    const opened = context();
    const text = readFileSync(0, "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join("\n");
    performIpvsadm(["-C"], opened);
    return restoreIpvsadm(text, opened);
  });
}
