import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { IpAddress } from "../../src/base/ip-address.ts";
import { milliseconds } from "../../src/base/time.ts";
import { FrameSender } from "../../src/linux/frame-socket.ts";
import { RouteNetlink } from "../../src/linux/netlink/route-netlink.ts";
import { encodeAdvertisement } from "../../src/vrrp/advertisement.ts";
import { encodeIpv4Packet } from "../../src/vrrp/ipv4-packet.ts";
import { eventually } from "../support/eventually.ts";
import { MailSink, type SinkedMail } from "../support/mail-sink.ts";
import { Namespaces } from "../support/namespaces.ts";
import { PipeReader } from "../support/pipe-reader.ts";
import { describeWith } from "../support/require.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";

/** What one daemon told during the same life of two instances in a group and one without. */
interface Told {
  readonly bytes: string;
  /** After a reload under fifo_write_vrrp_states_on_reload. */
  readonly repeated: string;
  /** How often the reader had to open the pipe. */
  readonly openings: number;
  readonly commands: readonly string[];
  readonly mails: readonly SinkedMail[];
  readonly exitCode: number | undefined;
}

const PORT = 2525;

function configuration(folder: string): string {
  const commands = ["master", "backup", "fault", "stop"].map(
    (state) => `notify_${state} "${folder}/own ${state} 'two words'"`,
  );
  const instance = (name: string, id: number) => `vrrp_instance ${name} {
  state BACKUP
  interface eth${id < 53 ? 0 : 1}
  virtual_router_id ${id}
  priority 100
  version 3
  advert_int 0.1
  ${commands.join("\n  ")}
  notify_master_rx_lower_pri "${folder}/own lower"
  notify "${folder}/every and"
  ${id === 51 ? "smtp_alert" : ""}
  ${id === 53 ? "track_script {\n    weighs\n  }\n  notify_priority_changes true\n  notify_deleted" : ""}
  virtual_ipaddress {
    10.78.${id}.100/24
  }
}
`;
  return `global_defs {
  router_id lab
  script_user root
  notify_fifo ${folder}/all
  vrrp_notify_fifo ${folder}/vrrp
  smtp_server 127.0.0.1 ${PORT}
  smtp_helo_name lab.example
  notification_email_from director@lab.example
  notification_email {
    one@lab.example
    two@lab.example
  }
}
vrrp_script weighs {
  script "/usr/bin/test -e ${folder}/weighs"
  interval 1
  weight 10
}
vrrp_sync_group G {
  group {
    V1
    V2
  }
  notify "${folder}/every or"
  notify_fault ${folder}/own
  smtp_alert
}
${instance("V1", 51)}${instance("V2", 52)}${instance("V3", 53)}${instance("V4", 54)}`;
}

