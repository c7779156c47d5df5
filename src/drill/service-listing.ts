/** A real server as `ipvsadm -Ln` lists it. */
export interface ListedRealServer {
  /** `10.8.0.11:80`. */
  readonly address: string;
  /** `Masq`, `Route` or `Tunnel`. */
  readonly forward: string;
  readonly weight: number;
}

/** A virtual service as `ipvsadm -Ln` lists it. */
export interface ListedService {
  /** `TCP`, `UDP`, `SCTP` or `FWM`. */
  readonly protocol: string;
  readonly address: string;
  readonly scheduler: string;
  readonly realServers: readonly ListedRealServer[];
}

/** Reads the output of `ipvsadm -Ln`; lines of another form are passed over, as its headings are. */
export function parseServiceListing(text: string): readonly ListedService[] {
  const services: {
    protocol: string;
    address: string;
    scheduler: string;
    realServers: ListedRealServer[];
  }[] = [];
  for (const line of text.split("\n")) {
    const service = /^(TCP|UDP|SCTP|FWM)\s+(\S+)\s+(\S+)/.exec(line);
    if (service !== null) {
      const [, protocol = "", address = "", scheduler = ""] = service;
      services.push({ protocol, address, scheduler, realServers: [] });
      continue;
    }
    const server = /^\s+->\s+(\S+:\d+)\s+(\S+)\s+(\d+)\s/.exec(`${line} `);
    if (server === null) continue;
    const [, address = "", forward = "", weight = ""] = server;
    services.at(-1)?.realServers.push({ address, forward, weight: Number(weight) });
  }
  return services;
}
