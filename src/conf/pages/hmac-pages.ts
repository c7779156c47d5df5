import { instance } from "../rules/example.ts";
import type { HostFacts } from "../source.ts";
import type { LanguagePage } from "./page.ts";

const KEY = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

function block(...lines: readonly string[]): string {
  return instance(`auth_hmac {\n${lines.map((line) => `        ${line}\n`).join("")}    }`);
}

/** A machine on which a key file is as given. */
function keyFile(mode: number, text: string | undefined): HostFacts {
  return {
    readSecret: () => (text === undefined ? undefined : Uint8Array.from(text, (one) => one.charCodeAt(0))),
    inspectFile: () => ({ mode, owner: 0 }),
  };
}

const good = block(`key 1 ${KEY}`);
const fromFile = block("key 1 file:/etc/keepalived/key");

/** Findings about `auth_hmac`. */
export const hmacPages: readonly LanguagePage[] = [
  {
    code: "hmac-without-key",
    severity: "error",
    keepalived: false,
    summary: "An auth_hmac block has no key.",
    reason:
      "Without a key nothing can be signed or checked. keepalived would run the instance without authentication; here it does not run.",
    mend: "add a key",
    example: { bad: block("mode enforce"), line: 8, good },
  },
  {
    code: "hmac-active-key-unknown",
    severity: "error",
    keepalived: false,
    summary: "active_key names no key.",
    reason: "keepalived turns authentication off for the instance then. Here the lowest key signs.",
    mend: "name one of the keys of the block",
    example: { bad: block(`key 1 ${KEY}`, "active_key 2"), line: 10, good },
  },
  {
    code: "hmac-key-twice",
    severity: "error",
    keepalived: false,
    summary: "Two keys have the same number.",
    reason:
      "A received advertisement names the key that it was signed with by its number, so there can be one.",
    mend: "give each key a number of its own",
    example: { bad: block(`key 1 ${KEY}`, `key 1 ${KEY}`), line: 10, good },
  },
  {
    code: "hmac-key-length",
    severity: "error",
    keepalived: false,
    summary: "A key of auth_hmac is too short, too long or not readable.",
    reason: "A key of less than 32 octets can be guessed more easily than the digest can be broken.",
    mend: "make one with openssl rand -hex 32, and write hex: before it",
    example: { bad: block(`key 1 ${KEY}`, "key 2 hex:0011"), line: 10, good },
  },
  {
    code: "hmac-key-file-unreadable",
    severity: "error",
    keepalived: false,
    summary: "A key file cannot be read.",
    reason: "The key is left out then. Seen only with --host.",
    mend: "write the path of a file that root can read",
    example: {
      bad: fromFile,
      line: 9,
      good: fromFile,
      host: keyFile(0o600, undefined),
      goodHost: keyFile(0o600, KEY),
      note: "In the bad example /etc/keepalived/key does not exist.",
      also: ["hmac-without-key"],
    },
  },
  {
    code: "hmac-key-file-open",
    severity: "warning",
    keepalived: false,
    summary: "A key file can be read by others than its owner.",
    reason:
      "Whoever knows the key can announce himself as master and take the address. Seen only with --host.",
    mend: "take the permission away: chmod go= FILE",
    example: {
      bad: fromFile,
      line: 9,
      good: fromFile,
      host: keyFile(0o640, KEY),
      goodHost: keyFile(0o600, KEY),
      note: "The file of the bad example has the mode 0640, that of the good one 0600.",
    },
  },
  {
    code: "hmac-with-authentication",
    severity: "warning",
    keepalived: false,
    summary: "An instance has auth_hmac and an authentication block.",
    reason: "A packet has room for one of them only: auth_hmac counts, as in keepalived.",
    mend: "remove the authentication block",
    example: {
      bad: good.replace(
        /}\n$/,
        "    authentication {\n        auth_type PASS\n        auth_pass k8Vq2xWz\n    }\n}\n",
      ),
      line: 11,
      good,
    },
  },
  {
    code: "hmac-mode-in-strict-mode",
    severity: "warning",
    keepalived: false,
    summary: "auth_hmac in strict mode with another mode than enforce.",
    reason: "Strict mode takes no half measures: mode enforce counts.",
    mend: "write mode enforce, or turn strict mode off",
    example: {
      bad: block(`key 1 ${KEY}`, "mode permissive").replace(/}\n$/, "    strict_mode on\n}\n"),
      line: 8,
      good,
      also: ["strict-hides-address"],
    },
  },
];
