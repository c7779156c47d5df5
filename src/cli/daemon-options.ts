import { failed, ok, type Result } from "../base/result.ts";
import { type OptionSpecification, type ParsedOption, parseOptions } from "./getopt.ts";

/** What keepalived's command line asks of the daemon. */
export interface DaemonOptions {
  readonly mode: "run" | "test" | "version" | "help" | "signal-number";
  readonly configurationFile: string;
  /** Which children may start: `-P`, `-C`, `-B`. */
  readonly vrrp: boolean;
  readonly checkers: boolean;
  readonly bfd: boolean;
  /** `--all`: start children that have nothing to do, too. */
  readonly all: boolean;
  readonly logConsole: boolean;
  readonly logDetail: number;
  readonly logFacility: number;
  readonly syslog: boolean;
  /** `--ignore-sigint`: under a debugger. */
  readonly ignoreInterrupt: boolean;
  readonly dontFork: boolean;
  readonly dontRespawn: boolean;
  /** `-V`: leave virtual addresses at stop. `-I`: leave the service table at stop. */
  readonly keepVirtualAddresses: boolean;
  readonly keepServices: boolean;
  readonly pidFile?: string;
  readonly vrrpPidFile?: string;
  readonly checkersPidFile?: string;
  readonly bfdPidFile?: string;
  readonly namespace?: string;
  /** `-i`: for lines that begin with @. */
  readonly configId?: string;
  readonly allConfig: boolean;
  /** `-t=FILE`: where messages of a test go. */
  readonly testLogFile?: string;
  readonly signalName?: string;
  readonly umask?: number;
  readonly operands: readonly string[];
  /** `-d`: log how the configuration was read, once it runs. */
  readonly dumpConfiguration: boolean;
  /** `-a`: log every address that comes and goes. */
  readonly monitorAddresses: boolean;
  /** `-m`: a process that the kernel ends leaves a core. */
  readonly coreDump: boolean;
  /** Options that are understood and have no effect, each with the reason; the caller says so. */
  readonly withoutEffect: readonly string[];
}

const NO_SNMP =
  "there is no SNMP agent in this version; `locum status --json` and the JSON dump tell the same";

/** keepalived 2.2.7's options with what they take; `idle` says why one has no effect. */
const SPECIFICATION: readonly (OptionSpecification & { readonly idle?: string })[] = [
  { long: "use-file", short: "f", arity: "required" },
  { long: "vrrp", short: "P", arity: "none" },
  { long: "check", short: "C", arity: "none" },
  { long: "no_bfd", short: "B", arity: "none" },
  { long: "all", arity: "none" },
  { long: "log-console", short: "l", arity: "none" },
  { long: "log-detail", short: "D", arity: "none" },
  { long: "log-facility", short: "S", arity: "required" },
  { long: "no-syslog", short: "G", arity: "none" },
  { long: "umask", short: "u", arity: "required" },
  { long: "release-vips", short: "X", arity: "none" },
  { long: "dont-release-vrrp", short: "V", arity: "none" },
  { long: "dont-release-ipvs", short: "I", arity: "none" },
  { long: "dont-respawn", short: "R", arity: "none" },
  { long: "dont-fork", short: "n", arity: "none" },
  { long: "dump-conf", short: "d", arity: "none" },
  { long: "pid", short: "p", arity: "required" },
  { long: "vrrp_pid", short: "r", arity: "required" },
  { long: "checkers_pid", short: "c", arity: "required" },
  { long: "bfd_pid", short: "b", arity: "required" },
  { long: "address-monitoring", short: "a", arity: "none" },
  { long: "snmp", short: "x", arity: "none", idle: NO_SNMP },
  { long: "snmp-agent-socket", short: "A", arity: "required", idle: NO_SNMP },
  { long: "namespace", short: "s", arity: "required" },
  { long: "core-dump", short: "m", arity: "none" },
  {
    long: "core-dump-pattern",
    short: "M",
    arity: "attached",
    idle: "kernel.core_pattern belongs to the whole machine; set it with sysctl, and -m lets cores be written",
  },
  { long: "all-config", short: "e", arity: "none" },
  { long: "config-id", short: "i", arity: "required" },
  { long: "ignore-sigint", arity: "none" },
  { long: "signum", arity: "required" },
  { long: "config-test", short: "t", arity: "attached" },
  { long: "version", short: "v", arity: "none" },
  { long: "help", short: "h", arity: "none" },
];

/** keepalived's default, also ours: one file serves both. */
export const DEFAULT_CONFIGURATION_FILE = "/etc/keepalived/keepalived.conf";

/**
 * Reads keepalived's command line. The error is the line keepalived prints before it exits with code 1.
 * @param words the arguments without the program's name.
 */
