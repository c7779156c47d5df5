import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { Namespaces } from "../support/namespaces.ts";
import { describeWith } from "../support/require.ts";
import { type Said, ScriptedPeer } from "../support/scripted-peer.ts";
import { type DaemonProgram, VrrpDaemon } from "../support/vrrp-daemon.ts";
import {
  type Answer,
  address,
  type Case,
  DIRECTOR,
  type Group,
  groups,
  PEER,
  PLAIN,
  UNKNOWN_ID,
} from "./answer-cases.ts";

function configuration({ global, cases }: Group): string {
  const instances = Object.values(cases).map(
    ({ lines = [] }, at) => `vrrp_instance V${at + 1} {
  interface eth0
  virtual_router_id ${at + 1}
  version 3
  ${lines.some((line) => line.startsWith("priority")) ? "" : "priority 100"}
  ${lines.join("\n  ")}
  virtual_ipaddress {
    ${address(at + 1)}/16
  }
}
`,
  );
  return `global_defs {\n  ${global.join("\n  ")}\n}\n${instances.join("")}`;
}

interface Played {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly log: string;
}

const suite = { title: "what a director answers to a peer", needs: ["root", "netns", "keepalived"] } as const;

describeWith(suite, () => {
  const namespaces = new Namespaces("lt-answer");
  const folder = mkdtempSync(join(tmpdir(), "lt-answer-"));
  const folderOf = (program: DaemonProgram) => join(folder, program);
  const daemons: VrrpDaemon[] = [];
  const played = new Map<string, Played>();

  beforeAll(async () => {
    const all = (["keepalived", "locum"] as const).flatMap((program) => {
      const own = folderOf(program);
      mkdirSync(own);
      writeFileSync(join(own, "lower"), `#!/bin/sh\necho "$@" >> ${own}/ran\n`, { mode: 0o755 });
      return groups(own).map(async (group, at) => {
        played.set(`${group.what} ${program}`, await play(`${program[0]}${at}`, program, group));
      });
    });
    await Promise.all(all);
  }, 60_000);
  afterAll(async () => {
    for (const daemon of daemons) await daemon.dispose();
    namespaces.remove();
    rmSync(folder, { recursive: true });
  });

  /** A director on a wire of its own with a peer, until every instance has given its answer. */
  async function play(name: string, program: DaemonProgram, group: Group): Promise<Played> {
    const [a, b] = [`${name}a`, `${name}b`];
    for (const one of [a, b]) namespaces.add(one);
    const mac = Buffer.from(DIRECTOR.mac).toString("hex").match(/../g)?.join(":") as string;
    namespaces.cable(
      { namespace: a, interface: "eth0", addresses: [`${DIRECTOR.address}/16`], mac },
      { namespace: b, interface: "eth0", addresses: [`${PEER}/16`, "10.77.0.4/16"] },
    );
    const daemon = new VrrpDaemon(namespaces, { namespace: a, program });
    daemons.push(daemon);
    const all = Object.values(group.cases);
    const said = (each: Case, id: number): Said => ({
      id,
      priority: each.hears ?? 200,
      addresses: [address(id)],
      source: each.from ?? PEER,
      ...(each.unicast === true ? { to: DIRECTOR } : {}),
    });
    const toldAt = new Map<number, number>();
    const peer = new ScriptedPeer({
      namespace: namespaces.path(b),
      onSeen: (seen) => {
        const each = seen.kind === "announcement" || seen.own ? undefined : all[seen.id - 1];
        if (seen.kind === "announcement" || each === undefined || toldAt.has(seen.id)) return;
        if (peer.advertisements(seen.id).length < 5) return;
        toldAt.set(seen.id, seen.at);
        if (each.hears !== undefined) peer.say(said(each, seen.id));
        if (seen.id === 1) peer.say({ ...said(each, UNKNOWN_ID), priority: 100 });
      },
    });
    daemon.configure(configuration(group));
    daemon.start();
    const followers = all.flatMap((each, at) => (each.follows === undefined ? [] : [{ each, id: at + 1 }]));
    await eventually(() => all.every((_, at) => daemon.log.includes(`(V${at + 1}) Entering`)), {
      within: 30_000,
    });
    for (const { each, id } of followers) {
      peer.say(said(each, id));
      const { addresses, from = PEER } = each.follows as NonNullable<Case["follows"]>;
      peer.repeat({ ...said(each, id), addresses, source: from }, 0.3);
    }
    const others = all.filter(({ follows }) => follows === undefined).length;
    const last = () => Math.max(...toldAt.values());
    const over = () => toldAt.size >= others && peer.seen.some(({ at }) => at > last() + 1.5);
    await eventually(over, { within: 30_000 });
    const { log } = daemon;
    peer.close();
    await daemon.kill();
    const answers = Object.keys(group.cases).map(
      (what, at) => [what, answer(peer, { id: at + 1, log })] as const,
    );
    return { answers: new Map(answers), log };
  }

  describe.each(groups(folder))("$what", (group) => {
    it.each(Object.entries(group.cases))("%s", (what, { theirs, ours }) => {
      const seen = (program: DaemonProgram) => played.get(`${group.what} ${program}`)?.answers.get(what);
      expect(seen("keepalived")).toEqual({ ...PLAIN, ...theirs });
      expect(seen("locum")).toEqual({ ...PLAIN, ...theirs, ...ours });
    });
  });

  it.each(["keepalived", "locum"] as const)(
    "notify_master_rx_lower_pri: %s runs it once for one weaker one, with what keepalived gives it",
    (program) => {
      expect(readFileSync(join(folderOf(program), "ran"), "utf8")).toBe("is heard\n");
    },
  );

  it("log_unknown_vrids: both tell of a virtual router that is not theirs, and do not without it", () => {
    const logOf = (what: string, program: DaemonProgram) => played.get(`${what} ${program}`)?.log;
    const theirs = `Unknown VRID(${UNKNOWN_ID}) received on interface(eth0). ignoring...`;
    const ours = `${PEER} advertises the virtual router ${UNKNOWN_ID}, which is not configured here`;
    expect(logOf("in an instance", "keepalived")).toContain(theirs);
    expect(logOf("in an instance", "locum")).toContain(ours);
    expect(logOf("for all instances", "keepalived")).not.toContain(`(${UNKNOWN_ID})`);
    expect(logOf("for all instances", "locum")).not.toContain(`router ${UNKNOWN_ID}`);
  });
});

function answer(peer: ScriptedPeer, { id, log }: { readonly id: number; readonly log: string }): Answer {
  const advertised = peer.advertisements(id);
  const announced = peer.announcements(address(id));
  const begun = advertised[0]?.at ?? Number.NaN;
  // NaN where the peer said nothing, so that nothing is an answer.
  const told = peer.seen.find((seen) => seen.kind === "advertisement" && seen.own && seen.id === id)?.at;
  const since = told ?? Number.NaN;
  const within = (from: number, low: number, high: number) =>
    announced.filter(({ at }) => at - from >= low && at - from < high).length;
  const entered = [...log.matchAll(new RegExp(`\\(V${id}\\) Entering (\\w+) STATE(?! \\(init)`, "g"))];
  return {
    first: within(begun, -0.1, 0.4),
    second: within(begun, 0.4, 3.7),
    said: advertised.filter(({ at }) => at > since && at < since + 0.4).map(({ priority }) => priority),
    announced: within(since, 0, 0.2),
    soon: within(since, 0.2, 0.5),
    later: within(since, 0.8, 1.3),
    states: entered.map((match) => match[1] as string),
  };
}
