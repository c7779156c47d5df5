import { familyOf, parseIpAddress } from "../../base/ip-address.ts";
import { type BindContext, type Finding, tell } from "./context.ts";
import type { Setting } from "./setting.ts";

/** What keepalived 2.2.7 refuses beyond the shape of a value: a finding, or undefined when it is content. */
type ValueCheck = (words: readonly string[], context: BindContext) => Finding | undefined;

function refusal(code: string, message: string, details: { help: string; text: string }): Finding {
  return { code, severity: "error", message, help: details.help, texts: [details.text] };
}

/** The first word, if there is one, must be one of these. */
const oneOf =
  (known: readonly string[], text: string): ValueCheck =>
  ([word]) =>
    word === undefined || known.includes(word)
      ? undefined
      : refusal("unknown-value", `'${word}' is no value of this keyword, so the line has no effect`, {
          help: `write ${known.join(" or ")}, or nothing`,
          text: text.replace("%v", () => word),
        });

/** No word may follow the first. */
const alone =
  (text: string): ValueCheck =>
  (words) =>
    words.length <= 1
      ? undefined
      : refusal(
          "unknown-value",
          `one value is wanted, but there are ${words.length}, so the line has no effect`,
          {
            help: "write one value; one with blanks stands in double quotes",
            text,
          },
        );

const multicast =
  (family: 4 | 6, name: string): ValueCheck =>
  ([word = ""]) => {
    const parsed = parseIpAddress(word.replace(/\/\d+$/, ""));
    if (!parsed.ok) return undefined;
    const right = familyOf(parsed.value) === family;
    if (right && isMulticast(parsed.value)) return undefined;
    return refusal(
      "bad-address",
      `${word} is not an IPv${family} multicast address, so the line has no effect`,
      {
        help: family === 4 ? "write an address such as 224.0.0.18" : "write an address such as ff02::12",
        text: `${name} [${word}] is not ${right ? "multicast" : `IPv${family}`}. Skipping`,
      },
    );
  };

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: string): boolean {
  if (address.includes(":")) return /^ff/i.test(address);
  const first = Number(address.split(".")[0]);
  return first >= 224 && first <= 239;
}

/** Digits of hexadecimal bytes, blanks between them allowed. */
const hexadecimal =
  (pattern: RegExp, what: string): ValueCheck =>
  (words) =>
    words.length === 0 || words.every((word) => pattern.test(word))
      ? undefined
      : refusal("unknown-value", `'${words.join(" ")}' is not hexadecimal bytes, so the line has no effect`, {
          help: "write two digits for each byte, such as 00ff10",
          text: `Invalid hex string for UDP_CHECK ${what}`,
        });

/** A user or a group that the system does not have. */
const knownUser =
  (text: string): ValueCheck =>
  ([user, group], { environment, owner }) => {
    const strangers: readonly (readonly [string, string | undefined, boolean | undefined])[] = [
      ["user", user, user !== undefined && environment.hasUser?.(user)],
      ["group", group, group !== undefined && environment.hasGroup?.(group)],
    ];
    for (const [kind, name, known] of strangers) {
      if (name === undefined || (known !== false && !isNumber(name, environment))) continue;
      return refusal("unknown-user", `this system has no ${kind} ${name}`, {
        help: `create the ${kind}, or name one that exists`,
        text: text.replace("%o", () => owner),
      });
    }
    return undefined;
  };

/** keepalived 2.2.7 looks a user up by name, never by number. */
function isNumber(user: string, environment: BindContext["environment"]): boolean {
  return environment.hasUser !== undefined && /^\d+$/.test(user);
}

/** The kernel's limit. */
const interfaceName: ValueCheck = ([word = ""]) =>
  word.length <= 15
    ? undefined
    : refusal("interface-name-too-long", `the interface name '${word}' is longer than 15 characters`, {
        help: "write the name as `ip link` shows it",
        text: `Interface name ${word} is too long - ignoring`,
      });

/** 2.2.7 reads whole numbers where later releases read fractions; locum uses the fraction. */
const wholeSeconds =
  (text: string): ValueCheck =>
  ([word = ""], { owner, environment }) =>
    !/^\+?\d*\.\d*$/.test(word) || environment.compat === "latest"
      ? undefined
      : {
          code: "too-many-places",
          severity: "warning",
          message: `keepalived 2.2.7 reads whole seconds here and would ignore ${word}; locum uses it`,
          help: "write whole seconds if this file must work with keepalived 2.2.7",
          texts: [`invalid number '${word}'`, text.replace("%o", () => owner).replace("%v", () => word)],
        };

/** Debian's keepalived is built without iptables. */
const built =
  (text: string): ValueCheck =>
  () => ({
    code: "deprecated",
    severity: "warning",
    message: "keepalived as Debian builds it knows nftables only and does not take this keyword",
    help: "write nftables instead",
    texts: [text],
  });

