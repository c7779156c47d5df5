import { readSysctl, writeSysctl } from "./sysctl.ts";

/** The kernel's `promote_secondaries` of interfaces: switched on, and put back as it was. */
export class PromoteSecondaries {
  /** What the setting was before we switched it on. */
  readonly #before = new Map<string, string>();

  /** Switches it on; the reason when it cannot be done. */
  switchOn(interfaceName: string): string | undefined {
    const before = readSysctl(settingOf(interfaceName));
    if (!before.ok) return before.error;
    if (before.value === "1") return undefined;
    this.#before.set(interfaceName, before.value);
    const set = writeSysctl(settingOf(interfaceName), 1);
    return set.ok ? undefined : set.error;
  }

  /** Puts it back, when we switched it on and the interface `isThere`; the reason when it cannot be done. */
  putBack(interfaceName: string, isThere: boolean): string | undefined {
    const before = this.#before.get(interfaceName);
    this.#before.delete(interfaceName);
    if (before === undefined || !isThere) return undefined;
    const restored = writeSysctl(settingOf(interfaceName), before);
    return restored.ok ? undefined : restored.error;
  }
}

function settingOf(interfaceName: string): string {
  return `net/ipv4/conf/${interfaceName}/promote_secondaries`;
}