describeWith(
  { title: "notifications beside Debian's keepalived", needs: ["root", "netns", "keepalived"] },
  () => {
    const namespaces = new Namespaces("lt-notify");
    const told = new Map<DaemonProgram, Told>();
    const folders: string[] = [];

    beforeAll(async () => {
      namespaces.add("a");
      namespaces.add("b");
      for (const at of [0, 1]) {
        namespaces.cable(
          { namespace: "a", interface: `eth${at}`, addresses: [`10.77.${at}.2/24`] },
          { namespace: "b", interface: `eth${at}`, addresses: [`10.77.${at}.3/24`] },
        );
      }
      for (const program of ["keepalived", "locum"] as const) told.set(program, await life(program));
    }, 90_000);

    afterAll(() => {
      namespaces.remove();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    });

    async function life(program: DaemonProgram): Promise<Told> {
      const folder = mkdtempSync(join(tmpdir(), "lt-notify-"));
      folders.push(folder);
      const commands = join(folder, "commands");
      for (const name of ["own", "every"]) {
        // A single write each, so that commands that run at the same time do not mix their words.
        const text = `#!/bin/sh\nline="${name}"\nfor word in "$@"; do line="$line|$word"; done\necho "$line" >> ${commands}\n`;
        writeFileSync(join(folder, name), text, { mode: 0o755 });
      }
      const sink = new MailSink(namespaces, { namespace: "a", port: PORT });
      await sink.ready();
      const daemon = new VrrpDaemon(namespaces, { namespace: "a", program });
      daemon.configure(configuration(folder));
      daemon.start();
      const pipes = ["all", "vrrp"].map((name) => new PipeReader(join(folder, name)));
      const [all, vrrp] = pipes as [PipeReader, PipeReader];
      // keepalived makes its pipes anew at a reload, ours stay.
      const saw = (line: string) =>
        eventually(() => vrrp.text.includes(line), { within: 20_000 }).catch((error) => {
          throw new Error(`${String(error)}\n${vrrp.text}\n${daemon.log}`);
        });
      await saw('GROUP "G" MASTER 0\n');
      await saw('INSTANCE "V3" MASTER 100\n');
      await saw('INSTANCE "V4" MASTER 100\n');
      writeFileSync(join(folder, "weighs"), "");
      await saw('INSTANCE "V3" MASTER_PRIORITY 110\n');
      sendLowerPriority(namespaces.path("b"));
      await saw('INSTANCE "V3" MASTER_RX_LOWER_PRI 110\n');
      namespaces.run("a", ["ip", "link", "set", "eth0", "down"]);
      await saw('GROUP "G" FAULT 0\n');
      namespaces.run("a", ["ip", "link", "set", "eth0", "up"]);
      await eventually(() => vrrp.text.split('GROUP "G" MASTER 0\n').length === 3, { within: 20_000 });
      // Without V3, which is told as DELETED, and V4, which is told as FAULT.
      const text = configuration(folder);
      await mailsOf(sink, 10);
      daemon.configure(text.slice(0, text.indexOf("vrrp_instance V3")));
      daemon.signal("SIGHUP");
      await saw('INSTANCE "V4" FAULT 100\n');
      await eventually(() => all.text.includes('INSTANCE "V4" FAULT 100\n'), { within: 10_000 });
      const before = vrrp.text.length;
      daemon.configure(
        `global_defs {\n  fifo_write_vrrp_states_on_reload\n}\n${text.slice(0, text.indexOf("vrrp_instance V3"))}`,
      );
      daemon.signal("SIGHUP");
      await eventually(() => vrrp.text.slice(before).includes('GROUP "G" MASTER 0\n'), { within: 10_000 });
      await eventually(() => all.text.length === vrrp.text.length, { within: 10_000 });
      const exitCode = await daemon.stop();
      await saw('GROUP "G" STOP 0\n');
      await eventually(() => all.text.length === vrrp.text.length, { within: 10_000 });
      if (program === "locum") await mailsOf(sink, 12);
      await daemon.dispose();
      for (const pipe of pipes) pipe.stop();
      sink.stop();
      expect(all.text).toBe(vrrp.text);
      return {
        bytes: vrrp.text.slice(0, before),
        repeated: vrrp.text.slice(before),
        openings: vrrp.openings,
        commands: readFileSync(commands, "utf8").trim().split("\n"),
        mails: sink.mails,
        exitCode,
      };
    }

    const of = (program: DaemonProgram): Told => {
      const found = told.get(program);
      if (found === undefined) throw new Error(`${program} was not run`);
      return found;
    };

    it("writes keepalived's lines to both pipes", () => {
      const [theirs, ours] = [of("keepalived").bytes, of("locum").bytes];
      for (const among of [/"(V1|V2|G)"/, /"V3"/, /"V4"/])
        expect(inSteps(ours, among)).toEqual(inSteps(theirs, among));
      expect(inSteps(ours, /"V3"/)).toEqual([
        ["BACKUP 100", "DELETED 110", "MASTER 100", "MASTER_PRIORITY 110", "MASTER_RX_LOWER_PRI 110"].map(
          (each) => `INSTANCE "V3" ${each}`,
        ),
      ]);
      expect(inSteps(ours, /"(V1|V2|G)"/)).toHaveLength(9);
      const stops = 'INSTANCE "V1" STOP 100\nINSTANCE "V2" STOP 100\nGROUP "G" STOP 0\n';
      // 2.2.7 leaves out the masters.
      expect(of("keepalived").repeated).toBe(`GROUP "G" MASTER 0\n${stops}`);
      expect(of("locum").repeated).toBe(
        `GROUP "G" MASTER 0\nINSTANCE "V1" MASTER 100\nINSTANCE "V2" MASTER 100\n${stops}`,
      );
    });

    it("keeps its pipes over a reload, where keepalived's readers see the end of the file", () => {
      expect(of("keepalived").openings).toBeGreaterThan(1);
      // The last opening may be the try after the end.
      expect(of("locum").openings).toBe(1);
    });

    it("runs the same commands with the same arguments, those of an instance in order", () => {
      const [theirs, ours] = [of("keepalived").commands, of("locum").commands];
      expect(ours.toSorted()).toEqual(theirs.toSorted());
      expect(ours.filter((line) => line.startsWith("every|and|INSTANCE|V1|"))).toEqual(
        ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"].map(
          (state) => `every|and|INSTANCE|V1|${state}|100`,
        ),
      );
    });

    it("sends the same mails", () => {
      const told = ({ greeting, from, to, headers }: SinkedMail) =>
        JSON.stringify({
          name: greeting.slice(5),
          from,
          to,
          head: [headers.subject, headers.from, headers.to, headers["x-mailer"]],
        });
      const [theirs, ours] = [of("keepalived").mails.map(told), of("locum").mails.map(told)];
      // What 2.2.7 writes when it stops never arrives.
      const stops = ours.filter((mail) => mail.includes("Stopping"));
      expect(ours.filter((mail) => !stops.includes(mail)).toSorted()).toEqual(theirs.toSorted());
      expect(stops).toHaveLength(2);
    });

    it("ends with 0 and leaves no pipe", () => {
      expect(of("locum").exitCode).toBe(0);
      for (const folder of folders) expect(readdirSync(folder)).not.toContain("vrrp");
    });
  },
);

