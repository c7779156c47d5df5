import { failed, ok, type Result } from "../base/result.ts";

/** Words that stand alone. */
const SWITCHES: Readonly<Record<string, string>> = {
  nopreempt: "nopreempt",
  strict: "strict_mode on",
  lower_prio_no_advert: "lower_prio_no_advert",
  higher_prio_send_advert: "higher_prio_send_advert",
};

/** Words that take a value. */
const SETTINGS: Readonly<Record<string, (value: string) => readonly string[] | undefined>> = {
  priority: (value) => [`priority ${value}`],
  version: (value) => (value === "2" || value === "3" ? [`version ${value}`] : undefined),
  state: (value) => (value === "master" || value === "backup" ? [`state ${value.toUpperCase()}`] : undefined),
  advert_int: (value) => [`advert_int ${value}`],
  preempt_delay: (value) => [`preempt_delay ${value}`],
  down_timer_adverts: (value) => [`down_timer_adverts ${value}`],
  auth_pass: (value) => ["authentication {", "auth_type PASS", `auth_pass ${value}`, "}"],
  /** `name/weight`, the weight 0 when left out. */
  track_script: (value) => ["track_script {", value.replace("/", " weight "), "}"],
  track_interface: (value) => ["track_interface {", value.replace("/", " weight "), "}"],
};

/** The configuration of one instance on eth0, from the words of a `router` line. */
export function routerLineConfig(name: string, words: readonly string[]): Result<readonly string[], string> {
  const lines: string[] = [];
  const before: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [word = "", value] = words.slice(at);
    const switched = SWITCHES[word];
    if (switched !== undefined) {
      lines.push(switched);
      continue;
    }
    const said = value === undefined ? undefined : (SETTINGS[word]?.(value) ?? globalWord(word, value));
    if (said === undefined) return failed(`unknown option ${words.slice(at, at + 2).join(" ")}`);
    (word === "startup_delay" || word === "track_script" ? before : []).push(
      ...globalLines(word, value ?? ""),
    );
    lines.push(...said);
    at++;
  }
  return ok([
    ...before,
    `vrrp_instance ${name} {`,
    "interface eth0",
    "virtual_router_id 51",
    ...lines,
    "virtual_ipaddress {",
    "192.0.2.1",
    "}",
    "}",
  ]);
}

function globalWord(word: string, _value: string): readonly string[] | undefined {
  return word === "startup_delay" ? [] : undefined;
}

/** What stands outside of the instance. */
function globalLines(word: string, value: string): readonly string[] {
  if (word === "startup_delay") return ["global_defs {", `vrrp_startup_delay ${value}`, "}"];
  const [script = ""] = value.split("/");
  return [`vrrp_script ${script} {`, "script /bin/check", "interval 1", "}"];
}
