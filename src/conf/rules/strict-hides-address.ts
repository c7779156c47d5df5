import { finding, type Rule } from "./rule.ts";

/** Strict mode drops packets to the virtual address on a router that is not its owner: it answers no ping and serves nothing. */
export const strictHidesAddress: Rule = (config, report) => {
  for (const instance of config.vrrpInstances) {
    if (!instance.strict || instance.accept || instance.virtualAddresses.length === 0) continue;
    report(
      finding(instance.at, {
        code: "strict-hides-address",
        severity: "warning",
        message: `${instance.name} runs in strict mode with priority ${instance.priority}, so packets to ${instance.virtualAddresses[0]?.address} are dropped although it holds the address`,
        help: "remove vrrp_strict or strict_mode, unless the address is only a gateway that nobody talks to",
      }),
    );
  }
};
