import type { DaemonDefinitions } from "./daemon-definitions.ts";
import type { GlobalDefinitions } from "./global-definitions.ts";
import type { PolicyRule, Route } from "./route.ts";
import type { BfdInstance, GarpGroup, SyncGroup, TrackFile, TrackGroup, TrackProcess } from "./tracking.ts";
import type { VirtualServer } from "./virtual-server.ts";
import type { GroupVirtualServer, TlsIdentity, VirtualServerGroup } from "./virtual-server-group.ts";
import type { VirtualAddress, VrrpInstance } from "./vrrp-instance.ts";
import type { VrrpScript } from "./vrrp-script.ts";

/**
 * What a keepalived.conf means, after expansion and binding: plain readonly data, all defaults filled in, safe to
 * send to another process as JSON. Only types live in `conf/model`, so that the cores may import it.
 */
export interface Config {
  readonly global: GlobalDefinitions;
  readonly vrrpInstances: readonly VrrpInstance[];
  readonly vrrpScripts: readonly VrrpScript[];
  readonly virtualServers: readonly VirtualServer[];
  readonly daemon: DaemonDefinitions;
  readonly syncGroups: readonly SyncGroup[];
  readonly trackGroups: readonly TrackGroup[];
  readonly garpGroups: readonly GarpGroup[];
  /** `track_file` and `vrrp_track_file`. */
  readonly trackFiles: readonly TrackFile[];
  readonly trackProcesses: readonly TrackProcess[];
  readonly bfdInstances: readonly BfdInstance[];
  /** `static_ipaddress`, `static_routes`, `static_rules`: there while the daemon runs. */
  readonly staticAddresses: readonly VirtualAddress[];
  readonly staticRoutes: readonly Route[];
  readonly staticRules: readonly PolicyRule[];
  readonly virtualServerGroups: readonly VirtualServerGroup[];
  /** Services of the groups; each service of its own stands in `virtualServers`. */
  readonly groupVirtualServers: readonly GroupVirtualServer[];
  readonly tlsIdentity?: TlsIdentity;
}

/** Where in the written text a thing was said; lines and columns count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}
