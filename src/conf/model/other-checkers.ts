import type { Duration } from "../../base/time.ts";
import type { ScriptCommand } from "./global-definitions.ts";
import type { CheckTarget, CheckTiming } from "./virtual-server.ts";

/** What every check has besides its subject. */
interface Common {
  readonly timing: CheckTiming;
  /** `log_all_failures`; `checker_log_all_failures` when absent. */
  readonly logAllFailures?: boolean;
}

/** Checks that are bound but not run by this version; a kind that `check/` learns to run moves to `Checker`. */
export type OtherChecker = MiscChecker | SmtpChecker | DnsChecker | PingChecker | UdpChecker | FileChecker;

/** `MISC_CHECK`: a command whose exit code tells. */
export interface MiscChecker extends Common {
  readonly kind: "misc";
  readonly command: ScriptCommand;
  /** `misc_timeout`; the period of the check when none is written. */
  readonly timeout: Duration;
  /** `misc_dynamic`: codes from 2 set the weight to themselves less 2. */
  readonly dynamic: boolean;
}

/** `SMTP_CHECK`: a greeting and a farewell with each of the hosts. */
export interface SmtpChecker extends Common {
  readonly kind: "smtp";
  readonly target: CheckTarget;
  readonly helloName: string;
  /** The `host` blocks, as targets were given once; empty when the target of the check itself is asked. */
  readonly hosts: readonly SmtpHost[];
}

/** One `host` of SMTP_CHECK. */
export interface SmtpHost extends Common {
  readonly target: CheckTarget;
}

/** `DNS_CHECK`: a question over UDP. */
export interface DnsChecker extends Common {
  readonly kind: "dns";
  readonly target: CheckTarget;
  readonly type: "A" | "NS" | "CNAME" | "SOA" | "MX" | "TXT" | "AAAA" | "RRSIG" | "DNSKEY";
  /** The name asked for; "." is the root. */
  readonly name: string;
}

/** `PING_CHECK`: an ICMP echo. */
export interface PingChecker extends Common {
  readonly kind: "ping";
  readonly target: CheckTarget;
}

/** `UDP_CHECK`: a datagram, and no ICMP error or a certain reply. */
export interface UdpChecker extends Common {
  readonly kind: "udp";
  readonly target: CheckTarget;
  /** Hexadecimal digits of what is sent. */
  readonly payload: string;
  readonly requireReply: boolean;
  /** Hexadecimal digits that the reply begins with, `X` for any digit. */
  readonly reply?: string;
  readonly minReplyLength: number;
  readonly maxReplyLength: number;
}

/** `FILE_CHECK`: the number in a `track_file`. */
export interface FileChecker {
  readonly kind: "file";
  readonly trackFile: string;
  /** The file's own weight when absent. */
  readonly weight?: number;
  readonly reverse: boolean;
}
