import type { Config } from "../conf/model/config.ts";
import type { ControlRequest } from "../linux/control-protocol.ts";
import type { NotificationLosses } from "../linux/notifier.ts";
import type { ChildKind, ChildStatus } from "../linux/process/messages.ts";

/** The answer to "config". */
export interface ConfigAnswer {
  readonly version: string;
  readonly pid: number;
  /** Counts the configurations this daemon has taken: two answers of one generation belong together. */
  readonly generation: number;
  readonly configurationFile: string;
  readonly configId: string;
  /** Which children may run, and the pid of each that does. */
  readonly children: readonly { readonly kind: ChildKind; readonly pid?: number }[];
  /** With passwords hidden, see `hidePasswords`. */
  readonly config: Config;
  /** The errors it was taken with, each as code and message. */
  readonly errors: readonly string[];
}

/** The answer to "status". */
export interface StatusAnswer
  extends Pick<ConfigAnswer, "version" | "pid" | "generation" | "configurationFile" | "children"> {
  /** Notifications that reached nobody; absent in answers of older directors. */
  readonly losses?: NotificationLosses;
  /** Of the children that answered in time. */
  readonly vrrp?: Omit<Extract<ChildStatus, { kind: "vrrp" }>, "kind">;
  readonly checkers?: Omit<Extract<ChildStatus, { kind: "checkers" }>, "kind">;
  readonly bfd?: Omit<Extract<ChildStatus, { kind: "bfd" }>, "kind">;
}

/** What the answers are made of. */
export interface ControlSource {
  readonly config: Config;
  readonly children: ConfigAnswer["children"];
  readonly losses: NotificationLosses;
  status(): Promise<readonly ChildStatus[]>;
}

/** Answers a request on the control socket. */
export async function controlAnswer(
  request: ControlRequest,
  options: {
    readonly source: ControlSource;
    readonly about: Pick<
      ConfigAnswer,
      "version" | "generation" | "configurationFile" | "configId" | "errors"
    >;
  },
): Promise<ConfigAnswer | StatusAnswer> {
  const { source, about } = options;
  const { version, generation, configurationFile, configId, errors } = about;
  const { children } = source;
  const common = { version, pid: process.pid, generation, configurationFile, children };
  if (request.request === "config") {
    const config = hidePasswords(source.config, request.passwords ?? []);
    return { ...common, configId, errors, config };
  }
  const found = await source.status();
  const answer = Object.fromEntries(found.map(({ kind, ...status }) => [kind, status]));
  return { ...common, losses: source.losses, ...(answer as Pick<StatusAnswer, ChildKind>) };
}

/** The names of values that are nobody's business. */
const SECRET = /password|passphrase|secret/i;

/**
 * A copy without passwords: each stands as the place it has in `known`, or as hidden. Whoever asked puts those they
 * know back with `restorePasswords`.
 */
export function hidePasswords<Value>(value: Value, known: readonly string[]): Value {
  return mapSecrets(value, (password) => {
    const place = known.indexOf(password);
    return place < 0 ? "(hidden)" : `(known ${place})`;
  });
}

/** The other way round; one that stayed hidden differs from every password there is. */
export function restorePasswords<Value>(value: Value, known: readonly string[]): Value {
  return mapSecrets(value, (mark) => {
    const place = /^\(known (\d+)\)$/.exec(mark)?.[1];
    return (place === undefined ? undefined : known[Number(place)]) ?? mark;
  });
}

/** Every password in a configuration, once. */
export function passwordsOf(value: unknown): readonly string[] {
  const found = new Set<string>();
  mapSecrets(value, (password) => {
    found.add(password);
    return password;
  });
  return [...found];
}

function mapSecrets<Value>(value: Value, change: (secret: string) => string): Value {
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, change)) as Value;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    const secret = SECRET.test(name) && typeof inner === "string";
    return [name, secret ? change(inner) : mapSecrets(inner, change)] as const;
  });
  return Object.fromEntries(entries) as Value;
}
