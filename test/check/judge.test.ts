import { describe, expect, it } from "vitest";
import { judgeHttp } from "../../src/check/judge/http.ts";
import { judgeTcp } from "../../src/check/judge/tcp.ts";
import type { Observation } from "../../src/check/probe.ts";
import type { HttpUrl } from "../../src/conf/model/virtual-server.ts";

const digest = "b1946ac92492d2347c6235b4d2611184";
const other = "00000000000000000000000000000000";

const url = (statusCodes: readonly (readonly [number, number])[], wanted?: string): HttpUrl => ({
  path: "/",
  statusCodes: statusCodes.map(([from, to]) => ({ from, to })),
  ...(wanted === undefined ? {} : { digest: wanted }),
});
const status = (code: number, seen?: string): Observation => ({
  kind: "answered",
  status: code,
  ...(seen === undefined ? {} : { digest: seen }),
});

describe("HTTP_GET is judged by status and digest", () => {
  it.each<[string, HttpUrl, Observation, string, string]>([
    ["the listed status", url([[200, 200]]), status(200), "passed", "status 200"],
    ["another status", url([[200, 200]]), status(500), "failed", "status 500, wanted 200"],
    ["a status in a range", url([[200, 299]]), status(250), "passed", "status 250"],
    ["the ends of a range", url([[301, 308]]), status(308), "passed", "status 308"],
    ["one beyond a range", url([[301, 308]]), status(309), "failed", "status 309, wanted 301-308"],
    [
      "none of several",
      url([
        [200, 200],
        [401, 403],
      ]),
      status(302),
      "failed",
      "status 302, wanted 200 401-403",
    ],
    ["success when nothing is wanted", url([]), status(204), "passed", "status 204"],
    ["a redirect when nothing is wanted", url([]), status(302), "failed", "status 302, wanted 200-299"],
    [
      "the digest alone, whatever the status",
      url([], digest),
      status(500, digest),
      "passed",
      "status 500, digest equal",
    ],
    [
      "a digest written in capitals",
      url([], digest.toUpperCase()),
      status(200, digest),
      "passed",
      "status 200, digest equal",
    ],
    ["another digest", url([], digest), status(200, other), "failed", `digest ${other}, wanted ${digest}`],
    ["both", url([[200, 200]], digest), status(200, digest), "passed", "status 200, digest equal"],
    [
      "the digest with the wrong status",
      url([[200, 200]], digest),
      status(404, digest),
      "failed",
      "status 404, wanted 200",
    ],
    [
      "no digest where one is wanted",
      url([], digest),
      status(200),
      "failed",
      `digest not computed, wanted ${digest}`,
    ],
  ])("%s", (_what, wanted, seen, verdict, reason) => {
    expect(judgeHttp(wanted, seen)).toEqual({ verdict, reason });
  });
});

const failures: [Observation, string, string][] = [
  [{ kind: "refused" }, "failed", "connection refused"],
  [{ kind: "timed-out" }, "failed", "no complete answer within connect_timeout"],
  [
    { kind: "too-long", part: "header", limit: 65536 },
    "failed",
    "header longer than the 65536 bytes that are read",
  ],
  [{ kind: "failed", reason: "no route to host" }, "failed", "no route to host"],
  [{ kind: "not-asked", reason: "EMFILE" }, "no-verdict", "EMFILE"],
];

describe("an attempt without an answer is judged alike for every kind of check", () => {
  it.each(failures)("%j", (seen, verdict, reason) => {
    expect(judgeHttp(url([]), seen)).toEqual({ verdict, reason });
    expect(judgeTcp(seen)).toEqual({ verdict, reason });
  });
});

describe("TCP_CHECK is judged by the connection", () => {
  it("passes when it came about", () => {
    expect(judgeTcp({ kind: "connected" })).toEqual({ verdict: "passed", reason: "connected" });
  });
});
