import { readdirSync, readFileSync } from "node:fs";
import type { RouteNameList } from "../../conf/source.ts";

/** Numbers for names of routing tables, protocols and the like; a number stands for itself. */
export interface RouteNames {
  /** Undefined for a name that no list has, and for a number beyond `most`. */
  number(list: RouteNameList, text: string): number | undefined;
}

const FOLDERS = ["/usr/share/iproute2", "/usr/lib/iproute2", "/etc/iproute2"];
const FILES: Readonly<Record<RouteNameList, string>> = {
  tables: "rt_tables",
  protocols: "rt_protos",
  scopes: "rt_scopes",
  realms: "rt_realms",
  fields: "rt_dsfield",
  groups: "group",
};
const MOST: Readonly<Record<RouteNameList, number>> = {
  tables: 0xffff_ffff,
  protocols: 255,
  scopes: 255,
  realms: 0xffff,
  fields: 255,
  groups: 0x7fff_ffff,
};

/** Known to iproute2 and keepalived even where the files are missing. */
const BUILT_IN: Readonly<Record<RouteNameList, Readonly<Record<string, number>>>> = {
  tables: { unspec: 0, default: 253, main: 254, local: 255 },
  protocols: {
    unspec: 0,
    none: 0,
    redirect: 1,
    kernel: 2,
    boot: 3,
    static: 4,
    gated: 8,
    ra: 9,
    zebra: 11,
    bird: 12,
    dhcp: 16,
    keepalived: 18,
    bgp: 186,
    isis: 187,
    ospf: 188,
    rip: 189,
    eigrp: 192,
  },
  scopes: { global: 0, universe: 0, site: 200, link: 253, host: 254, nowhere: 255 },
  realms: { unknown: 0, cosmos: 0 },
  fields: {},
  groups: { default: 0 },
};

/**
 * The names of this system, read when they are first needed. `folders` come in order, later ones win; in each, the files
 * of the folder `FILE.d` count after the file itself, as for iproute2.
 */
export function routeNames(folders: readonly string[] = FOLDERS): RouteNames {
  const lists = new Map<RouteNameList, ReadonlyMap<string, number>>();
  return {
    number(list, text) {
      const value = /^\d+$|^0x[0-9a-f]+$/i.test(text) ? Number(text) : undefined;
      if (value !== undefined) return value <= MOST[list] ? value : undefined;
      let names = lists.get(list);
      if (names === undefined) {
        names = readNames(list, folders);
        lists.set(list, names);
      }
      return names.get(text);
    },
  };
}

function readNames(list: RouteNameList, folders: readonly string[]): ReadonlyMap<string, number> {
  const names = new Map(Object.entries(BUILT_IN[list]));
  for (const folder of folders) {
    const file = `${folder}/${FILES[list]}`;
    for (const path of [file, ...partsOf(`${file}.d`)]) {
      for (const [name, number] of parseNames(textOf(path))) names.set(name, number);
    }
  }
  return names;
}

/** Lines of a number and a name; `#` begins a comment. What is neither is passed over. */
export function parseNames(text: string): readonly (readonly [string, number])[] {
  return text.split("\n").flatMap((line): readonly (readonly [string, number])[] => {
    const match = /^\s*(\d+|0x[0-9a-f]+)\s+([^\s#]+)/i.exec(line);
    return match ? [[match[2] as string, Number(match[1])]] : [];
  });
}

function partsOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".conf"))
      .sort()
      .map((name) => `${folder}/${name}`);
  } catch {
    return []; // most systems have none
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // a system without the file knows the built-in names only
  }
}

/** The number of an IP protocol by its name in /etc/protocols. */
export function transportNumber(name: string): number | undefined {
  let text = "";
  try {
    text = readFileSync("/etc/protocols", "utf8");
  } catch {
    return USUAL[name]; // a small system without the file
  }
  for (const line of text.split("\n")) {
    const [first, number, ...aliases] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (first === name || aliases.includes(name)) return Number(number);
  }
  return USUAL[name];
}

const USUAL: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  "ipv6-icmp": 58,
  sctp: 132,
  vrrp: 112,
};
