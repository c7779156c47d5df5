// A pair of directors in network namespaces of its own, with a switch between them: what measurements in this folder stand on.
// Needs a build, root and iproute2. Everything is gone when the process ends.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSocket } from "dgram-extra";
import { DirectorProcess } from "../dist/lab/director-process.js";
import { inNamespace, ipBatch, processesIn } from "../dist/lab/network-namespace.js";

export const repository = fileURLToPath(new URL("..", import.meta.url));
const files = "-f {conf} -p {run}/p.pid -r {run}/v.pid -c {run}/c.pid -b {run}/b.pid";
/** Who can be measured: in the foreground, without syslog. */
export const programs = {
  keepalived: `keepalived -n -l -G ${files}`,
  locum: `${repository}bin/locum keepalived -n -l -G ${files}`,
};
/** The addresses of the directors, and the one they share. */
export const addresses = { a: "10.77.0.2", b: "10.77.0.3" };
export const VIRTUAL_ADDRESS = "10.77.0.100";

/** Namespaces `a`, `b` and the switch `s`, in which `to-a` and `to-b` are the cables; a folder for what is written. */
export class DirectorPair {
  folder = mkdtempSync(join(tmpdir(), "director-pair-"));
  names = Object.fromEntries(["s", "a", "b"].map((short) => [short, `dp${process.pid}-${short}`]));
  /** Lines that each has logged. */
  lines = { a: 0, b: 0 };
  #program;
  #onLine;
  #directors = {};
  #better = "a";

  /** @param onLine is told of each line that a director logs. */
  constructor({ program, onLine = () => undefined }) {
    this.#program = program;
    this.#onLine = onLine;
    process.on("exit", () => this.remove());
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
    this.#build();
  }

  #build() {
    const { s } = this.names;
    for (const name of Object.values(this.names)) ipBatch([`netns add ${name}`]);
    ipBatch(["link add br0 type bridge mcast_snooping 0", "link set br0 up"], s);
    for (const [short, address] of Object.entries(addresses)) {
      const name = this.names[short];
      ipBatch([`link add to-${short} netns ${s} type veth peer name eth0 netns ${name}`]);
      ipBatch([`link set to-${short} master br0`, `link set to-${short} up`], s);
      ipBatch(["link set lo up", `address add ${address}/16 dev eth0`, "link set eth0 up"], name);
    }
  }

  remove() {
    const names = Object.values(this.names);
    for (const name of names) for (const pid of processesIn(name)) process.kill(pid, "SIGKILL");
    for (const name of names) spawnSync("ip", ["netns", "delete", name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * Starts both with a priority each, and waits until the better one is the only master. `lines`: what the instance of both says;
   * `blocks`: what stands beside the instance, from the director's own address and its peer's.
   */
  async start({ lines, priorities, blocks = () => "" }) {
    for (const [short, priority] of Object.entries(priorities)) {
      const home = join(this.folder, short);
      mkdirSync(home, { recursive: true });
      const [own, peer] = short === "a" ? [addresses.a, addresses.b] : [addresses.b, addresses.a];
      writeFileSync(join(home, "conf"), blocks(own, peer) + configuration(lines, priority));
      this.#run(short);
    }
    this.#better = priorities.a > priorities.b ? "a" : "b";
    await this.settle();
  }

  #run(short) {
    const home = join(this.folder, short);
    this.#directors[short] = new DirectorProcess({
      namespace: this.names[short],
      command: programs[this.#program].split(" "),
      configuration: join(home, "conf"),
      folder: home,
      onLine: (line) => {
        this.lines[short]++;
        this.#onLine(short, line);
      },
    });
  }

  /** Waits until the better one is the only master, and a moment more. */
  async settle() {
    const [master, backup] = this.#better === "a" ? ["a", "b"] : ["b", "a"];
    for (const end = Date.now() + 20_000; !(this.#holds(master) && !this.#holds(backup)); ) {
      if (Date.now() > end) throw new Error(`the pair never came to rest\n${this.#lastLines()}`);
      await pause(100);
    }
    await pause(1500);
  }

  /** Starts one again that has ended. */
  restart(short) {
    this.#run(short);
    return this.settle();
  }

  /** Its process ids, the parent first. */
  processes(short) {
    return processesIn(this.names[short]);
  }

  async stop() {
    for (const director of Object.values(this.#directors)) await director.stop(5000);
  }

  /** What is advertised on the cable of director b: of each advertisement its sender, when it came (microseconds), and the frame. */
  listen() {
    const at = { protocol: 3, interface: "to-b", namespace: this.names.s };
    const socket = createSocket({ type: "packet", ...at });
    const [sources, times, frames] = [[], [], []];
    socket.on("message", (bytes, { receivedAt }) => {
      const isVrrp = bytes.readUInt16BE(12) === 0x0800 && [51, 112].includes(bytes[23]);
      if (!isVrrp) return;
      sources.push(bytes.subarray(26, 30).join("."));
      times.push(receivedAt);
      frames.push(bytes.toString("hex"));
    });
    socket.bind();
    return { sources, times, frames, close: () => socket.close() };
  }

  /** Takes the shared address off, where a director that was killed has left it. */
  clean(short) {
    spawnSync("ip", ["-n", this.names[short], "address", "delete", `${VIRTUAL_ADDRESS}/16`, "dev", "eth0"]);
  }

  #holds(short) {
    const [program, ...words] = inNamespace(this.names[short], [
      "ip",
      "-4",
      "address",
      "show",
      "dev",
      "eth0",
    ]);
    return spawnSync(program, words, { encoding: "utf8" }).stdout.includes(`inet ${VIRTUAL_ADDRESS}/`);
  }

  #lastLines() {
    const text = (one) => one.lastLines(10).map((line) => line.text);
    return Object.entries(this.#directors)
      .map(([short, one]) => `${short}: ${text(one).join("\n")}`)
      .join("\n");
  }
}

/** The configuration of one director. */
export function configuration(lines, priority) {
  return `vrrp_instance V1 {\ninterface eth0\nvirtual_router_id 51\npriority ${priority}\n${lines}\nvirtual_ipaddress {\n${VIRTUAL_ADDRESS}/16\n}\n}\n`;
}

/** How often the advertising director changed. */
export function changesOf(sources) {
  return sources.filter((source, at) => at > 0 && source !== sources[at - 1]).length;
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
