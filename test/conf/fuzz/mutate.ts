import type { Random } from "../../../src/base/random.ts";

/** What one mutation may use: chance, and other texts to borrow lines from. */
export interface Mutation {
  readonly random: Random;
  readonly donors: readonly string[];
}

type Mutator = (lines: string[], mutation: Mutation) => void;

const numbers =
  "0 1 2 -1 16 64 255 256 257 1000 65535 65536 4294967295 4294967296 18446744073709551616 0.5 1.5 0.001 0.0001 1e3 0x10 010 +5 1. .5".split(
    " ",
  );
const words =
  "abc true false on off yes no eth0 eth1 nosuch0 lo 192.0.2.1 192.0.2.1/24 192.0.2.300 192.0.2.1/33 fe80::1 2001:db8::1/64 2001:db8::zz default any all rr wlc sh mh NAT DR TUN TCP UDP SCTP MASTER BACKUP PASS AH weight 80 0 group fwmark".split(
    " ",
  );
const oddLines = [
  "{",
  "}",
  "} {",
  "}}",
  "$A=1",
  "$IF=eth1",
  "$BODY= \\",
  "priority $A",
  "interface $IF",
  `priority \${A}`,
  `\${NOPE}`,
  `~SEQ(i, 3) 192.0.2.\${i}`,
  `~SEQ(i, 1, 2, 7) 192.0.2.\${i}/32`,
  "~LST(i, 4, 5) 192.0.2.$i",
  "@host priority 90",
  "@other priority 300",
  "@^host no_such_word",
  "@^other # nothing",
  "include part-empty.conf",
  "include part-*.conf",
  "include nowhere.conf",
  "include part.conf",
  "# a comment",
  "! another",
  "no_such_keyword 1",
  "no_such_block {",
  '"open',
  '"closed"',
  "global_defs {",
  "vrrp_instance V {",
  "virtual_ipaddress {",
  "track_script {",
  "real_server 192.0.2.9 80 {",
  "virtual_server 192.0.2.8 443 {",
  "TCP_CHECK {",
  "weight 0",
  "state MASTER",
  "nopreempt",
  "192.0.2.99 dev eth1",
];

const mutators: readonly Mutator[] = [
  (lines, { random }) => void lines.splice(at(lines, random), 1),
  (lines, { random }) => void lines.splice(at(lines, random), 1 + Math.floor(random() * 4)),
  (lines, { random }) => {
    const from = at(lines, random);
    lines.splice(from, 0, lines[from] ?? "");
  },
  (lines, { random }) => {
    const [a, b] = [at(lines, random), at(lines, random)];
    [lines[a], lines[b]] = [lines[b] ?? "", lines[a] ?? ""];
  },
  (lines, mutation) => void lines.splice(at(lines, mutation.random), 0, pick(oddLines, mutation.random)),
  (lines, mutation) => {
    const donor = pick(mutation.donors, mutation.random).split("\n");
    const from = at(donor, mutation.random);
    const taken = donor.slice(from, from + 1 + Math.floor(mutation.random() * 3));
    lines.splice(at(lines, mutation.random), 0, ...taken);
  },
  (lines, { random }) => change(lines, random, (line) => typo(line, random)),
  (lines, { random }) => change(lines, random, (line) => line.replace(/\S+\s*$/, pick(numbers, random))),
  (lines, { random }) => change(lines, random, (line) => replaceNumber(line, random)),
  (lines, { random }) => change(lines, random, (line) => line.replace(/\S+\s*$/, pick(words, random))),
  (lines, { random }) => change(lines, random, (line) => line.replace(/^(\s*\S+).*$/, "$1")),
  (lines, { random }) => change(lines, random, (line) => `${line} ${pick([...words, ...numbers], random)}`),
  (lines, { random }) => change(lines, random, (line) => insertMark(line, random)),
  (lines, { random }) =>
    change(lines, random, (line) => `@${pick(["host", "other", "^host", ""], random)} ${line}`),
  (lines, { random }) => change(lines, random, (line) => line.replace(/\{\s*$/, "")),
  (lines, { random }) => change(lines, random, (line) => line.replace(/\s*\{\s*$/, "\n{")),
  (lines, { random }) => change(lines, random, (line) => line.replace(/(\S+)\s*$/, '"$1"')),
];

/** The text with one to four changes, some of which may turn out to change nothing. */
export function mutate(text: string, mutation: Mutation): string {
  const lines = text.split("\n");
  const changes = 1 + Math.floor(mutation.random() * 4);
  for (let count = 0; count < changes; count++) pick(mutators, mutation.random)(lines, mutation);
  return lines.join("\n");
}

/** The text with a few bytes changed, removed, doubled or made anything at all. */
export function mutateBytes(text: string, random: Random): string {
  let bytes = text;
  const changes = 1 + Math.floor(random() * 8);
  for (let count = 0; count < changes; count++) {
    const place = Math.floor(random() * (bytes.length + 1));
    const length = random() < 0.8 ? 1 : Math.floor(random() * 40);
    const byte =
      random() < 0.5
        ? String.fromCharCode(Math.floor(random() * 256))
        : pick([..."{}\"'#!$~@\\=\n\r\0(),/"], random);
    const kind = Math.floor(random() * 4);
    const removed = kind === 0 || kind === 1 ? length : 0;
    const added =
      kind === 0
        ? ""
        : kind === 3
          ? bytes.slice(place, place + length)
          : byte.repeat(random() < 0.9 ? 1 : length);
    bytes = bytes.slice(0, place) + added + bytes.slice(place + removed);
  }
  return bytes;
}

/** One of several. */
export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)] as T;
}

function at(lines: readonly string[], random: Random): number {
  return Math.floor(random() * lines.length);
}

/** Changes one line that is neither empty nor a comment, if it can find one. */
function change(lines: string[], random: Random, how: (line: string) => string): void {
  for (let attempt = 0; attempt < 8; attempt++) {
    const index = at(lines, random);
    const line = lines[index] ?? "";
    if (/^\s*([#!].*)?$/.test(line)) continue;
    lines[index] = how(line);
    return;
  }
}

function typo(line: string, random: Random): string {
  const start = line.length - line.trimStart().length;
  const word = /^\S+/.exec(line.trimStart())?.[0] ?? "";
  const place = start + Math.floor(random() * word.length);
  const letter = pick([..."aeiou_xyzAR1-"], random);
  const kind = Math.floor(random() * 3);
  if (kind === 0) return line.slice(0, place) + line.slice(place + 1);
  return line.slice(0, place) + letter + line.slice(place + (kind === 1 ? 1 : 0));
}

function replaceNumber(line: string, random: Random): string {
  const found = [...line.matchAll(/\d+/g)];
  if (found.length === 0) return line;
  const { index, 0: digits } = pick(found, random);
  return line.slice(0, index) + pick(numbers, random) + line.slice(index + digits.length);
}

function insertMark(line: string, random: Random): string {
  const place = Math.floor(random() * (line.length + 1));
  const mark = pick(
    ["{", "}", '"', "'", "#", "!", " ", "\t", "$", `\${A}`, "$A", "\\", "@", "~", ",", "\r", "\xc3\xa9"],
    random,
  );
  return line.slice(0, place) + mark + line.slice(place);
}
