import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Mailer } from "../../src/linux/mailer.ts";
import { load } from "../conf/configuration.ts";
import { eventually } from "../support/eventually.ts";

describe("the mailer", () => {
  const servers: Server[] = [];
  const sockets: Socket[] = [];
  const reports: string[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
    reports.length = 0;
  });

  /** A host on a free port that does with each connection what it is told. */
  function host(connected: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      sockets.push(socket);
      // The other end may have gone before it read everything.
      socket.on("error", () => undefined);
      connected(socket);
    });
    servers.push(server);
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  }

  function mailer(port: number, more = ""): Mailer {
    const text = `global_defs {
      router_id lab
      smtp_server 127.0.0.1 ${port}
      smtp_connect_timeout 1
      notification_email {
        one@lab.example
      }
      ${more}
    }`;
    return new Mailer(load(text).config.global, (_, message) => reports.push(message));
  }

  it("sends one mail after another", async () => {
    const subjects: string[] = [];
    const port = await host((socket) => {
      let data = false;
      socket.write("220 sink\r\n");
      socket.setEncoding("utf8").on("data", (text: string) => {
        for (const line of text.split("\r\n")) {
          if (line.startsWith("Subject: ")) subjects.push(line.slice(9));
          if (data && line !== ".") continue;
          if (line === "") continue;
          data = line.startsWith("DATA");
          socket.write(data ? "354 go on\r\n" : "250 ok\r\n");
        }
      });
    });
    const sender = mailer(port);
    for (const subject of ["VRRP Instance V1 - Entering MASTER state", "second", "third"])
      sender.send({ subject, text: "text" });
    await eventually(() => !sender.busy, { within: 15_000 });
    expect(subjects).toEqual([
      "[lab] VRRP Instance V1 - Entering MASTER state",
      "[lab] second",
      "[lab] third",
    ]);
    expect(reports).toEqual([]);
  });

  it("F66 gives up on a host that never answers, keeps a bounded number of mails, and says so once", async () => {
    const port = await host(() => undefined);
    const sender = mailer(port);
    for (let n = 0; n < 300; n++) sender.send({ subject: `${n}`, text: "" });
    expect(reports).toEqual([expect.stringContaining("more than 100 mails wait")]);
    sender.hurry();
    sender.send({ subject: "too late", text: "" });
    expect(reports).toHaveLength(1);
  });

  it("says once why mails cannot be sent, and tries nothing after hurry", async () => {
    const port = await host((socket) => socket.end("554 not today\r\n"));
    const sender = mailer(port);
    sender.send({ subject: "a", text: "" });
    sender.send({ subject: "b", text: "" });
    await eventually(() => sockets.length > 0, { within: 15_000 });
    sender.hurry();
    await eventually(() => !sender.busy, { within: 15_000 });
    expect(reports).toEqual([expect.stringContaining(`could not be sent by 127.0.0.1 ${port}`)]);
  });

  it("does nothing without somebody to send to", () => {
    const sender = new Mailer(load("").config.global, () => undefined);
    sender.send({ subject: "a", text: "" });
    expect(sender.busy).toBe(false);
  });
});
