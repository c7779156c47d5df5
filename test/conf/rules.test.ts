import { describe, expect, it } from "vitest";
import { findings, instanceText, load } from "./configuration.ts";

const script = 'vrrp_script s {\nscript "/bin/s"\nuser nobody\nfall 2\n}\n';

/** A service on port 80 with these lines and servers. */
function service(lines: string, servers = "real_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n"): string {
  return `virtual_server 192.0.2.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n${lines}\ndelay_loop 5\n${servers}}\n`;
}

describe("rules of our own", () => {
  it.each([
    [
      "same-virtual-address@14:1",
      instanceText("") + instanceText("").replace("V {", "W {").replace("51", "52"),
    ],
    ["duplicate-virtual-server@12:1", service("") + service("")],
    ["strict-hides-address@2:1", instanceText("strict_mode on")],
    ["weight-beyond-range@9:1", script + instanceText("priority 250\ntrack_script {\ns weight 10\n}")],
    ["unused-script@1:1", script + instanceText("")],
    ["sorry-server-is-real-server@5:1", service("sorry_server 10.0.0.1 80")],
    [
      "port-zero-without-persistence@1:1",
      service("").replace("192.0.2.1 80", "192.0.2.1 0").replace("0.0.1 80", "0.0.1"),
    ],
    [
      "timeout-beyond-loop@10:1",
      service("", "real_server 10.0.0.1 80 {\nTCP_CHECK {\ndelay_loop 2\nconnect_timeout 3\n}\n}\n"),
    ],
    [
      "unchecked-real-server@11:1",
      service("", "real_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\nreal_server 10.0.0.2 80 {\n}\n"),
    ],
    ["auth-pass-too-long@4:11", instanceText("authentication {\nauth_type PASS\nauth_pass 123456789\n}")],
    ["nopreempt-with-master@4:1", instanceText("state MASTER\npriority 100\nnopreempt")],
    ["port-mapping-without-nat@1:1", service("", "real_server 10.0.0.1 81 {\n}\n").replace("NAT", "DR")],
    ["unused-words@2:14", instanceText("priority 100 interface eth1")],
    ["undefined-variable@2:11", instanceText("interface $NOPE")],
  ])("%s", (expected, text) => {
    expect(findings(load(text))).toContain(expected);
  });

  it("find nothing wrong in an ordinary pair", () => {
    expect(findings(load(script + instanceText("priority 100\ntrack_script {\ns\n}") + service("")))).toEqual(
      [],
    );
  });
});

describe("did you mean", () => {
  it.each([
    ["interfaze eth0", "did you mean interface?", "interface"],
    ["priorty 100", "did you mean priority?", "priority"],
    ["lb_algo rr", "lb_algo belongs in virtual_server", undefined],
    ["zzzzzz 1", "remove the line", undefined],
  ])("%s", (line, help, replacement) => {
    const [found] = load(instanceText(line)).diagnostics;
    expect(found?.code).toBe("unknown-keyword");
    expect(found?.help).toContain(help);
    expect(found?.fix?.edits[0]?.text).toBe(replacement);
  });

  it("reports an unknown block once, whatever is in it", () => {
    expect(findings(load("bogus {\na 1\nb {\nc\n}\n}\n"))).toEqual(["unknown-keyword@1:1"]);
  });

  it("tells a keyword of a later release apart", () => {
    expect(findings(load(instanceText("no_virtual_ipaddress")))).toContain("newer-keyword@2:1");
    expect(findings(load(instanceText("no_virtual_ipaddress"), { compat: "latest" }))).not.toContain(
      "newer-keyword@2:1",
    );
  });
});

describe("every finding", () => {
  it("says how to mend it", () => {
    const text = `${instanceText("bogus\npriority 300\nstate FOO\nadvert_int x\naccept maybe")}virtual_server x y {\n}\n}\n`;
    const { diagnostics } = load(text);
    expect(diagnostics.length).toBeGreaterThan(4);
    expect(diagnostics.filter((found) => found.help === undefined)).toEqual([]);
  });
});
