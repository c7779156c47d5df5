import { type ChildProcess, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./capabilities.ts";
import type { Namespaces } from "./namespaces.ts";

/** The other end of a BFD session: what it is to do, and how it is to do it. */
export interface BfdPeerOptions {
  readonly namespace: string;
  /** Its interface towards us. */
  readonly interface: string;
  readonly sessions: readonly BfdPeerSession[];
}

/** One session of a peer, with the times of `peerTimes`. */
export interface BfdPeerSession {
  readonly local: string;
  readonly remote: string;
  readonly multihop?: boolean;
}

/** Somebody else's BFD, in a namespace of a test. */
export interface BfdPeer {
  /** The state of its session with `remote` in its own words, in lower case. */
  state(remote: string): string | undefined;
  /** Ends it without a word. */
  kill(): void;
  /** Makes its sessions administratively down by its own command; BIRD has none that says so to us. */
  shutDown?(): void;
  dispose(): void;
}

/** Slow for BFD, so that a machine that tests on all its processors does not look like a broken path. */
export const peerTimes = { transmitMs: 120, receiveMs: 80, multiplier: 20 } as const;
const { transmitMs: TRANSMIT_MS, receiveMs: RECEIVE_MS, multiplier: MULTIPLIER } = peerTimes;

/** BIRD 2 (`bird`, `birdc`). */
export function startBird(namespaces: Namespaces, { namespace, ...options }: BfdPeerOptions): BfdPeer {
  const folder = mkdtempSync(join(tmpdir(), "locum-bird-"));
  const times = `min rx interval ${RECEIVE_MS} ms; min tx interval ${TRANSMIT_MS} ms; multiplier ${MULTIPLIER};`;
  const sessions = options.sessions.map(({ local, remote, multihop }) =>
    multihop === true
      ? `neighbor ${remote} local ${local} multihop;`
      : `neighbor ${remote} dev "${options.interface}" local ${local};`,
  );
  writeFileSync(
    join(folder, "bird.conf"),
    `router id 192.0.2.1;
protocol device {}
protocol bfd peers {
  interface "${options.interface}" { ${times} };
  multihop { ${times} };
  ${sessions.join("\n  ")}
}
`,
  );
  const control = join(folder, "bird.ctl");
  const bird = findProgram("bird") ?? "bird";
  const child = namespaces.spawn(namespace, [bird, "-f", "-c", join(folder, "bird.conf"), "-s", control]);
  const ask = (...words: readonly string[]) =>
    spawnSync(findProgram("birdc") ?? "birdc", ["-s", control, ...words], { encoding: "utf8" }).stdout ?? "";
  return {
    state: (remote) => stateIn(ask("show", "bfd", "sessions"), { remote, column: 2 }),
    kill: () => child.kill("SIGKILL"),
    dispose: () => end(child, folder),
  };
}

/** FRR's bfdd, which needs no zebra for sessions with a local address. */
export function startFrr(namespaces: Namespaces, { namespace, sessions }: BfdPeerOptions): BfdPeer {
  const folder = mkdtempSync(join(tmpdir(), "locum-frr-"));
  const file = (name: string) => join(folder, name);
  const peers = sessions.map(
    ({
      local,
      remote,
      multihop,
    }) => ` peer ${remote} ${multihop === true ? "multihop " : ""}local-address ${local}
  detect-multiplier ${MULTIPLIER}
  receive-interval ${RECEIVE_MS}
  transmit-interval ${TRANSMIT_MS}
 !`,
  );
  writeFileSync(file("bfdd.conf"), `bfd\n${peers.join("\n")}\n!\n`);
  chmodSync(file("bfdd.conf"), 0o644);
  spawnSync("chown", ["-R", "frr:frr", folder]);
  const child = namespaces.spawn(namespace, [
    findProgram("bfdd") ?? "bfdd",
    ...["-f", file("bfdd.conf"), "-i", file("bfdd.pid"), "-z", file("zserv.api")],
    ...["--vty_socket", folder, "--bfdctl", file("bfdd.sock"), "-P", "0", "--log", "stdout"],
  ]);
  const ask = (...commands: readonly string[]) =>
    spawnSync(
      findProgram("vtysh") ?? "vtysh",
      ["--vty_socket", folder, ...commands.flatMap((command) => ["-c", command])],
      { encoding: "utf8" },
    ).stdout ?? "";
  return {
    state: (remote) => stateIn(ask("show bfd peers brief"), { remote, column: 3 }),
    kill: () => child.kill("SIGKILL"),
    shutDown: () => {
      for (const { local, remote, multihop } of sessions) {
        const peer = `peer ${remote} ${multihop === true ? "multihop " : ""}local-address ${local}`;
        ask("configure terminal", "bfd", peer, "shutdown");
      }
    },
    dispose: () => end(child, folder),
  };
}

/** The word in a column of the line that names the neighbour. */
function stateIn(
  table: string,
  { remote, column }: { readonly remote: string; readonly column: number },
): string | undefined {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  return rows.find((words) => words.slice(0, 3).includes(remote))?.[column]?.toLowerCase();
}

function end(child: ChildProcess, folder: string): void {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
