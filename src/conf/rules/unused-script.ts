import { finding, type Rule } from "./rule.ts";

/** A script nobody tracks runs for nothing. */
export const unusedScript: Rule = (config, report) => {
  const tracked = new Set(
    config.vrrpInstances.flatMap((instance) => instance.trackScripts.map((each) => each.name)),
  );
  for (const script of config.vrrpScripts) {
    if (tracked.has(script.name)) continue;
    report(
      finding(script.at, {
        code: "unused-script",
        severity: "hint",
        message: `the vrrp_script ${script.name} is tracked by no instance`,
        help: `add track_script { ${script.name} } to an instance, or remove the block`,
      }),
    );
  }
};
