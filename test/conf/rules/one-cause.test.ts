import { describe, expect, it } from "vitest";
import { loadConfiguration } from "../../../src/conf/load-configuration.ts";
import { instance, instanceCalled, service } from "../../../src/conf/rules/example.ts";
import { memoryReader } from "../configuration.ts";

function findings(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { diagnostics } = loadConfiguration({
    root: "main.conf",
    read: memoryReader({ ...files, "main.conf": text }),
    options: { configId: "a", compat: "latest" },
  });
  return diagnostics.map(({ code, span, related }) =>
    [
      `${code}@${span.file}:${span.line}`,
      ...related.map((each) => `${each.span.file}:${each.span.line}`),
    ].join(" "),
  );
}

describe("one cause has one finding", () => {
  it.each([
    [
      "a misspelt block",
      service().replace("virtual_server", "virtual_sever"),
      ["unknown-keyword@main.conf:1"],
    ],
    ["a misspelt block inside", service().replace("TCP_CHECK", "TPC_CHECK"), ["unknown-keyword@main.conf:7"]],
    ["a misspelt keyword", instance().replace("priority", "priorty"), ["unknown-keyword@main.conf:4"]],
    ["a misspelt period", service().replace("delay_loop", "delay_lop"), ["unknown-keyword@main.conf:2"]],
    [
      "two keywords on one line",
      instance().replace("51\n    priority", "51 priority"),
      ["unused-words@main.conf:3"],
    ],
  ])("%s", (_what, text, expected) => {
    expect(findings(text)).toEqual(expected);
  });
});

describe("a clash across included files", () => {
  const mail = (id: number, address: string): string =>
    instanceCalled("mail", [`virtual_router_id ${id}`, `virtual_ipaddress {\n        ${address}/24\n    }`]);

  it("of virtual router ids names both places", () => {
    const files = { "web.conf": instance(), "mail.conf": mail(51, "192.0.2.11") };
    expect(findings("include web.conf\ninclude mail.conf\n", files)).toEqual([
      "duplicate-virtual-router-id@mail.conf:1 web.conf:1",
    ]);
  });

  it("of virtual addresses names both places", () => {
    const files = { "web.conf": instance(), "mail.conf": mail(52, "192.0.2.10") };
    expect(findings("include web.conf\ninclude mail.conf\n", files)).toEqual([
      "same-virtual-address@mail.conf:6 web.conf:6",
    ]);
  });

  it("of services names both places", () => {
    const files = { "a.conf": service(), "b.conf": service() };
    expect(findings("include a.conf\ninclude b.conf\n", files)).toEqual([
      "duplicate-virtual-server@b.conf:1 a.conf:1",
    ]);
  });
});

describe("a daemon", () => {
  it("can be told to judge by the language alone", () => {
    const options = { configId: "a", compat: "latest", rules: false } as const;
    const read = memoryReader({ "main.conf": instance("priority 255", "bogus") });
    const { diagnostics } = loadConfiguration({ root: "main.conf", read, options });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-keyword"]);
  });
});