const INCLUDE_WORDS = ["read", "match", "wildcard_match", "brace_match"];
const flushed = oneOf(["VS"], "Unknown lvs_flush_on_stop type %v");

const CHECKS: Readonly<Record<string, ValueCheck>> = {
  "global_defs/dynamic_interfaces": oneOf(["allow_if_changes"], "Unknown dynamic_interfaces option '%v'"),
  "global_defs/lvs_flush_on_stop": flushed,
  "global_defs/lvs_flush_onstop": flushed,
  "global_defs/include_check": oneOf(
    INCLUDE_WORDS.flatMap((word) => [word, `+${word}`, `-${word}`]),
    "Unknown include_check type '%v' - ignoring",
  ),
  "global_defs/snmp_socket": alone("Too many parameters specified for snmp_socket - ignoring"),
  "global_defs/vrrp_rx_bufs_multiplier": alone("Invalid vrrp_rx_bufs_multiplier"),
  "global_defs/reload_time_file": alone("reload_time_file invalid"),
  "global_defs/vrrp_mcast_group4": multicast(4, "vrrp_mcast_group4"),
  "global_defs/vrrp_mcast_group6": multicast(6, "vrrp_mcast_group6"),
  "global_defs/script_user": knownUser("Error setting global script uid/gid"),
  "global_defs/vrrp_iptables": built(
    "iptables not supported, using nftables instead. Please replace 'vrrp_iptables and 'vrrp_ipsets' with 'nftables' config option",
  ),
  "global_defs/vrrp_ipsets": built("Unknown keyword 'vrrp_ipsets'"),
  "global_defs/vrrp_rx_bufs_policy": ([word = ""]) =>
    /^(?:MTU|ADVERT)$/i.test(word) || (/^\d+$/.test(word) && Number(word) <= 0xffffffff)
      ? undefined
      : refusal("unknown-value", `vrrp_rx_bufs_policy is '${word}', which is not known`, {
          help: "write MTU, ADVERT or a number of bytes",
          text: `Invalid vrrp_rx_bufs_policy ${word}`,
        }),
  "vrrp_instance/kernel_rx_buf_size": (words, context) =>
    alone(`(${context.owner}) invalid kernel_rx_buf_size specified`)(words, context),
  "vrrp_instance/old_unicast_checksum": (words, context) =>
    oneOf(["never"], `(${context.owner}) Unknown old_unicast_chksum mode %v - ignoring`)(words, context),
  "vrrp_instance/mcast_dst_ip": ([word = ""], { owner }) => {
    const parsed = parseIpAddress(word.replace(/\/\d+$/, ""));
    return !parsed.ok || isMulticast(parsed.value)
      ? undefined
      : refusal("bad-address", `${word} is not a multicast address, so the line has no effect`, {
          help: "write an address such as 224.0.0.18 or ff02::12",
          text: `(${owner}) mcast_dst_ip ${word} not multicast. Skipping...`,
        });
  },
  "vrrp_script/interval": wholeSeconds(
    "(%o): vrrp script interval '%v' must be between 1 and 4294 - ignoring",
  ),
  "vrrp_script/timeout": wholeSeconds("(%o): vrrp script timeout '%v' invalid - ignoring"),
  "vrrp_script/user": ([user = ""], { owner, environment }) =>
    isNumber(user, environment)
      ? refusal("unknown-user", `this system has no user called ${user}, so the script is removed`, {
          help: "write the name of a user",
          text: `Unable to set uid/gid for script '${owner}'`,
        })
      : undefined,
  "virtual_server/snmp_name": alone("virtual server snmp_name missing or extra parameters"),
  "virtual_server/real_server/snmp_name": alone("real server snmp_name missing or extra parameters"),
  "virtual_server/real_server/MISC_CHECK/user": knownUser(
    "Failed to set uid/gid for misc checker script - removing",
  ),
  "virtual_server/real_server/UDP_CHECK/payload": hexadecimal(/^[0-9a-fA-F]+$/, "payload"),
  "virtual_server/real_server/UDP_CHECK/require_reply": hexadecimal(/^[0-9a-fA-FX]+$/, "reply"),
  bind_if: interfaceName,
};

/** Checks a setting against what keepalived refuses beyond the shape of its value. True when it is content. */
export function checkValue(
  context: BindContext,
  from: { readonly setting: Setting; readonly path: string },
): boolean {
  const { setting, path } = from;
  const { name } = setting.keyword;
  const check = CHECKS[`${path}/${name}`] ?? (name === "bind_if" ? CHECKS.bind_if : undefined);
  const finding = check?.(
    setting.words.map((word) => word.text),
    context,
  );
  if (!finding) return true;
  const place = setting.words[0] ?? setting.directive.words[0];
  if (place) tell(context, place, finding);
  return finding.severity === "warning";
}
