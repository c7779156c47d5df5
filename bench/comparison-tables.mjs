// Tables of what the measuring scripts wrote, for keepalived and locum side by side: a folder holds one folder of each, and in
// them files of the same names. What was not measured for both is left out.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What is measured of each: advertisements every `advert` seconds; the numbers of virtual routers at rest. */
export const protocols = [
  { version: "2", advert: "1", routers: "1,50,250" },
  { version: "3", advert: "0.1", routers: "1,50,250" },
  { version: "3", advert: "0.01", routers: "1,50" },
];
/** The faults, by the name failover.py gives them. */
export const faults = { kill9: "SIGKILL", term: "SIGTERM", linkdown: "link down", carrier: "no carrier" };

/** How far the medians may be apart, and how much the worst case may be beyond the bound of the RFC, in ms. */
const AIM = 1.05;
const GRACE = 10;

/** From a fault to the first answer of the backup; "" when nothing was measured. */
export function failoverTable(folder) {
  const rows = protocols.flatMap(({ version, advert }) =>
    Object.entries(faults).flatMap(([fault, name]) => {
      const both = read(folder, `failover-v${version}-${advert}-${fault}.json`);
      if (both === undefined) return [];
      const [theirs, ours] = [both.theirs.take_over_ms, both.ours.take_over_ms];
      const [bound, ratio] = [both.ours.bound_ms, ours.median / theirs.median];
      const misses = [
        ...(ratio > AIM ? ["median"] : []),
        ...(ours.max > bound + GRACE ? ["worst case"] : []),
        ...(both.ours.lost_takeovers > 0 ? [`${both.ours.lost_takeovers} take-overs never came`] : []),
      ];
      const what = `VRRPv${version}, ${advert} s, ${name}`;
      const cells = [theirs, ours].map(({ median, max }) => `${time(median)} (${time(max)}) ms`);
      const paired = `${pairedDifference(both)?.toFixed(1) ?? "-"} ms`;
      return [
        row(what, ...cells, ratio.toFixed(2), paired, `${time(bound)} ms`, misses.join(", ") || "held"),
      ];
    }),
  );
  const head = `what | keepalived, median (worst) | locum | ratio | run by run | bound | ${AIM} and bound + ${GRACE} ms`;
  return table(head, rows);
}

/**
 * The runs of both programs draw the same phases of the advertisement interval (one seed), and a take-over depends on
 * the phase far more than on the program: the median of the differences run by run says what the medians of a few
 * dozen runs cannot.
 */
function pairedDifference({ theirs, ours }) {
  const differences = (ours.rows ?? []).flatMap(({ take_over_ms: our }, at) => {
    const their = theirs.rows?.[at]?.take_over_ms;
    return our == null || their == null ? [] : [our - their];
  });
  const sorted = differences.sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return (sorted[Math.floor(middle - 0.5)] + sorted[Math.floor(middle)]) / 2;
}

/** What N virtual routers cost; "" when nothing was measured. */
export function idleTable(folder) {
  const rows = protocols.flatMap(({ version, advert }) => {
    const both = read(folder, `idle-v${version}-${advert}.json`);
    if (both === undefined) return [];
    return both.theirs.map((theirs, at) => {
      const pair = [theirs, both.ours[at]];
      const each = (field) => pair.map(field);
      return row(
        `VRRPv${version}, ${advert} s, ${theirs.instances}`,
        ...each(({ master }) => `${(master.pss_kb / 1000).toFixed(1)} MB`),
        ...each(({ master }) => `${master.cpu_pct.toFixed(2)}%`),
        ...each(({ backup }) => `${backup.cpu_pct.toFixed(2)}%`),
        ...each(({ wire }) => `${wire.late_ms_p99.toFixed(1)} ms`),
      );
    });
  });
  const columns = ["memory (PSS)", "processor of the master", "of the backup", "lateness, 99th percentile"];
  return table(["routers", ...columns.flatMap((name) => [`${name}, keepalived`, "locum"])].join(" | "), rows);
}

/** What the client saw of each drill; "" when none was run. */
export function drillTable(folder) {
  const both = read(folder, "drills.json");
  if (both === undefined) return "";
  const rows = Object.entries(both.ours).flatMap(([name, ours]) => {
    const theirs = both.theirs[name];
    if (theirs === undefined) return [];
    // Some drills have parts, each with figures of its own.
    const parts =
      "outage_ms" in ours || "error" in ours ? [[`\`${name}\``, theirs, ours]] : partsOf(name, theirs, ours);
    return parts.map(([title, ...pair]) => {
      const each = (field) => pair.map((one) => (one?.error === undefined ? field(one) : one.error));
      return row(
        title,
        ...each((one) => `${time(one.outage_ms)} ms`),
        ...each(changes),
        ...each((one) => (one.log_lines?.a ?? 0).toLocaleString("en")),
      );
    });
  });
  const columns = ["dark", "changes", "lines"];
  return table(["drill", ...columns.flatMap((name) => [`${name}, keepalived`, "locum"])].join(" | "), rows);
}

/** How often the answering director changed; a forgery may also have made the master step down. */
function changes({ nflips, flips, demoted }) {
  return `${nflips ?? flips}${demoted === true ? ", demoted" : ""}`;
}

function partsOf(name, theirs, ours) {
  return Object.entries(ours)
    .filter(([, part]) => typeof part === "object" && part !== null && "outage_ms" in part)
    .map(([part, our]) => [`\`${name}\`: ${part}`, theirs[part], our]);
}

function time(milliseconds) {
  return milliseconds >= 1000 ? Math.round(milliseconds).toLocaleString("en") : milliseconds.toFixed(1);
}

function table(head, rows) {
  if (rows.length === 0) return "";
  const columns = head.split(" | ").length - 1;
  return [row(head), row("---", ...Array(columns).fill("---:")), ...rows].join("\n");
}

function row(...cells) {
  return `| ${cells.join(" | ")} |`;
}

/** One measurement of both programs, or undefined when either was not taken. */
function read(folder, file) {
  const paths = { theirs: join(folder, "keepalived", file), ours: join(folder, "locum", file) };
  if (!existsSync(paths.theirs) || !existsSync(paths.ours)) return undefined;
  return {
    theirs: JSON.parse(readFileSync(paths.theirs, "utf8")),
    ours: JSON.parse(readFileSync(paths.ours, "utf8")),
  };
}
