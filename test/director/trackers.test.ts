import { describe, expect, it } from "vitest";
import { numberInFile } from "../../src/director/tracker-standings.ts";
import { vrrpStatus } from "../../src/director/vrrp-status.ts";
import { Director, eth1 } from "./tracker-world.ts";
import { eth0 } from "./vrrp-fixtures.ts";

describe("numbers in tracked files, as keepalived 2.2.7 was seen to read them", () => {
  it.each([
    ["5", 5],
    ["abc", 0],
    ["12abc", 12],
    [" 7\n", 7],
    ["0x10", 16],
    ["010", 8],
    ["", 0],
    ["-9", -9],
    ["+3", 3],
    ["- 3", 0],
    ["08", 0],
    ["99999999999", undefined],
  ] as const)("%j is %s", (content, wanted) => {
    expect(numberInFile(content)).toBe(wanted);
  });
});

describe("track_file", () => {
  const file = (content: string) => ({ kind: "tracked-file", name: "f", content }) as const;
  const block = "track_file f {\nfile /f\nweight 2\n}";

  it("adds its number times its weight, from the first moment on", () => {
    const director = new Director("track_file {\nf\n}", block, { files: [{ name: "f", content: "3" }] });
    expect(director.priority).toBe(106);
    director.deliver(file("-9"));
    expect(director.priority).toBe(82);
    director.deliver({ kind: "tracked-file", name: "f" });
    expect(director.priority).toBe(100);
  });

  it("takes the router out at -254 and below, and back in above", () => {
    const director = new Director("track_file {\nf\n}", block);
    director.pass(4);
    expect(director.role).toBe("master");
    director.deliver(file("-127"));
    expect(director.role).toBe("fault");
    director.deliver(file("-126"));
    expect(director.role).toBe("backup");
    expect(director.priority).toBe(1);
  });

  it("weight 0: any number but 0 is a fault, and with reverse 0 is", () => {
    const director = new Director("track_file {\nf weight 0\n}", block);
    director.deliver(file("1"));
    expect(director.role).toBe("fault");
    director.deliver(file("0"));
    expect(director.role).toBe("backup");
    director.reload("track_file {\nf weight 0 reverse\n}", block, { files: [{ name: "f", content: "0" }] });
    expect(director.role).toBe("fault");
  });

  it("keeps the number before one that is beyond 32 bits, and says so once", () => {
    const director = new Director("track_file {\nf\n}", block, { files: [{ name: "f", content: "4" }] });
    director.deliver(file("99999999999"));
    director.deliver(file("99999999999"));
    expect(director.priority).toBe(108);
    expect(director.lines.filter((line) => line.includes("99999999999"))).toHaveLength(1);
  });

  it("keeps its number over a reload that says nothing of it", () => {
    const director = new Director("track_file {\nf\n}", block, { files: [{ name: "f", content: "4" }] });
    director.reload("track_file {\nf weight 3\n}", block);
    expect(director.priority).toBe(112);
  });
});

describe("track_process", () => {
  const count = (number: number, byExec = false) =>
    ({ kind: "tracked-process", name: "p", count: number, byExec }) as const;
  const block = (more: string) => `vrrp_track_process p {\nprocess sleep\n${more}\n}`;

  it("is a fault without its quorum, from the first moment on", () => {
    const none = new Director("track_process {\np\n}", block(""), { processes: [{ name: "p", count: 0 }] });
    expect(none.role).toBe("fault");
    const one = new Director("track_process {\np\n}", block(""), { processes: [{ name: "p", count: 1 }] });
    expect(one.role).toBe("backup");
    one.deliver(count(0));
    expect(one.role).toBe("fault");
    one.deliver(count(1));
    expect(one.role).toBe("backup");
  });

  it("counts between quorum and quorum_max", () => {
    const director = new Director("track_process {\np weight 10\n}", block("quorum 2\nquorum_max 3"));
    const seen = [1, 2, 3, 4].map((number) => {
      director.deliver(count(number));
      return director.priority;
    });
    expect(seen).toEqual([100, 110, 110, 100]);
  });

  it("terminate_delay lets a process be restarted, fork_delay lets it settle", () => {
    const readings = { processes: [{ name: "p", count: 1 }] };
    const director = new Director(
      "track_process {\np\n}",
      block("terminate_delay 2\nfork_delay 1"),
      readings,
    );
    director.deliver(count(0));
    director.pass(1.9);
    expect(director.role).not.toBe("fault");
    director.deliver(count(1));
    director.pass(3);
    expect(director.role).not.toBe("fault");
    director.deliver(count(0));
    director.pass(2.1);
    expect(director.role).toBe("fault");
    director.deliver(count(1));
    director.pass(0.9);
    expect(director.role).toBe("fault");
    director.pass(0.2);
    expect(director.role).toBe("backup");
  });

  it("a program that is started counts without fork_delay", () => {
    const director = new Director("track_process {\np\n}", block("fork_delay 10"));
    director.deliver(count(1, true));
    expect(director.role).toBe("backup");
  });
});

