import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { askDaemon } from "../../src/linux/control-client.ts";
import { parseControlRequest } from "../../src/linux/control-protocol.ts";
import { ControlSocket } from "../../src/linux/control-socket.ts";
import { eventually } from "../support/eventually.ts";

let folder = "";
let count = 0;
const opened: { close(): void }[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "locum-control-"));
});
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A place for a socket in a folder of its own that is yet to be made. */
const place = () => join(folder, `${++count}`, "1.sock");

async function open(path = place(), answer: (request: unknown) => unknown = (request) => request) {
  const result = await ControlSocket.open({ path, answer });
  if (result.ok) opened.push(result.value);
  return result;
}

function connect(path: string): Socket {
  const client = createConnection(path);
  client.on("error", () => undefined);
  opened.push({ close: () => client.destroy() });
  return client;
}

describe("the control socket", () => {
  it("answers each line, several on one connection, and tells a failure", async () => {
    const path = place();
    let asked = 0;
    await open(path, () => {
      if (++asked === 2) throw new Error("the children are asleep");
      return { asked };
    });
    const client = connect(path);
    let text = "";
    client.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    client.write('{"request":"status"}\n{"request":"status"}\n{"request":"st');
    client.write('atus"}\n');
    await eventually(() => text.split("\n").length === 4, { within: 5_000 });
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ok: true, answer: { asked: 1 } },
      { ok: false, error: "the children are asleep" },
      { ok: true, answer: { asked: 3 } },
    ]);
  });

  it("is for its own user: 0600 in a folder of 0700, whatever the umask", async () => {
    const path = place();
    await open(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
  });

  it("takes the place of a daemon that was killed, and sweeps up after others", async () => {
    const path = place();
    mkdirSync(join(path, ".."), { mode: 0o700 });
    for (const name of [path, join(path, "..", "2.sock")]) {
      // A listener whose name outlives it, as after SIGKILL: linked under another name before it closes.
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(`${name}.tmp`, resolve));
      const { linkSync } = await import("node:fs");
      linkSync(`${name}.tmp`, name);
      await new Promise((resolve) => server.close(resolve));
    }
    expect(existsSync(path)).toBe(true);
    expect((await open(path)).ok).toBe(true);
    expect(existsSync(join(path, "..", "2.sock"))).toBe(false);
    expect(await askDaemon(path, { request: "status" })).toEqual({ ok: true, value: { request: "status" } });
  });

  it("leaves a place alone that is in use, or that is no socket", async () => {
    const path = place();
    await open(path);
    expect(await open(path)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/in use, or no socket/),
    });
    expect((await askDaemon(path, { request: "status" })).ok).toBe(true);
    const other = place();
    mkdirSync(join(other, ".."));
    writeFileSync(other, "precious");
    expect((await open(other)).ok).toBe(false);
    expect(existsSync(other)).toBe(true);
  });

  it("refuses a folder that is a symbolic link, and closes one that was open to others", async () => {
    const path = place();
    const target = join(folder, "elsewhere");
    mkdirSync(target);
    symlinkSync(target, join(path, ".."));
    expect(await open(path)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/is no folder; remove it/),
    });
    const wide = place();
    mkdirSync(join(wide, ".."));
    chmodSync(join(wide, ".."), 0o777);
    expect((await open(wide)).ok).toBe(true);
    expect(statSync(join(wide, "..")).mode & 0o777).toBe(0o700);
  });

  it("cuts off an endless request, and does not serve more clients than it should", async () => {
    const path = place();
    await open(path);
    const endless = connect(path);
    let text = "";
    endless.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
    });
    endless.write("x".repeat(100_000));
    await eventually(() => text.includes("longer than 65536 bytes"), { within: 5_000 });
    const crowd = Array.from({ length: 40 }, () => connect(path));
    await eventually(() => crowd.filter((client) => client.destroyed || client.readableEnded).length >= 20, {
      within: 5_000,
    });
    for (const client of crowd) client.destroy();
    endless.destroy();
    await eventually(async () => (await askDaemon(path, { request: "status" })).ok, { within: 5_000 });
  });

  it("is gone when closed, with its folder", async () => {
    const path = place();
    const socket = await open(path);
    if (socket.ok) socket.value.close();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(path, ".."))).toBe(false);
    expect(await askDaemon(path, { request: "status" })).toMatchObject({
      ok: false,
      error: { kind: "absent" },
    });
  });
});

describe("requests", () => {
  it.each([
    ["nonsense", /no JSON/],
    ["[]", /names nothing/],
    ['{"request":"shutdown"}', /"shutdown", wanted "config" or "status"/],
    ['{"request":"config","passwords":[1]}', /list of texts/],
  ])("%s is refused with a reason", (line, reason) => {
    expect(parseControlRequest(line)).toMatch(reason);
  });

  it("take what is known and drop the rest", () => {
    expect(parseControlRequest('{"request":"config","passwords":["a"],"x":1}')).toEqual({
      request: "config",
      passwords: ["a"],
    });
  });
});
