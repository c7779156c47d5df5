import type { KeepalivedCase } from "./keepalived-case.ts";

/** An instance with the given lines. */
function instance(lines: string): string {
  return `vrrp_instance V {\n${lines}  interface eth0\n  virtual_router_id 51\n  virtual_ipaddress {\n    192.0.2.1/24\n  }\n}\n`;
}

/** An instance for each line of a list: the keyword of the list, then the line. */
function trackers(lines: readonly string[]): string {
  const blocks =
    "track_file f {\n  file /tmp/f\n}\nvrrp_track_process p {\n  process w\n}\nbfd_instance b {\n  neighbor_ip 192.0.2.9\n  source_ip 192.0.2.8\n}\n";
  const each = lines.map((line, at) => {
    const [list, ...words] = line.split(" ");
    return `vrrp_instance V${at} {\n  interface eth0\n  virtual_router_id ${at + 1}\n  ${list} {\n    ${words.join(" ")}\n  }\n  virtual_ipaddress {\n    192.0.2.1/24\n  }\n}\n`;
  });
  return blocks + each.join("");
}

/** Mistakes in what is tracked, and in the lines that track it. */
export const trackerCases: readonly KeepalivedCase[] = [
  { name: "unknown track script", text: instance("  track_script {\n    nosuch\n  }\n") },
  { name: "tracked interface twice", text: instance("  track_interface {\n    eth1\n    eth1\n  }\n") },
  { name: "own interface tracked", text: instance("  track_interface {\n    eth0\n  }\n") },
  { name: "tracked interface that is not there", text: instance("  track_interface {\n    nosuch0\n  }\n") },
  {
    name: "track weight beyond its range",
    text: instance("  track_interface {\n    eth1 weight 300\n  }\n"),
  },
  { name: "track word that is not known", text: instance("  track_interface {\n    eth1 bogus\n  }\n") },
  {
    name: "lines of lists of trackers",
    text: trackers([
      "track_interface eth1 weight 10 noreverse",
      "track_interface eth1 weight 10 other",
      "track_interface eth1 weight 254",
      "track_interface eth1 weight 255",
      "track_interface eth1 weight x",
      "track_interface eth1 reverse",
      "track_file f weight 300",
      "track_file f weight x",
      "track_file f weight 3 other",
      "track_file f reverse",
      "track_process p weight 300",
      "track_process p weight 3 other",
      "track_process p reverse",
      "track_bfd b weight 254",
      "track_bfd b weight 3 other",
      "track_bfd b reverse",
    ]),
  },
  {
    name: "blocks of tracked processes",
    text: [
      "quorum 1\n  quorum_max 0",
      "quorum_max 0\n  quorum 1",
      "quorum 3\n  quorum_max 2",
      "quorum_max 2\n  quorum 2",
      "quorum 0",
      "quorum_max 70000",
      "quorum x",
      "delay 0",
      "fork_delay 4000",
      "terminate_delay x",
      "param_match x",
      "weight 3\n  weight 4",
      "weight x\n  weight 4",
      "weight 300",
      "weight 3 other",
      "process z",
    ]
      .map((lines, at) => `vrrp_track_process p${at} {\n  process w\n  ${lines}\n}\n`)
      .join("")
      .concat(trackers(["track_process p0"])),
  },
];
