import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { serviceKeyText } from "../../src/forward/service.ts";
import { BpfUnavailable, directorObjectPath, loadBpfObject } from "../../src/linux/bpf-object.ts";
import { BpfTable } from "../../src/linux/bpf-table.ts";
import { attachForwarder } from "../../src/linux/forwarder-attachment.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { Bench, ip } from "./bench.ts";
import { readSections } from "./elf.ts";

describeWith({ title: "loading the data path", needs: ["root", "netns", "bpf", "ip"] }, () => {
  const spaces = new Namespaces("lf-load");
  const bench = new Bench(spaces, "d");
  const folder = mkdtempSync(join(tmpdir(), "locum-bpf-"));
  const pinning = { folder: join(folder, "pins"), maps: [], program: "director_ingress", keepMaps: false };
  afterAll(() => {
    bench.remove();
    spaces.remove();
    rmSync(folder, { recursive: true });
  });

  const variant = (name: string, change: (object: Buffer) => Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, change(readFileSync(directorObjectPath)));
    return path;
  };
  const tableWith = (objectPath: string): BpfTable =>
    bench.inside(() => new BpfTable({ folder: bench.table.folder, attach: attachForwarder, objectPath }));
  const attachedTag = (): string =>
    /\bid (\d+)/.exec(spaces.run("d", ["tc", "filter", "show", "dev", "c0", "ingress"]))?.[1] ?? "";

  it("replaces another build's program and keeps services, sessions and counters", () => {
    const key = bench.addService();
    bench.addServer(key, { address: ip("10.2.0.11") });
    bench.handle({ sourcePort: 5_000 });
    const before = attachedTag();
    const other = tableWith(variant("newer.o", (object) => Buffer.concat([object, Buffer.alloc(8)])));
    bench.inside(() => other.load());
    expect(attachedTag()).not.toBe(before);
    expect([...other.read().keys()]).toEqual([serviceKeyText(key)]);
    expect([...other.sessions()]).toHaveLength(1);
    expect(bench.handle({ sourcePort: 5_000, flags: "A" }).verdict).toBe("send");
    const settled = attachedTag();
    bench.inside(() => other.load());
    expect(attachedTag()).toBe(settled);
  });

  it("shows the verifier's words when the kernel refuses a program, and leaves the running one", () => {
    const broken = variant("broken.o", (object) => {
      const code = readSections(object).find(({ name }) => name === "tc");
      code?.bytes.fill(0, 0, 8);
      return object;
    });
    expect(() => bench.inside(() => tableWith(broken).load())).toThrow(BpfUnavailable);
    expect(() => bench.inside(() => tableWith(broken).load())).toThrow(
      /kernel.s words:\n.*failed[\s\S]*Invalid insn/,
    );
    expect(bench.handle({ sourcePort: 5_000, flags: "A" }).verdict).toBe("send");
  });

  it("says which file is no BPF object", () => {
    const text = variant("text.o", () => Buffer.from("hello"));
    expect(() => loadBpfObject(text, pinning)).toThrow(`Cannot read the BPF object ${text}`);
  });

  it("says what a folder lacks that is on no BPF file system", () => {
    expect(() =>
      bench.inside(() => loadBpfObject(directorObjectPath, { ...pinning, maps: ["services"] })),
    ).toThrow(/Cannot pin .*services: .*mount -t bpf/);
  });
});
