import { readdirSync } from "node:fs";
import { join } from "node:path";
import { networkNamespaceName } from "./bpf-filesystem.ts";

/**
 * The control socket of a daemon: a unix stream socket that takes one JSON object per line and answers each with one
 * line. It only tells; nothing can be changed through it.
 */
export type ControlRequest =
  /**
   * The configuration that runs. A password in it is told only as its place in `passwords`, or as hidden: whoever asks
   * learns no more than whether it is one they know.
   */
  | { readonly request: "config"; readonly passwords?: readonly string[] }
  /** How the processes stand. */
  | { readonly request: "status" };

/** The line that comes back. */
export type ControlAnswer =
  | { readonly ok: true; readonly answer: unknown }
  | { readonly ok: false; readonly error: string };

/** The longest request in bytes, and how many connections may be open at once. */
export const controlLimits = { requestBytes: 65_536, connections: 16, idleMilliseconds: 10_000 } as const;

const root = "/run/locum/control";

/** The folder with the sockets of the daemons of this network namespace. */
export function controlFolder(): string {
  return join(root, networkNamespaceName());
}

/** The socket of the daemon whose parent process has this pid. */
export function controlPath(pid: number): string {
  return join(controlFolder(), `${pid}.sock`);
}

/** Every socket there is, of this network namespace or of the others; some may be left behind by a crash. */
export function controlSockets(): {
  readonly here: readonly string[];
  readonly elsewhere: readonly string[];
} {
  const own = controlFolder();
  const folders = entries(root).map((name) => join(root, name));
  const socketsIn = (folder: string) =>
    entries(folder)
      .filter((name) => name.endsWith(".sock"))
      .map((name) => join(folder, name));
  return {
    here: socketsIn(own),
    elsewhere: folders.filter((folder) => folder !== own).flatMap(socketsIn),
  };
}

/** @throws when the folder is there and may not be read. */
function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Reads one line of a client; the error says what is wrong with it. */
export function parseControlRequest(line: string): ControlRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the request is no JSON; send one object per line, such as {"request":"status"}';
  }
  if (typeof value !== "object" || value === null || !("request" in value)) {
    return 'the request names nothing; send {"request":"config"} or {"request":"status"}';
  }
  if (value.request === "status") return { request: "status" };
  if (value.request !== "config") {
    return `the request is ${JSON.stringify(value.request)?.slice(0, 40)}, wanted "config" or "status"`;
  }
  const passwords = "passwords" in value ? value.passwords : [];
  if (!Array.isArray(passwords) || passwords.some((word) => typeof word !== "string")) {
    return "passwords has to be a list of texts";
  }
  return { request: "config", passwords: passwords as readonly string[] };
}
