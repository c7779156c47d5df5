import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Namespaces } from "./namespaces.ts";

const SOURCE = fileURLToPath(new URL("../../bench/packet-flood.c", import.meta.url));

/** Sends Ethernet frames faster than JavaScript could: `bench/packet-flood.c`, compiled when it is made. */
export class PacketFlood {
  readonly #folder = mkdtempSync(join(tmpdir(), "locum-flood-"));
  readonly #program = join(this.#folder, "packet-flood");

  constructor() {
    const { status, stderr, error } = spawnSync("cc", ["-O2", "-o", this.#program, SOURCE], {
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${SOURCE} cannot be compiled: ${error?.message ?? stderr}`);
  }

  /** Sends the frames in turn by an interface; how many went out. */
  send(
    namespaces: Namespaces,
    to: {
      namespace: string;
      interface: string;
      frames: readonly Uint8Array[];
      perSecond: number;
      seconds: number;
    },
  ): Promise<number> {
    const words = [to.interface, `${to.perSecond}`, `${to.seconds}`];
    const [program = "", ...rest] = namespaces.command(to.namespace, [this.#program, ...words]);
    const child = spawn(program, rest, { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stdin.end(to.frames.map((frame) => `${Buffer.from(frame).toString("hex")}\n`).join(""));
    return new Promise((resolve, reject) => {
      child.on("close", (code) =>
        code === 0
          ? resolve(Number(output))
          : reject(new Error(`packet-flood ended with ${code}: ${output}`)),
      );
    });
  }

  /** Removes the program. */
  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
