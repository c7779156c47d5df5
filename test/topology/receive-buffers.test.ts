import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { socketBuffers } from "../support/socket-buffers.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

const suite = {
  title: "the receive buffer for advertisements, beside keepalived",
  needs: ["root", "netns", "keepalived", "cc"],
} as const;

const VRRP = 112;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-bufs");
  const daemons = new Daemons(namespaces);
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  let buffers: ReturnType<typeof socketBuffers> = () => [];

  beforeAll(() => {
    for (const side of ["a", "b"]) namespaces.addAlone(side, "10.77.0.2/16");
    buffers = socketBuffers(folder);
  });
  afterEach(() => daemons.dispose());
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  const text = (global: string, own: readonly string[]) =>
    `global_defs {\n  ${global}\n}\n${own
      .map(
        (line, at) => `vrrp_instance V${at} {
  interface eth0
  virtual_router_id ${51 + at}
  ${line}
  virtual_ipaddress {
    10.77.0.${100 + at}/16
  }
}
`,
      )
      .join("")}`;

  /** The kernel shows twice what was asked for. */
  async function largest(namespace: string, program: DaemonProgram, configuration: string): Promise<number> {
    const daemon = daemons.make({ namespace, program });
    daemon.configure(configuration);
    daemon.start();
    await eventually(() => daemon.log.includes("Entering BACKUP STATE"), { within: 15_000 });
    const [size = 0] = await eventually(
      () => {
        const all = buffers(daemon.pid, VRRP);
        return all.length > 0 ? all : undefined;
      },
      { within: 5_000 },
    );
    return size / 2;
  }

  it.each([
    {
      what: "vrrp_rx_bufs_policy in bytes, for each",
      global: "vrrp_rx_bufs_policy 500000\n  vrrp_rx_bufs_multiplier 7",
      own: ["", ""],
      bytes: 1_000_000,
    },
    {
      what: "kernel_rx_buf_size, added up",
      global: "",
      own: ["kernel_rx_buf_size 400000", "kernel_rx_buf_size 3000000"],
      bytes: 3_400_000,
    },
    {
      what: "one of each",
      global: "vrrp_rx_bufs_policy 500000",
      own: ["kernel_rx_buf_size 100000", ""],
      bytes: 600_000,
    },
    { what: "one alone", global: "", own: ["kernel_rx_buf_size 100000", ""], bytes: 100_000 },
  ])("$what: $bytes bytes", async ({ global, own, bytes }) => {
    const configuration = text(global, own);
    const sizes = Promise.all([
      largest("a", "keepalived", configuration),
      largest("b", "locum", configuration),
    ]);
    expect(await sizes).toEqual([bytes, bytes]);
  });

  it("so many packets: keepalived's buffer holds them, ours is never smaller than a mebibyte", async () => {
    const configuration = text("vrrp_rx_bufs_policy MTU\n  vrrp_rx_bufs_multiplier 50", ["", ""]);
    const [theirs, ours] = await Promise.all([
      largest("a", "keepalived", configuration),
      largest("b", "locum", configuration),
    ]);
    expect(theirs).toBe(2 * 50 * 1_500);
    expect(ours).toBe(1 << 20);
  });
});
