import { expect, it } from "vitest";
import { dumpPath } from "../../src/cli/dumps.ts";

const plain = { temporaryFolder: undefined, namespace: undefined, instance: undefined, withInstance: false };

it("a dump stands in $TMPDIR unless another place is configured, and may carry the names of namespace and instance", () => {
  const path = "/tmp/keepalived_check.data";
  expect(dumpPath(path, plain)).toBe(path);
  expect(dumpPath(path, { ...plain, temporaryFolder: "/var/tmp" })).toBe("/var/tmp/keepalived_check.data");
  expect(dumpPath(path, { ...plain, temporaryFolder: "relative" })).toBe(path);
  expect(dumpPath("/srv/x.data", { ...plain, temporaryFolder: "/var/tmp" })).toBe("/srv/x.data");
  const named = { ...plain, namespace: "red", instance: "one" };
  expect(dumpPath(path, named)).toBe(path);
  expect(dumpPath(path, { ...named, withInstance: true })).toBe("/tmp/keepalived_check.red_one.data");
});
