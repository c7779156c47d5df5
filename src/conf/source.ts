import type { ScriptUser } from "./model/global-definitions.ts";

/** A file that was read. */
export interface SourceFile {
  readonly kind: "file";
  /** The name to show; absolute or relative as the pattern was. */
  readonly path: string;
  readonly text: string;
}

/** A name that matched and could not be used. keepalived skips all of these with a message. */
export interface SkippedFile {
  readonly kind: "skipped";
  readonly path: string;
  readonly reason: "directory" | "executable" | "unreadable";
  /** For `unreadable`: the system's words. */
  readonly detail?: string;
}

/** What a name on the disk turned out to be. */
export type FoundFile = SourceFile | SkippedFile;

/**
 * Reads all files that one glob pattern (without brace alternatives) names, in collation order; an empty list when
 * nothing matches. `directory` is the folder against which a relative pattern counts. The only door to the disk that
 * the language has; the live one is `linux/read-config.ts`.
 */
export type ReadConfig = (pattern: string, directory: string) => readonly FoundFile[];

/** The lists of names that iproute2 keeps, and keepalived reads. */
export type RouteNameList = "tables" | "protocols" | "scopes" | "realms" | "fields" | "groups";

/** What is known of the machine, for the checks that need to know it. Each absent part is not checked. */
export interface HostFacts {
  /** Names of the network interfaces that exist. */
  readonly interfaces?: readonly string[];
  /** What a script path is, for the user who runs it: see `ScriptFinding`. */
  readonly inspectScript?: (path: string, user?: ScriptUser) => ScriptFinding;
  /** True when the system has this user. */
  readonly hasUser?: (name: string) => boolean;
  /** True when the system has this group. */
  readonly hasGroup?: (name: string) => boolean;
  /** The addresses that the machine has now. */
  readonly addresses?: readonly string[];
  /** The octets of a file with a secret; undefined when it cannot be read or is longer than any secret. */
  readonly readSecret?: (path: string) => Uint8Array | undefined;
  /** Permissions and owner of a file; undefined when it cannot be looked at. */
  readonly inspectFile?: (path: string) => FileFacts | undefined;
  /** The number behind a name of routing tables and the like; undefined for one that the machine does not know. */
  readonly routeName?: (list: RouteNameList, name: string) => number | undefined;
  /** The number of an IP protocol such as "tcp"; undefined for one that the machine does not know. */
  readonly transportNumber?: (name: string) => number | undefined;
}

/** Who may do what with a file. */
export interface FileFacts {
  /** The permission bits, such as 0o640. */
  readonly mode: number;
  /** The user id of its owner. */
  readonly owner: number;
}

/** Everything outside the text that decides what it means or what is wrong with it. */
export interface Environment extends HostFacts {
  /** Environment variables, for `${_ENV NAME}`. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Which keepalived decides what is unknown; 2.2.7 when absent. */
  readonly compat?: "2.2.7" | "latest";
  /** Numbers in [0, 1) for `${_RANDOM}`; without it the lowest value is taken. */
  readonly random?: () => number;
  /** `dynamic_interfaces` is set: a missing interface is waited for. Filled in while binding. */
  readonly dynamicInterfaces?: boolean;
}

/** What a script path leads to; `insecure`: others than root can change the file or a folder above it. */
export type ScriptFinding = "ok" | "missing" | "not-executable" | "insecure";

/** The folder part of a path, with its slash; empty when there is none. */
export function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
