import { expect, it } from "vitest";
import type { HostFacts, ScriptFinding } from "../../src/conf/source.ts";
import { load } from "./configuration.ts";

const text = (global: string, script: string) => `global_defs {
  ${global}
}
vrrp_script odd {
  script "${script}"
}
vrrp_script fine {
  script "/fine"
}
vrrp_sync_group G {
  group {
    V
  }
  track_script {
    odd
  }
}
vrrp_instance V {
  interface eth0
  virtual_router_id 51
  virtual_ipaddress {
    192.0.2.1/24
  }
  track_script {
    odd
    fine
  }
}`;

it.each<{ finding: ScriptFinding; global: string; script?: string; left: boolean }>([
  { finding: "ok", global: "", left: true },
  { finding: "missing", global: "", left: false },
  { finding: "not-executable", global: "", left: false },
  { finding: "insecure", global: "", left: true },
  { finding: "insecure", global: "enable_script_security\nscript_user root", left: false },
  { finding: "insecure", global: "enable_script_security\nscript_user nobody", left: true },
  // Whether it can be opened is what is asked.
  { finding: "missing", global: "", script: "</odd", left: true },
])("a tracked script that is $finding, with `$global`, goes on being tracked: $left", (sample) => {
  const host: HostFacts = {
    interfaces: ["eth0"],
    inspectScript: (path) => (path.includes("odd") ? sample.finding : "ok"),
    hasUser: () => true,
  };
  const { config } = load(text(sample.global, sample.script ?? "/odd"), { host });
  const names = sample.left ? ["odd", "fine"] : ["fine"];
  expect(config.vrrpScripts.map(({ name }) => name)).toEqual(names);
  expect(config.vrrpInstances.map(({ trackScripts }) => trackScripts.map(({ name }) => name))).toEqual([
    names,
  ]);
  expect(config.syncGroups.map(({ trackScripts }) => trackScripts.length)).toEqual([sample.left ? 1 : 0]);
});
