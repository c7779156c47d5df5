import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { processTree } from "../support/vrrp-daemon.ts";

const LOCUM = fileURLToPath(new URL("../../bin/locum", import.meta.url));
const NOBODY = "65534";
const CAPABILITIES = "-all,+net_admin,+net_raw,+net_bind_service";

describeWith({ title: "a director without root", needs: ["root", "netns"] }, () => {
  const namespaces = new Namespaces("lt-caps");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  let log = "";

  beforeAll(() => {
    namespaces.addAlone("a", "192.0.2.9/24");
    chmodSync(folder, 0o777);
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is master and resigns with three capabilities, and says what else it lacks", async () => {
    const file = join(folder, "keepalived.conf");
    const instance = `vrrp_instance V {
  interface eth0
  state MASTER
  virtual_router_id 9
  advert_int 0.2
  version 3
  virtual_ipaddress {
    192.0.2.100/24
  }
}
`;
    writeFileSync(file, `global_defs {\n  vrrp_rt_priority 10\n}\n${instance}`);
    const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const capabilities = [`--inh-caps=${CAPABILITIES}`, `--ambient-caps=${CAPABILITIES}`];
    const own = ["-p", join(folder, "p.pid"), "-r", join(folder, "v.pid")];
    const program = [LOCUM, "keepalived", "-n", "-l", "-G", "-P", ...own, "-f", file];
    const daemon = namespaces.spawn("a", [...user, ...capabilities, ...program]);
    daemon.stderr?.setEncoding("utf8").on("data", (more: string) => {
      log += more;
    });
    const holds = () => namespaces.run("a", ["ip", "address"]).includes("192.0.2.100");
    await eventually(holds, { within: 20_000 });
    for (const pid of processTree(daemon.pid ?? 0)) {
      expect(readFileSync(`/proc/${pid}/status`, "latin1")).toMatch(/^Uid:\s+65534\s/m);
    }
    expect(log).toMatch(/roundRobin, priority 10: .*CAP_SYS_NICE/);
    daemon.kill("SIGTERM");
    await eventually(() => daemon.exitCode !== null, { within: 8_000 });
    expect({ code: daemon.exitCode, holds: holds() }).toEqual({ code: 0, holds: false });
  });

  it("a pid file that it may not write is named, with the way out", async () => {
    const user = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
    const capabilities = [`--inh-caps=${CAPABILITIES}`, `--ambient-caps=${CAPABILITIES}`];
    const program = [LOCUM, "keepalived", "-n", "-l", "-G", "-P", "-f", join(folder, "keepalived.conf")];
    const daemon = namespaces.spawn("a", [...user, ...capabilities, ...program]);
    let said = "";
    daemon.stderr?.setEncoding("utf8").on("data", (more: string) => {
      said += more;
    });
    await eventually(() => daemon.exitCode !== null, { within: 15_000 });
    expect(daemon.exitCode).toBe(1);
    expect(said).toMatch(/Cannot write the pid file \/run\/keepalived\.pid: .*; .*-p/);
  });
});
