import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { MailSink, type SinkedMail } from "../support/mail-sink.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { ToldDaemon } from "../support/told-daemon.ts";
import type { DaemonProgram } from "../support/vrrp-daemon.ts";

const PORT = 2525;

/** What `global_defs` may say of alerts. */
const GLOBALS: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  smtp_alert: ["smtp_alert"],
  "smtp_alert, smtp_alert_vrrp off": ["smtp_alert", "smtp_alert_vrrp off"],
  "smtp_alert_vrrp, no_email_faults": ["smtp_alert_vrrp", "no_email_faults"],
};

const OWN = { unset: "", on: "smtp_alert", off: "smtp_alert no" } as const;

function configuration(): string {
  let id = 0;
  const instance = (name: string, lines: string) => `vrrp_instance ${name} {
  interface eth0
  virtual_router_id ${++id}
  version 3
  advert_int 0.2
  track_interface {
    eth1
  }
  ${lines}
  virtual_ipaddress {
    10.78.0.${id}
  }
}
`;
  return Object.entries(OWN)
    .map(
      ([
        name,
        line,
      ]) => `${instance(name, line)}${instance(`${name}-1`, "smtp_alert off")}${instance(`${name}-2`, "smtp_alert off")}
vrrp_sync_group ${name}-group {
  group {
    ${name}-1
    ${name}-2
  }
  ${line}
}
`,
    )
    .join("");
}

const suite = {
  title: "mails about routers beside keepalived",
  needs: ["root", "netns", "keepalived"],
} as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-mail");
  const all: ToldDaemon[] = [];
  const sinks: MailSink[] = [];
  const mails = new Map<string, readonly SinkedMail[]>();
  const logs = new Map<DaemonProgram, string>();

  beforeAll(async () => {
    const lives = Object.keys(GLOBALS).flatMap((globals) =>
      (["keepalived", "locum"] as const).map((program) => life(program, globals)),
    );
    const silent = (["keepalived", "locum"] as const).map(silentHost);
    await Promise.all([...lives, ...silent]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(all.map((one) => one.dispose()));
    for (const sink of sinks) sink.stop();
    namespaces.remove();
  });

  function make(program: DaemonProgram, name: string): ToldDaemon {
    const daemon = new ToldDaemon(namespaces, { program, name: `${name}-${program}` });
    all.push(daemon);
    return daemon;
  }

  const mailRules = (lines: readonly string[], host = "127.0.0.1") =>
    [
      "router_id lab",
      `smtp_server ${host} ${PORT}`,
      "smtp_helo_name lab.example",
      "notification_email_from director@lab.example",
      "notification_email {\n one@lab.example\n two@lab.example\n}",
      ...lines,
    ]
      .map((line) => `  ${line}\n`)
      .join("");

  /** Master, fault, backup, master. */
  async function play(daemon: ToldDaemon): Promise<void> {
    daemon.daemon.start();
    const every = (word: string) =>
      daemon.until(
        (told) => told.size === 12 && [...told.values()].every((words) => words.at(-1)?.startsWith(word)),
      );
    await every("MASTER");
    daemon.run("ip", "link", "set", "eth1", "down");
    await every("FAULT");
    daemon.run("ip", "link", "set", "eth1", "up");
    await every("MASTER");
  }

  async function life(program: DaemonProgram, globals: string): Promise<void> {
    const daemon = make(program, `g${Object.keys(GLOBALS).indexOf(globals)}`);
    const sink = new MailSink(namespaces, {
      namespace: `g${Object.keys(GLOBALS).indexOf(globals)}-${program}`,
      port: PORT,
    });
    sinks.push(sink);
    await sink.ready();
    daemon.configure(configuration(), mailRules(GLOBALS[globals] ?? []));
    await play(daemon);
    let [count, since] = [sink.mails.length, Date.now()];
    await eventually(
      () => {
        if (sink.mails.length !== count) [count, since] = [sink.mails.length, Date.now()];
        return Date.now() - since > 1_000;
      },
      { within: 20_000 },
    );
    mails.set(`${globals} ${program}`, sink.mails);
  }

  /** A mail host that does not answer. */
  async function silentHost(program: DaemonProgram): Promise<void> {
    const daemon = make(program, "silent");
    daemon.configure(configuration(), mailRules(["smtp_alert", "smtp_connect_timeout 1"], "10.77.0.200"));
    await play(daemon);
    // It gives up at its end, and tells; before, it would offer the first mail once more.
    if (program === "locum") expect(await daemon.daemon.stop()).toBe(0);
    const saying = program === "locum" ? /no connection within 1 s/ : /Timeout.*SMTP|SMTP.*[Tt]imeout/;
    await eventually(() => saying.test(daemon.daemon.log), { within: 15_000 }).catch((error: unknown) => {
      throw new Error(`${program}: ${String(error)}\n${daemon.daemon.log}`);
    });
    logs.set(program, daemon.daemon.log);
  }

  const subjects = (globals: string, program: DaemonProgram) =>
    (mails.get(`${globals} ${program}`) ?? []).map(({ headers }) => headers.subject ?? "").toSorted();

  it.each(Object.keys(GLOBALS))(
    "with %s: mails about the same changes of the same routers and groups",
    (globals) => {
      expect(subjects(globals, "locum")).toEqual(subjects(globals, "keepalived"));
    },
  );

  it("are of those that ask for them, or that the default asks for", () => {
    const four = (who: string) =>
      ["BACKUP", "BACKUP", "FAULT", "MASTER", "MASTER"].map(
        (state) => `[lab] VRRP ${who} - Entering ${state} state`,
      );
    expect(subjects("nothing", "locum")).toEqual([...four("Group on-group"), ...four("Instance on")]);
    expect(subjects("smtp_alert", "locum")).toHaveLength(20);
    expect(subjects("smtp_alert, smtp_alert_vrrp off", "locum")).toHaveLength(10);
    const faultless = subjects("smtp_alert_vrrp, no_email_faults", "locum");
    expect(faultless.filter((subject) => subject.includes("FAULT"))).toEqual([]);
    expect(faultless.length).toBeGreaterThan(10);
  });

  it("have keepalived's envelope and headers, in its form, and some words", () => {
    const one = (program: DaemonProgram) => {
      const found = mails
        .get(`nothing ${program}`)
        ?.find(({ headers }) => /Instance on .*MASTER/.test(headers.subject ?? ""));
      if (found === undefined) throw new Error(`no mail of ${program}`);
      return found;
    };
    const [theirs, ours] = [one("keepalived"), one("locum")];
    for (const name of Object.keys(theirs.headers)) expect(Object.keys(ours.headers)).toContain(name);
    const { date: theirDate = "", ...theirRest } = theirs.headers;
    expect(ours.headers).toMatchObject(theirRest);
    const form = /^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;
    expect(theirDate).toMatch(form);
    expect(ours.headers.date).toMatch(form);
    expect([ours.from, ours.to]).toEqual([theirs.from, theirs.to]);
    expect(ours.greeting.slice(5)).toBe(theirs.greeting.slice(5));
    expect([theirs.body.trim().length > 0, ours.body.trim().length > 0]).toEqual([true, true]);
  });

  it("that nobody takes are told in the log, and hold nothing up", () => {
    expect(logs.get("locum")).toContain(`by 10.77.0.200 ${PORT}: no connection within 1 s`);
    expect(logs.get("keepalived")).toMatch(/Timeout.*SMTP|SMTP.*[Tt]imeout/);
  });
});
