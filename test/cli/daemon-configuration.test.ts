import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { loadDaemonConfiguration } from "../../src/cli/daemon-configuration.ts";

const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a daemon logs of this text at its start: the findings by rule and line. */
function told(text: string): readonly string[] {
  const file = join(folder, "keepalived.conf");
  writeFileSync(file, text);
  const { diagnostics } = loadDaemonConfiguration(file, { configId: "host" });
  return diagnostics.map(({ code, span }) => `${code}@${span.line}`);
}

const instance = (...lines: readonly string[]) => `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  version 3
  virtual_ipaddress {
    192.0.2.1
  }
${lines.join("\n")}
}
`;

describe("what a daemon says of its configuration", () => {
  it("nothing of keywords that work here and are newer than keepalived 2.2.7", () => {
    const hmac = ["auth_hmac {", "key 1 abcdefghijklmnopqrstuvwxyz0123456789", "active_key 1", "}"];
    expect(told(instance("notify_concurrent", ...hmac))).toEqual([]);
  });

  it("each keyword that nobody knows", () => {
    expect(told(instance("auth_hmacs"))).toEqual(["unknown-keyword@8"]);
  });
});
