import { keepalivedMessages, mainFileOf } from "../../../src/cli/keepalived-test.ts";
import { loadConfiguration } from "../../../src/conf/load-configuration.ts";
import type { HostFacts } from "../../../src/conf/source.ts";
import { readConfig } from "../../../src/linux/read-config.ts";
import type { OurAnswer } from "./explanations.ts";

/** What `locum keepalived -t -i host -f FILE` answers on a machine with these facts, without a process of its own. */
export function ourAnswer(file: string, host: HostFacts): OurAnswer {
  const { diagnostics, files } = loadConfiguration({
    root: file,
    read: readConfig,
    options: { configId: "host", host },
  });
  const { lines, exitCode } = keepalivedMessages(diagnostics, { mainFile: mainFileOf(files, file) });
  return { exit: exitCode, lines, codes: new Set(diagnostics.map((found) => found.code)) };
}
