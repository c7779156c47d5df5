import type { SourceLine } from "../model/config.ts";
import { finding, lineSpan, type Rule } from "./rule.ts";

/** Two instances that move the same address fight for it: each takes it away from the other's master. */
export const sameVirtualAddress: Rule = (config, report) => {
  const owners = new Map<string, { readonly name: string; readonly at: SourceLine }>();
  for (const instance of config.vrrpInstances) {
    for (const { address } of [...instance.virtualAddresses, ...instance.excludedAddresses]) {
      const first = owners.get(address);
      if (!first) {
        owners.set(address, { name: instance.name, at: instance.at });
        continue;
      }
      const same = first.name === instance.name;
      report(
        finding(instance.at, {
          code: "same-virtual-address",
          severity: same ? "warning" : "error",
          message: same
            ? `${instance.name} lists the virtual address ${address} twice`
            : `${instance.name} and ${first.name} both move the virtual address ${address}; whichever is master last takes it from the other`,
          help: same
            ? "remove one of the lines"
            : "keep the address in one instance; a sync group moves several instances together",
          ...(same ? {} : { related: [{ message: `${first.name} is here`, span: lineSpan(first.at) }] }),
        }),
      );
    }
  }
};
