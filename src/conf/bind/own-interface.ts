import { type IpAddress, parseIpAddress } from "../../base/ip-address.ts";
import type { OwnInterface } from "../model/vrrp-instance.ts";
import type { FieldSource } from "./fields.ts";
import { WordReader } from "./word-reader.ts";

const MODES = ["bridge", "private", "vepa"] as const;

interface Names {
  name?: string;
  base?: string;
  hardwareAddress?: string;
  source?: IpAddress;
  group?: string;
  netlinkNotify: boolean;
  mode: (typeof MODES)[number];
}

/** `use_vmac` or `use_ipvlan`: the later line counts. */
export function bindOwnInterface({ settings }: FieldSource): OwnInterface | undefined {
  const setting = settings.lastOf("use_vmac", "use_ipvlan");
  if (!setting) return undefined;
  const { mode, source, hardwareAddress, netlinkNotify, ...names } = readNames(new WordReader(setting.words));
  if (setting.keyword.name === "use_vmac") {
    return {
      kind: "vmac",
      ...names,
      ...(hardwareAddress === undefined ? {} : { hardwareAddress }),
      netlinkNotify,
    };
  }
  return { kind: "ipvlan", ...names, ...(source === undefined ? {} : { source }), mode };
}

/** `[[NAME] IF] [MAC] [IP] [mode] [netlink_notify_msg] [group G]`: of two names the second is the interface below. */
function readNames(reader: WordReader): Names {
  const found: Names = { netlinkNotify: false, mode: "bridge" };
  const names: string[] = [];
  for (let word = reader.take(); word !== undefined; word = reader.take()) {
    const mode = MODES.find((each) => each === word);
    const parsed = parseIpAddress(word.replace(/\/\d+$/, ""));
    if (mode) found.mode = mode;
    else if (word === "netlink_notify_msg") found.netlinkNotify = true;
    else if (word === "group") {
      const group = reader.take();
      if (group !== undefined) found.group = group;
    } else if (/^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){4,5}$/i.test(word))
      found.hardwareAddress = word.toLowerCase();
    else if (parsed.ok) found.source = parsed.value;
    else names.push(word);
  }
  const [name, base] = names;
  return {
    ...found,
    ...(name === undefined ? {} : { name }),
    ...(base === undefined ? {} : { base }),
  };
}
