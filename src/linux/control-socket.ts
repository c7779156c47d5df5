import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { failed, ok, type Result } from "../base/result.ts";
import {
  type ControlAnswer,
  type ControlRequest,
  controlLimits,
  controlPath,
  parseControlRequest,
} from "./control-protocol.ts";

/** What a ControlSocket needs. */
export interface ControlSocketOptions {
  /** Answers one request; what it throws is told to the client. */
  readonly answer: (request: ControlRequest) => unknown;
  /** Where to listen; the place of this process in its network namespace when absent. */
  readonly path?: string;
}

/**
 * A daemon's control socket. Only its own user can connect: the socket has mode 0600 and lies in a folder of mode 0700
 * that belongs to us and is no symbolic link. A client can cost little: a few connections at a time, one short request
 * after another, and whoever does not read its answer is cut off.
 */
export class ControlSocket {
  readonly path: string;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  /** Begins to listen. The error says why that could not be, with the way out; a daemon runs without it. */
  static async open(options: ControlSocketOptions): Promise<Result<ControlSocket, string>> {
    try {
      const path = options.path ?? controlPath(process.pid);
      prepareFolder(dirname(path));
      await Promise.all(socketsIn(dirname(path)).map(removeDead));
      if (existsSync(path)) throw new Error(`${path} is in use, or no socket; remove it`);
      const socket = new ControlSocket(path, options.answer);
      await socket.#listen();
      return ok(socket);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return failed(`cannot open the control socket, so "locum status" will not find this daemon: ${reason}`);
    }
  }

  private constructor(path: string, answer: ControlSocketOptions["answer"]) {
    this.path = path;
    this.#server = createServer((client) => this.#accept(client, answer));
    this.#server.maxConnections = controlLimits.connections;
  }

  /** Stops listening, lets every client go, and removes the socket. */
  close(): void {
    // The name goes with the server; a folder that is empty then has no further use.
    this.#server.close();
    for (const client of this.#clients) client.destroy();
    try {
      rmdirSync(dirname(this.path));
    } catch {
      // Other daemons of the namespace have sockets in it.
    }
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.path, () => {
        this.#server.removeListener("error", reject);
        // A server that cannot accept (no descriptors left) goes on with its next client.
        this.#server.on("error", () => undefined);
        resolve();
      });
      // The name is there now. Before this call the mode of the folder keeps others out, whatever the umask.
      chmodSync(this.path, 0o600);
      // It must not keep a daemon running that has nothing else to do.
      this.#server.unref();
    });
  }

  #accept(client: Socket, answer: ControlSocketOptions["answer"]): void {
    this.#clients.add(client);
    client.on("close", () => this.#clients.delete(client));
    client.on("error", () => client.destroy());
    client.setTimeout(controlLimits.idleMilliseconds, () => client.destroy());
    client.setEncoding("utf8");
    let text = "";
    client.on("data", (piece: string) => {
      text += piece;
      const end = text.indexOf("\n");
      if (end < 0 && text.length <= controlLimits.requestBytes) return;
      if (end < 0 || end > controlLimits.requestBytes) {
        const error = `the request is longer than ${controlLimits.requestBytes} bytes`;
        client.end(lineOf({ ok: false, error }));
        client.pause();
        return;
      }
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      // One at a time: the next is read when this one is answered and the answer is on its way.
      client.pause();
      void respond(line, answer).then((result) => {
        if (client.destroyed) return;
        client.write(lineOf(result), () => {
          client.resume();
          if (text.includes("\n")) client.emit("data", "");
        });
      });
    });
  }
}

async function respond(line: string, answer: ControlSocketOptions["answer"]): Promise<ControlAnswer> {
  const request = parseControlRequest(line);
  if (typeof request === "string") return { ok: false, error: request };
  try {
    return { ok: true, answer: await answer(request) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function lineOf(answer: ControlAnswer): string {
  return `${JSON.stringify(answer)}\n`;
}

/** Makes the folder, and refuses one that somebody else prepared for us. */
function prepareFolder(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: 0o755 });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const status = lstatSync(folder);
  const user = process.geteuid?.() ?? 0;
  if (!status.isDirectory()) throw new Error(`${folder} is no folder; remove it`);
  if (status.uid !== user)
    throw new Error(`${folder} belongs to user ${status.uid}, wanted ${user}; remove it`);
  if ((status.mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

function socketsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sock"))
    .map((name) => join(folder, name));
}

/** Removes what a daemon left that was killed: a socket on which nobody listens. Anything else stays. */
async function removeDead(path: string): Promise<void> {
  const isSocket = lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
  if (isSocket && !(await isListening(path))) rmSync(path, { force: true });
}

/** Whether a process accepts connections on a socket. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createConnection(path);
    const conclude = (listening: boolean) => {
      probe.destroy();
      resolve(listening);
    };
    probe.once("connect", () => conclude(true));
    probe.once("error", ({ code }: NodeJS.ErrnoException) => {
      // Anything else, a full queue for instance, is no proof that nobody is there.
      conclude(code !== "ECONNREFUSED" && code !== "ENOENT");
    });
    probe.setTimeout(1_000, () => conclude(true));
  });
}
