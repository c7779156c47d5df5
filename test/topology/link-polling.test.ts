import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { Daemons } from "../support/daemons.ts";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { compilePreload } from "../support/preload.ts";
import { describeWith } from "../support/require.ts";
import type { DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

/**
 * A driver that knows its link and does not tell the kernel: while the file UNPLUGGED names is there, a question by
 * ethtool is answered with "no link", whether it is asked through ioctl() or through syscall().
 */
const QUIET_DRIVER = `
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>
static void unplug(unsigned long request, void *argument) {
  const char *mark = getenv("UNPLUGGED");
  if (request != SIOCETHTOOL || !mark || access(mark, F_OK) != 0) return;
  struct ethtool_value *value = (void *)((struct ifreq *)argument)->ifr_data;
  if (value->cmd == ETHTOOL_GLINK) value->data = 0;
}
int ioctl(int fd, unsigned long request, ...) {
  va_list list;
  va_start(list, request);
  void *argument = va_arg(list, void *);
  va_end(list);
  static int (*real)(int, unsigned long, ...);
  if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
  int result = real(fd, request, argument);
  if (result == 0) unplug(request, argument);
  return result;
}
static long intercept(long number, long *a) {
  long result = pass_on(number, a);
  if (number == SYS_ioctl && result == 0) unplug(a[1], (void *)a[2]);
  return result;
}
`;

const instance = (line = "") => `vrrp_instance V {
  interface eth0
  virtual_router_id 51
  ${line}
  virtual_ipaddress {
    10.77.0.100/16
  }
}
`;

const suite = {
  title: "links that are polled, beside keepalived",
  needs: ["root", "netns", "cc", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-poll");
  const folder = mkdtempSync(join(tmpdir(), "locum-test-"));
  let library = "";
  const mark = join(folder, "unplugged");
  const daemons = new Daemons(namespaces);
  const ip = (...words: string[]) => namespaces.run("a", ["ip", ...words]);

  beforeAll(() => {
    namespaces.add("a");
    namespaces.add("b");
    namespaces.cable(
      { namespace: "a", interface: "eth0", addresses: ["10.77.0.2/16"] },
      { namespace: "b", interface: "eth0" },
    );
    library = compilePreload(folder, QUIET_DRIVER);
  });
  afterEach(async () => {
    await daemons.dispose();
    rmSync(mark, { force: true });
    ip("link", "set", "eth0", "state", "up");
  });
  afterAll(() => {
    namespaces.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(program: DaemonProgram, text: string): Promise<VrrpDaemon> {
    const before = ["env", `LD_PRELOAD=${library}`, `UNPLUGGED=${mark}`];
    const daemon = daemons.make({ namespace: "a", program, before });
    daemon.configure(text);
    daemon.start();
    await eventually(() => count(daemon, "BACKUP") === 1, { within: 20_000 });
    return daemon;
  }

  const count = (daemon: VrrpDaemon, state: string) => daemon.log.split(`Entering ${state} STATE`).length - 1;

  const files = [
    { name: "linkbeat_use_polling", text: `linkbeat_use_polling\n${instance()}` },
    { name: "linkbeat_use_polling of the instance", text: instance("linkbeat_use_polling") },
    { name: "linkbeat_interfaces", text: `linkbeat_interfaces {\n  eth0 MII\n}\n${instance()}` },
  ];
  const cases = files.flatMap(({ name, text }) =>
    (["keepalived", "locum"] as const).map((program) => ({ name, program, text })),
  );

  it.each(cases)("$name: $program sees what the kernel was not told, and what it was", async (each) => {
    const { name, program, text } = each;
    const daemon = await start(program, text);
    writeFileSync(mark, "");
    await eventually(() => count(daemon, "FAULT") === 1, { within: 5_000 });
    expect(ip("link", "show", "eth0")).toContain("state UP");
    rmSync(mark);
    await eventually(() => count(daemon, "BACKUP") === 2, { within: 5_000 });
    // The driver has a link, and the kernel still says no (802.1X for instance): both must agree.
    ip("link", "set", "eth0", "state", "dormant");
    await eventually(() => count(daemon, "FAULT") === 2, { within: 5_000 });
    const fallsBack = daemon.log.includes(
      "(eth0): Configured linkbeat type MII not supported, using ETHTOOL",
    );
    expect(fallsBack).toBe(name === "linkbeat_interfaces");
  });

  it("no polling: nobody asks the driver", async () => {
    const daemon = await start("locum", instance());
    writeFileSync(mark, "");
    // Two rounds of a poll would be over by then.
    await eventually(() => daemon.log.includes("Entering MASTER STATE"), { within: 10_000 });
    expect(count(daemon, "FAULT")).toBe(0);
  });
});