/** The lines that match, in steps that end with the line of a group; the order within a step is chance in keepalived. */
function inSteps(text: string, among: RegExp): readonly (readonly string[])[] {
  const lines = text.split("\n").filter((line) => among.test(line));
  const steps: string[][] = [[]];
  for (const line of lines) {
    if (line.startsWith("GROUP")) steps.push([line], []);
    else steps.at(-1)?.push(line);
  }
  return steps.filter((step) => step.length > 0).map((step) => step.toSorted());
}

/** An advertisement for V3 that is worse than ours. */
function sendLowerPriority(namespace: string): void {
  const addressing = { source: "10.77.1.3" as IpAddress, destination: "224.0.0.18" as IpAddress };
  const message = encodeAdvertisement(
    {
      version: 3,
      virtualRouterId: 53,
      priority: 10,
      interval: milliseconds(100),
      addresses: ["10.78.53.100" as IpAddress],
      authentication: { kind: "none" },
    },
    { ...addressing, checksumPseudoHeader: true },
  );
  const packet = encodeIpv4Packet(message, { ...addressing, identification: 1, ttl: 255 });
  const netlink = new RouteNetlink({ namespace });
  const index = netlink.links().find(({ name }) => name === "eth1")?.index ?? 0;
  netlink.close();
  const sender = new FrameSender({ namespace });
  sender.send(Uint8Array.from([1, 0, 0x5e, 0, 0, 0x12, 2, 0, 0, 0, 0, 9, 8, 0, ...packet]), index);
  sender.close();
}

async function mailsOf(sink: MailSink, count: number): Promise<void> {
  await eventually(() => sink.mails.length >= count, { within: 10_000 });
}
