import { finding, type Rule } from "./rule.ts";

/** A weight that leaves this router above or below its peer whatever happens cannot cause a failover. */
export const weightWithoutEffect: Rule = (config, report) => {
  for (const instance of config.vrrpInstances) {
    const tracked = [...instance.trackScripts, ...instance.trackInterfaces];
    for (const { name, weight } of tracked) {
      const raised = instance.priority + weight;
      if (weight <= 0 || raised <= 254) continue;
      report(
        finding(instance.at, {
          code: "weight-beyond-range",
          severity: "warning",
          message: `${instance.name}: priority ${instance.priority} plus the weight ${weight} of ${name} is ${raised}, but more than 254 is cut off, so part of the weight is lost`,
          help: `lower the priority or the weight, so that their sum is at most 254`,
        }),
      );
    }
    for (const { name, weight } of tracked) {
      if (weight >= 0 || instance.priority + weight >= 1) continue;
      report(
        finding(instance.at, {
          code: "weight-beyond-range",
          severity: "warning",
          message: `${instance.name}: priority ${instance.priority} less ${-weight} for ${name} is below 1, which is the least, so part of the weight is lost`,
          help: "raise the priority, or use a smaller weight",
        }),
      );
    }
  }
};
