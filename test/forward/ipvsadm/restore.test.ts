import { describe, expect, it } from "vitest";
import { failed } from "../../../src/base/result.ts";
import { performIpvsadm, restoreIpvsadm } from "../../../src/forward/ipvsadm/perform.ts";
import { recordedContext, recordedTable, refusingTable } from "./recorded-table.ts";

const help = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n";

describe("ipvsadm -R", () => {
  it("makes the table that -S wrote, so that saving it again gives the same text", () => {
    const text = `-A -t 10.9.0.1:80 -s wrr
-a -t 10.9.0.1:80 -r 10.9.0.12:8080 -m -w 5
-a -t 10.9.0.1:80 -r 10.9.0.15:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-A -t 10.9.0.2:92 -s wlc -p 360 -M 255.255.255.0
-A -u 10.9.0.2:5060 -s rr -p 120 --pe sip
-A -f 1 -6 -s wlc
`;
    const context = { ...recordedContext(recordedTable()), input: () => text };
    expect(performIpvsadm(["-R"], context)).toEqual({ stdout: "", stderr: "", code: 0 });
    expect(performIpvsadm(["-Sn"], context).stdout).toBe(text);
  });

  it("goes on after what the table refuses and gives the last line's exit code", () => {
    const context = recordedContext(recordedTable());
    const text = "-A -t 10.9.0.1:80\n-A -t 10.9.0.1:80\n\n-A -t 10.9.0.1:81\n";
    expect(restoreIpvsadm(text, context)).toEqual({
      stdout: "",
      stderr: "Service already exists\n",
      code: 0,
    });
    expect(context.table.read().size).toBe(2);
  });

  it("drops the word ipvsadm and splits on tabs and carriage returns", () => {
    const context = recordedContext(recordedTable());
    expect(restoreIpvsadm("ipvsadm -A\t-t 10.9.0.1:80\r\n", context).code).toBe(0);
  });

  it("stops at a usage error with 2, what came before stays", () => {
    const context = recordedContext(recordedTable());
    const result = restoreIpvsadm("-A -t 10.9.0.1:80\n-A -t x\n-A -t 10.9.0.1:81\n", context);
    expect(result).toMatchObject({ stderr: "illegal virtual server address[:port] specified\n", code: 2 });
    expect(context.table.read().size).toBe(1);
  });

  it.each(["# a comment", "-R", "foo"])("stops at the line %s with 255", (line) => {
    const result = restoreIpvsadm(`${line}\n-A -t 10.9.0.1:80\n`, recordedContext(recordedTable()));
    expect(result).toEqual({ stdout: "", stderr: help, code: 255 });
  });
});

describe("what this forwarder refuses by itself", () => {
  it("keeps its own message and ipvsadm's exit code", () => {
    const message = "The built-in forwarder takes no IPv6 services yet";
    const context = recordedContext(refusingTable(failed({ errno: "EOPNOTSUPP", message })));
    const result = performIpvsadm(["-A", "-t", "[2001:db8::1]:80"], context);
    expect(result).toEqual({ stdout: "", stderr: `${message}\n`, code: 255 });
  });
});
