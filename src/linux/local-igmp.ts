import { ok, type Result } from "../base/result.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";

const SETTING = "net/ipv4/igmp_link_local_mcast_reports";

/** `disable_local_igmp`: whether memberships of 224.0.0.0/24 are told; what it was comes back. */
export class LocalIgmp {
  #before: string | undefined;

  /** Keeps them to ourselves, or tells them as before. */
  set(silent: boolean): Result<void, string> {
    if (silent) {
      if (this.#before !== undefined) return ok(undefined);
      const present = readSysctl(SETTING);
      if (!present.ok) return present;
      this.#before = present.value;
      return present.value === "0" ? ok(undefined) : writeSysctl(SETTING, 0);
    }
    const before = this.#before;
    this.#before = undefined;
    return before === undefined || before === "0" ? ok(undefined) : writeSysctl(SETTING, before);
  }
}
