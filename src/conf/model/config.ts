import type { GlobalDefinitions } from "./global-definitions.ts";
import type { VirtualServer } from "./virtual-server.ts";
import type { VrrpInstance } from "./vrrp-instance.ts";
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
}

/** Where in the written text a thing was said; lines and columns count from 1. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
}