describe("track_bfd", () => {
  const block = "bfd_instance b {\nneighbor_ip 192.0.2.3\nsource_ip 192.0.2.2\n}";

  it("is down until the session is up, with weight 0 a fault", () => {
    const director = new Director("track_bfd {\nb\n}", block);
    expect(director.role).toBe("fault");
    director.deliver({ kind: "bfd-session", name: "b", up: true });
    expect(director.role).toBe("backup");
    director.deliver({ kind: "bfd-session", name: "b", up: false });
    expect(director.role).toBe("fault");
  });

  it("with a weight it moves the priority", () => {
    const director = new Director("track_bfd {\nb weight -30\n}", block);
    expect(director.priority).toBe(70);
    director.deliver({ kind: "bfd-session", name: "b", up: true });
    expect(director.priority).toBe(100);
  });
});

describe("track_interface", () => {
  const down = { kind: "link", link: { ...eth1, running: false } } as const;

  it.each([
    ["eth1", "fault", 100],
    ["eth1 weight 20", "backup", 100],
    ["eth1 weight -20", "backup", 80],
    ["eth1 weight -20 reverse", "backup", 120],
    ["eth1 weight 20 reverse", "backup", 100],
  ] as const)("%s, while it is down", (line, role, priority) => {
    const director = new Director(`track_interface {\n${line}\n}`);
    director.deliver(down);
    expect([director.role, director.priority]).toEqual([role, priority]);
  });

  it("the interface of an address of the instance is tracked, unless no_track says otherwise", () => {
    const other = (flags: string) =>
      new Director(`virtual_ipaddress_excluded {\n198.51.100.100/24 dev eth1 ${flags}\n}`);
    const tracked = other("");
    tracked.deliver(down);
    expect(tracked.role).toBe("fault");
    const untracked = other("no_track");
    untracked.deliver(down);
    expect(untracked.role).toBe("backup");
  });

  it("dont_track_primary: its own interface may be down, and have a weight", () => {
    const director = new Director("dont_track_primary\ntrack_interface {\neth0 weight -20\n}");
    director.deliver({ kind: "link", link: { ...eth0, running: false } });
    expect([director.role, director.priority]).toEqual(["backup", 80]);
  });
});

describe("trackers of a sync group", () => {
  const group = (more: string) =>
    `vrrp_sync_group G {\ngroup {\nV\nW\n}\n${more}\n}\nvrrp_instance W {\ninterface eth1\nvirtual_router_id 52\npriority 90\nvirtual_ipaddress {\n198.51.100.100/24\n}\n}`;
  const down = { kind: "link", link: { ...eth1, running: false } } as const;

  it("weights of the group count for every member", () => {
    const eth2 = { ...eth0, index: 4, name: "eth2" };
    const director = new Director("", group("track_interface {\neth2 weight 7\n}"));
    director.deliver({ kind: "link", link: eth2 });
    expect([director.of("V").state.priority, director.of("W").state.priority]).toEqual([107, 97]);
  });

  const members = (more: string) =>
    `track_file f {\nfile /f\n}\nvrrp_sync_group G {\ngroup {\nV\nX\n}\n${more}\n}\nvrrp_instance X {\ninterface eth0\nvirtual_router_id 53\nvirtual_ipaddress {\n192.0.2.101/24\n}\n}`;

  it("weights of files of a member count only under sync_group_tracking_weight", () => {
    const file = { kind: "tracked-file", name: "f", content: "3" } as const;
    const lines = "track_file {\nf weight 2\n}";
    const counts = new Director(lines, members("sync_group_tracking_weight"));
    counts.deliver(file);
    expect(counts.priority).toBe(106);
    const ignored = new Director(lines, members(""));
    ignored.deliver(file);
    expect([ignored.role, ignored.priority]).toEqual(["backup", 100]);
    const weightless = new Director("track_file {\nf\n}", members(""));
    weightless.deliver(file);
    expect(weightless.role).toBe("fault");
  });

  it("weights of interfaces of a member count without it too, and are never a fault", () => {
    const director = new Director("track_interface {\neth1 weight 7\n}", members(""));
    expect(director.priority).toBe(107);
    director.deliver(down);
    expect([director.role, director.priority]).toEqual(["backup", 100]);
  });

  it("a weighted interface is no fault of an owner", () => {
    const director = new Director("priority 255\ntrack_interface {\neth1 weight 7\n}");
    director.deliver(down);
    expect([director.role, director.priority]).toEqual(["backup", 255]);
  });

  it("a fault of one member holds the others back, and they come back together", () => {
    const director = new Director("", group(""));
    director.deliver(down);
    expect([director.role, director.of("W").state.role.kind]).toEqual(["fault", "fault"]);
    director.deliver({ kind: "link", link: eth1 });
    expect([director.role, director.of("W").state.role.kind]).toEqual(["backup", "backup"]);
  });
});

it("the status tells of files, processes and sessions", () => {
  const blocks = "track_file f {\nfile /f\n}\nvrrp_track_process p {\nprocess sleep\n}";
  const director = new Director("track_file {\nf\n}\ntrack_process {\np\n}", blocks, {
    files: [{ name: "f", content: "3" }],
    processes: [{ name: "p", count: 2 }],
  });
  expect(vrrpStatus(director.state, director.now).trackers).toEqual({
    files: [{ name: "f", value: 3 }],
    processes: [{ name: "p", standing: "up", count: 2 }],
    bfdSessions: [],
  });
});
