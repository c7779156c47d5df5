import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SITUATIONS } from "../../src/drill/situation.ts";
import { labPrefix } from "../../src/lab/leftovers.ts";
import { NAT_TOPOLOGY } from "../../src/lab/pair-topologies.ts";
import { runCommand } from "../../src/lab/run-command.ts";
import { Topology } from "../../src/lab/topology.ts";
import { describeWith } from "../support/require.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const files = SITUATIONS.flatMap(({ name }) =>
  ["a", "b"].map((director) => `examples/${name}/${director}.conf`),
);

describeWith({ title: "the examples on a director", needs: ["root", "netns", "ip", "keepalived"] }, () => {
  let lab: Topology;
  beforeAll(() => {
    lab = new Topology(NAT_TOPOLOGY, labPrefix(process.pid));
  });
  afterAll(() => lab.remove());

  it.each(files)("%s: Debian's keepalived and ours find nothing wrong", async (file) => {
    const namespace = lab.namespaceOf("a");
    const theirs = await runCommand(namespace, ["keepalived", "-t", "-f", `${root}${file}`]);
    expect(theirs).toEqual({ code: 0, output: "", complaints: "" });
    const command = [process.execPath, `${root}bin/locum`, "keepalived", "-t", "-f", `${root}${file}`];
    expect(await runCommand(namespace, command)).toEqual({ code: 0, output: "", complaints: "" });
  });
});

describe("the linter on the examples", () => {
  it("has nothing to say", () => {
    const done = spawnSync(process.execPath, ["bin/locum", "lint", ...files], {
      cwd: root,
      encoding: "utf8",
    });
    expect({ code: done.status, complaints: done.stderr }).toEqual({ code: 0, complaints: "" });
    expect(done.stdout).not.toMatch(/error|warning/i);
  });
});
