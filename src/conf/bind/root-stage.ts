import type { KeepalivedStage } from "../diagnostic.ts";

/** Root keywords and the process of keepalived that reads them. */
const STAGES: Readonly<Record<string, KeepalivedStage>> = {
  global_defs: "global",
  virtual_server: "checker",
  virtual_server_group: "checker",
  SSL: "checker",
  bfd_instance: "bfd",
};

/** Which pass of keepalived reads what stands under a root keyword. */
export function rootStage(keyword: string): KeepalivedStage {
  return STAGES[keyword] ?? (/^(?:vrrp_|static_)/.test(keyword) ? "vrrp" : "every");
}
