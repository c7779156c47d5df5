import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, ip } from "./bench.ts";

const locum = fileURLToPath(new URL("../../bin/locum", import.meta.url));

describeWith({ title: "several processes on one table", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-two");
  const bench = new Bench(spaces, "d");
  afterAll(() => {
    bench.remove();
    spaces.remove();
  });

  it("lose no change when they all make some at once", () => {
    const key = bench.addService({ port: 80, scheduler: "wrr" });
    const script = Array.from({ length: 8 }, (_, process) => {
      const adds = Array.from(
        { length: 6 },
        (_, at) => `-a -t 10.1.0.100:80 -r 10.2.${process}.${at + 1} -m -w ${at + 1}`,
      );
      return `printf '%s\\n' ${adds.map((line) => `'${line}'`).join(" ")} | ${locum} ipvsadm -R &`;
    }).join("\n");
    const [program = "", ...words] = spaces.command("d", ["sh", "-c", `${script}\nwait`]);
    const { stderr } = spawnSync(program, words, { encoding: "utf8", timeout: 60_000 });
    expect(stderr).toBe("");
    const [service] = [...bench.table.read().values()];
    expect(service?.destinations).toHaveLength(48);
    bench.addServer(key, { address: ip("10.2.9.9") });
    expect([...bench.table.read().values()][0]?.destinations).toHaveLength(49);
  });
});
