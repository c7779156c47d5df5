import { afterEach, describe, expect, it, vi } from "vitest";
import { run } from "../../src/cli/explain.ts";
import { lookUp } from "../../src/conf/manual/look-up.ts";
import { everyPlace } from "../../src/conf/manual/places.ts";
import { vocabulary } from "../../src/grammar/vocabulary.ts";

afterEach(() => vi.restoreAllMocks());

/** Runs the command and gathers what it writes. */
async function gather(...argv: readonly string[]) {
  const written = { out: "", err: "" };
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  const code = await run(argv);
  vi.restoreAllMocks();
  return { code, ...written };
}

describe("locum explain", () => {
  it("tells form, meaning, values, default, age and what locum does", async () => {
    const { code, out } = await gather("vrrp_instance/preempt_delay");
    expect(code).toBe(0);
    expect(out).toMatch(/^vrrp_instance\/preempt_delay\n\n {2}preempt_delay /);
    expect(out).toMatch(/\n {2}values {3}a number from 0 to 1000, in seconds/);
    expect(out).toMatch(/\n {2}default {2}0\n {2}since {4}keepalived 1\.1\.8\n {2}locum {4}works\n$/);
  });

  it.each([
    [["preempt_delay"], "vrrp_instance/preempt_delay"],
    [["vrrp_instance", "preempt_delay"], "vrrp_instance/preempt_delay"],
    [["HTTP_GET/url/path"], "virtual_server/real_server/HTTP_GET/url/path"],
    [["/vrrp_instance/"], "vrrp_instance"],
    [["VRRP_Instance"], "vrrp_instance"],
    [["@router1"], "@ID"],
    [["@^router1"], "@^ID"],
    [["$VIP="], "$NAME="],
    [["${VIP}"], "$NAME"],
    [["${_ENV HOME}"], "${_ENV}"],
    [["~SEQ"], "~SEQ"],
    [["virtual_ipaddress/label"], "vrrp_instance/virtual_ipaddress/label"],
  ])("finds %j", async (argv, path) => {
    const { code, out } = await gather(...argv);
    expect([code, out.split("\n")[0]]).toEqual([0, path]);
  });

  it("says why a keyword has no effect, and which value is refused", async () => {
    const accepted = everyPlace().find(
      (place) => place.kind === "keyword" && place.keyword.effect === "accepted" && !place.keyword.status,
    );
    expect((await gather(accepted?.path ?? "")).out).toMatch(/locum {4}accepted, no effect yet: no part/);
    expect((await gather("vrrp_instance/version")).out).toMatch(/locum {4}works, but 2 is refused for IPv6/);
  });

  it("lists what stands in a block, and the blocks", async () => {
    expect((await gather("authentication")).out).toMatch(
      /in it:\n {2}auth_type {2}\S.*\n {2}auth_pass {2}\S/,
    );
    const { code, out } = await gather();
    expect(code).toBe(0);
    expect(out).toMatch(/\n {2}vrrp_instance {2,}\S[\s\S]*\n {2}include {2,}\S/);
  });

  it("lists the places of a word that has several", async () => {
    const { code, out, err } = await gather("connect_timeout");
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("connect_timeout has several places; name one of them:\n");
    expect(err).toContain("virtual_server/real_server/TCP_CHECK/connect_timeout ");
  });

  it.each([
    ["premept_delay", "did you mean vrrp_instance/preempt_delay?"],
    ["vrrp_instance/prioriti", "did you mean vrrp_instance/priority?"],
    ["vrrp_instanc/priority", "did you mean vrrp_instance/priority?"],
    ["vrrp_instance/lb_algo", "did you mean virtual_server/lb_algo?"],
    ["xyzzy", "`locum explain` lists the blocks"],
  ])("helps with %s", async (question, hint) => {
    const { code, err } = await gather(question);
    expect([code, err]).toEqual([1, `locum explain: there is no keyword ${question}; ${hint}\n`]);
  });

  it("prints data", async () => {
    const { out } = await gather("--json", "vrrp_instance/priority");
    expect(JSON.parse(out)).toMatchObject({
      path: "vrrp_instance/priority",
      kind: "keyword",
      value: { kind: "integer", max: 255 },
      locum: { kind: "works" },
      in227: true,
    });
    const blocks = JSON.parse((await gather("--json")).out) as { path: string; inside?: string[] }[];
    expect(blocks.find(({ path }) => path === "vrrp_instance")?.inside).toContain("vrrp_instance/priority");
  });

  it("takes no option it does not know", async () => {
    expect((await gather("--jsno", "x")).code).toBe(2);
  });
});

describe("the manual", () => {
  it("has an entry for every keyword, found by its path", () => {
    for (const block of vocabulary.values()) {
      for (const { name } of block.keywords) {
        const path = block.path === "" ? name : `${block.path}/${name}`;
        expect(lookUp(path)).toMatchObject({ kind: "found", place: { kind: "keyword", path } });
      }
    }
  });
});
