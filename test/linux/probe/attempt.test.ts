import { describe, expect, it } from "vitest";
import { observationOf } from "../../../src/linux/probe/attempt.ts";
import { address, loopback } from "./loopback-server.ts";

const target = { address: loopback, port: 80 };
const fault = (code: string, message = `connect ${code}`): NodeJS.ErrnoException =>
  Object.assign(new Error(message), { code });

describe("what a failed connection means", () => {
  it.each(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EAGAIN", "EADDRINUSE", "EADDRNOTAVAIL"])(
    "%s is a shortage of this host and says nothing of the server",
    (code) => {
      expect(observationOf(fault(code), target)).toEqual({
        kind: "not-asked",
        reason: `no socket for the check (${code})`,
      });
    },
  );

  it("EADDRNOTAVAIL with bindto names the address that is not here", () => {
    const bound = { ...target, bindAddress: address("192.0.2.5") };
    expect(observationOf(fault("EADDRNOTAVAIL"), bound)).toEqual({
      kind: "failed",
      reason: "bindto 192.0.2.5 is not an address of this host",
    });
  });

  it.each([
    ["ECONNREFUSED", { kind: "refused" }],
    ["ETIMEDOUT", { kind: "timed-out" }],
    ["ECONNRESET", { kind: "failed", reason: "connection reset by the server" }],
    ["EHOSTUNREACH", { kind: "failed", reason: "connect EHOSTUNREACH" }],
  ])("%s", (code, observation) => {
    expect(observationOf(fault(code), target)).toEqual(observation);
  });

  it("a mark without the capability for it is no verdict and names the way out", () => {
    expect(observationOf(fault("EPERM", "Cannot set fwmark 5"), { ...target, fwmark: 5 })).toEqual({
      kind: "not-asked",
      reason: "Cannot set fwmark 5: fwmark needs CAP_NET_ADMIN",
    });
  });

  it("a message of the outside is cut to one printable line", () => {
    const observation = observationOf(fault("X", `a\nb\x1b[31m${"c".repeat(1000)}`), target);
    if (observation.kind !== "failed") throw new Error("expected a failure");
    expect(observation.reason).toMatch(/^a b \[31mc+\.\.\.$/);
    expect(observation.reason.length).toBeLessThan(210);
  });
});
