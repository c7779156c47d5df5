import { run as ipvsadm } from "./ipvsadm.ts";

/** `locum ipvsadm-save [-n]`: the table as commands that `ipvsadm-restore` reads. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.length === 0) return ipvsadm(["-S"]);
  if (argv.length === 1 && argv[0] === "-n") return ipvsadm(["-S", "-n"]);
  process.stderr.write(
    "ipvsadm-save: Script to save the IPVS table to stdout.\n   With the -n option, prints out the table in numeric format.\n",
  );
  return 1;
}