export function parseDaemonOptions(words: readonly string[]): Result<DaemonOptions, string> {
  const parsed = parseOptions(words, SPECIFICATION);
  if (!parsed.ok) {
    const { kind, option } = parsed.error;
    return failed(
      kind === "missing-value" ? `Missing parameter for option ${option}` : `Unknown option ${option}`,
    );
  }
  const given = new Map<string, ParsedOption[]>();
  for (const option of parsed.value.options) {
    given.set(option.long, [...(given.get(option.long) ?? []), option]);
  }
  const has = (long: string) => given.has(long);
  const value = (long: string) => given.get(long)?.at(-1)?.value;
  const facility = syslogFacility(value("log-facility"));
  if (!facility.ok) return facility;
  const mask = value("umask");
  if (mask !== undefined && !/^(0[0-7]{0,4}|0x[0-9a-f]+|[1-9]\d*)$/i.test(mask))
    return failed(`Invalid umask value '${mask}'`);
  const only = has("vrrp") || has("check");
  return ok({
    mode: modeOf(has),
    configurationFile: value("use-file") ?? DEFAULT_CONFIGURATION_FILE,
    vrrp: !only || has("vrrp"),
    checkers: !only || has("check"),
    bfd: !has("no_bfd"),
    all: has("all"),
    logConsole: has("log-console"),
    logDetail: given.get("log-detail")?.length ?? 0,
    logFacility: facility.value,
    syslog: !has("no-syslog"),
    ignoreInterrupt: has("ignore-sigint"),
    dontFork: has("dont-fork"),
    dontRespawn: has("dont-respawn"),
    keepVirtualAddresses: has("dont-release-vrrp"),
    keepServices: has("dont-release-ipvs"),
    allConfig: has("all-config"),
    dumpConfiguration: has("dump-conf"),
    monitorAddresses: has("address-monitoring"),
    coreDump: has("core-dump"),
    operands: parsed.value.operands,
    withoutEffect: SPECIFICATION.flatMap(({ long, idle }) =>
      idle !== undefined && has(long) ? [`--${long} has no effect: ${idle}`] : [],
    ),
    ...optional("pidFile", value("pid")),
    ...optional("vrrpPidFile", value("vrrp_pid")),
    ...optional("checkersPidFile", value("checkers_pid")),
    ...optional("bfdPidFile", value("bfd_pid")),
    ...optional("namespace", value("namespace")),
    ...optional("configId", value("config-id")),
    ...optional("testLogFile", value("config-test")),
    ...optional("signalName", value("signum")),
    ...(mask === undefined ? {} : { umask: numberWithBase(mask) }),
  });
}

function modeOf(has: (long: string) => boolean): DaemonOptions["mode"] {
  if (has("help")) return "help";
  if (has("version")) return "version";
  if (has("signum")) return "signal-number";
  return has("config-test") ? "test" : "run";
}

function optional<Key extends string>(key: Key, value: string | undefined): { readonly [K in Key]?: string } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: string });
}

/** A C-style number: a leading 0 means octal, 0x hexadecimal. */
function numberWithBase(text: string): number {
  if (/^0x/i.test(text)) return Number.parseInt(text, 16);
  return text.startsWith("0") ? Number.parseInt(text, 8) : Number(text);
}

/** syslog(3) facility numbers: daemon 3, user 1, local0..local7 16..23. */
function syslogFacility(text: string | undefined): Result<number, string> {
  if (text === undefined || text === "daemon") return ok(3);
  if (text === "user") return ok(1);
  const local = /^(?:local)?([0-7])$/.exec(text);
  if (local !== null) return ok(16 + Number(local[1]));
  return failed(`Invalid log facility '${text}'`);
}

/** The text of `--help`: keepalived's options in keepalived's order, in our words. */
export function daemonUsage(program: string): string {
  return `Usage: ${program} [OPTION...]
  -f, --use-file=FILE          Read this configuration file (a glob is taken too)
                                default '${DEFAULT_CONFIGURATION_FILE}'
  -P, --vrrp                   Only the VRRP process
  -C, --check                  Only the health checkers
  -B, --no_bfd                 No BFD process
      --all                    Start every process, also one with nothing to do
  -l, --log-console            Log to standard error as well
  -D, --log-detail             More detail
  -S, --log-facility=NAME      0-7, local0-local7, user or daemon (the default)
  -G, --no-syslog              Nothing to syslog
  -u, --umask=MASK             Mask for the files it creates
  -X, --release-vips           Accepted; virtual addresses are always released at stop
  -V, --dont-release-vrrp      Leave the virtual addresses at stop
  -I, --dont-release-ipvs      Leave the virtual server table at stop
  -R, --dont-respawn           End when a process of ours dies, instead of starting it again
  -n, --dont-fork              Stay in the foreground
  -p, --pid=FILE               Pid file of the parent
  -r, --vrrp_pid=FILE          Pid file of the VRRP process
  -c, --checkers_pid=FILE      Pid file of the checkers
  -b, --bfd_pid=FILE           Pid file of the BFD process
  -s, --namespace=NAME         Run in this network namespace
  -e, --all-config             A configuration file that is missing is an error
  -d, --dump-conf              Log how the configuration was read
  -a, --address-monitoring     Log every address that comes and goes
  -m, --core-dump              Let a process that the kernel ends leave a core
      --ignore-sigint          Go on at SIGINT, for a debugger
  -i, --config-id=ID           For lines that begin with @ID or @^ID; default the host name
      --signum=NAME            Print the number of STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON
  -t, --config-test[=FILE]     Check the configuration and end; messages to FILE or standard error
  -v, --version                Print the version
  -h, --help                   Print this
Accepted without effect: ${SPECIFICATION.filter((option) => option.idle !== undefined)
    .map((option) => (option.short === undefined ? `--${option.long}` : `-${option.short}`))
    .join(" ")}
`;
}
