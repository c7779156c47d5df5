/** How one instance is configured, what the peer says to it, and what it must be seen to do. */
export interface Case {
  readonly lines?: readonly string[];
  /** Priority of what the peer says to it once, when it has been master for longer than a down interval. */
  readonly hears?: number;
  readonly from?: string;
  /** To the address of the director, not to the group. */
  readonly unicast?: boolean;
  /**
   * Instead: what a master of priority 200 advertises from the start on, after one advertisement that is as it should
   * be, and from where.
   */
  readonly follows?: { readonly addresses: readonly string[]; readonly from?: string };
  readonly theirs: Partial<Answer>;
  /** Where ours differs, and is said to differ in docs/compatibility.md. */
  readonly ours?: Partial<Answer>;
}

/** What an instance did. */
export interface Answer {
  /** Announcements of its address within 0.4 s of its first advertisement. */
  readonly first: number;
  /** From then on up to 3.7 s. */
  readonly second: number;
  /** Priorities of what it said within 0.4 s of the peer's word, while nothing is due. */
  readonly said: readonly number[];
  /** Announcements of its address within 0.2 s of the peer's word. */
  readonly announced: number;
  /** The same, around 0.3 s after it. */
  readonly soon: number;
  /** The same, around a second after it. */
  readonly later: number;
  /** The states it entered, in order, after its first wait. */
  readonly states: readonly string[];
}

/** What is seen where nothing else is said. */
export const PLAIN: Answer = {
  first: 5,
  second: 0,
  said: [],
  announced: 0,
  soon: 0,
  later: 0,
  states: ["MASTER"],
};
const YIELDS = { states: ["MASTER", "BACKUP"] };
const ANSWERS = { said: [100], announced: 5 };
/** Ours always says a last word. */
const LAST_WORD = { ...YIELDS, said: [100] };
/** Ours announces once more, unless `garp_lower_prio_delay` is as short. */
const again = (count: number) => ({ soon: count });

export const PEER = "10.77.0.3";
export const DIRECTOR = { address: "10.77.0.2", mac: Uint8Array.of(2, 0, 0, 0, 0, 0xa) };
export const UNKNOWN_ID = 250;
export const address = (id: number) => `10.77.1.${id}`;
const OTHER = { addresses: ["10.77.2.1"] };
const unicast = ["unicast_peer {", "10.77.0.4", "}"];
const owner = ["state MASTER", "priority 255"];
/** Nobody knows it as anything but a backup. */
const DEAF = { first: 0, second: 0, states: [] };
/** An owner that yields, and comes back when it has heard nothing more. */
const RETURNS = { states: ["MASTER", "BACKUP", "MASTER"] };
/** As releases from 2.3.3 on. */
const DEAF_OWNER = { states: ["MASTER"] };
/** Announcements under the `vrrp_garp_master_...` of the group below. */
const GLOBAL = { first: 4, second: 4 };

export interface Group {
  readonly what: string;
  readonly global: readonly string[];
  readonly cases: Readonly<Record<string, Case>>;
}

export const groups = (folder: string): readonly Group[] => [
  {
    what: "in an instance",
    global: ["vrrp_garp_master_delay 0", "log_unknown_vrids", "script_user root"],
    cases: {
      "a stronger one": { hears: 200, theirs: YIELDS, ours: LAST_WORD },
      higher_prio_send_advert: { lines: ["higher_prio_send_advert"], hears: 200, theirs: LAST_WORD },
      "an equal one of a higher address": { hears: 100, theirs: YIELDS, ours: LAST_WORD },
      "an equal one of a lower address": { hears: 100, from: "10.77.0.1", theirs: ANSWERS },
      "a resignation": { hears: 0, theirs: { said: [100] } },
      "a weaker one": { hears: 50, theirs: ANSWERS },
      lower_prio_no_advert: {
        lines: ["lower_prio_no_advert"],
        hears: 50,
        theirs: { announced: 5 },
      },
      garp_lower_prio_repeat: {
        lines: ["garp_lower_prio_repeat 3"],
        hears: 50,
        theirs: { ...ANSWERS, announced: 3 },
      },
      "garp_lower_prio_repeat 0": {
        lines: ["garp_lower_prio_repeat 0"],
        hears: 50,
        theirs: { ...ANSWERS, announced: 0 },
      },
      garp_lower_prio_delay: {
        lines: ["garp_lower_prio_repeat 2", "garp_lower_prio_delay 1"],
        hears: 50,
        theirs: { ...ANSWERS, announced: 2, later: 2 },
        ours: again(2),
      },
      "strict_mode, a stronger one": { lines: ["strict_mode"], hears: 200, theirs: YIELDS },
      "strict_mode, a weaker one": { lines: ["strict_mode"], hears: 50, theirs: {} },
      "strict_mode, a weaker one, all the same": {
        lines: ["strict_mode", "lower_prio_no_advert false", "garp_lower_prio_repeat 2"],
        hears: 50,
        theirs: {},
      },
      notify_master_rx_lower_pri: {
        lines: [`notify_master_rx_lower_pri "${folder}/lower is heard"`],
        hears: 50,
        theirs: ANSWERS,
      },
      "a stranger, by unicast": {
        lines: unicast,
        hears: 200,
        unicast: true,
        theirs: YIELDS,
        ours: LAST_WORD,
      },
      check_unicast_src: {
        lines: [...unicast, "check_unicast_src"],
        hears: 200,
        unicast: true,
        theirs: {},
      },
      "check_unicast_src, the peer": {
        lines: [...unicast, "check_unicast_src"],
        hears: 200,
        unicast: true,
        from: "10.77.0.4",
        theirs: YIELDS,
        ours: LAST_WORD,
      },
      "another list of addresses": { follows: OTHER, theirs: {} },
      skip_check_adv_addr: { lines: ["skip_check_adv_addr"], follows: OTHER, theirs: DEAF },
      "skip_check_adv_addr, a longer list": {
        lines: ["skip_check_adv_addr"],
        follows: { addresses: ["10.77.2.1", "10.77.2.2"] },
        theirs: DEAF,
      },
      "skip_check_adv_addr, another master": {
        lines: ["skip_check_adv_addr"],
        follows: { ...OTHER, from: "10.77.0.4" },
        theirs: {},
      },
      "an owner, another one": { lines: owner, hears: 255, theirs: RETURNS, ours: { said: [255] } },
      owner_ignore_adverts: {
        lines: [...owner, "owner_ignore_adverts"],
        hears: 255,
        theirs: RETURNS,
        ours: DEAF_OWNER,
      },
      "strict_mode, an owner": {
        lines: [...owner, "strict_mode"],
        hears: 255,
        theirs: RETURNS,
        ours: DEAF_OWNER,
      },
    },
  },
  {
    what: "for all instances",
    global: [
      ...["vrrp_garp_master_delay 2", "vrrp_garp_master_repeat 4"],
      ...["vrrp_garp_lower_prio_repeat 3", "vrrp_garp_lower_prio_delay 1"],
      ...["vrrp_higher_prio_send_advert", "vrrp_lower_prio_no_advert"],
      ...["vrrp_skip_check_adv_addr", "vrrp_check_unicast_src", "vrrp_owner_ignore_adverts"],
    ],
    cases: {
      "a stronger one": { hears: 200, theirs: { ...GLOBAL, ...LAST_WORD } },
      "a weaker one": { hears: 50, theirs: { ...GLOBAL, announced: 3, later: 3 }, ours: again(3) },
      "another list of addresses": { follows: OTHER, theirs: DEAF },
      "a stranger, by unicast": { lines: unicast, hears: 200, unicast: true, theirs: GLOBAL },
      "an owner, another one": {
        lines: owner,
        hears: 255,
        theirs: { ...GLOBAL, ...RETURNS, said: [255] },
        ours: { ...DEAF_OWNER, said: [] },
      },
      "no higher_prio_send_advert": {
        lines: ["higher_prio_send_advert false"],
        hears: 200,
        theirs: { ...GLOBAL, ...YIELDS },
        ours: LAST_WORD,
      },
      "no lower_prio_no_advert": {
        lines: ["lower_prio_no_advert false"],
        hears: 50,
        theirs: { ...GLOBAL, said: [100], announced: 3, later: 3 },
        ours: again(3),
      },
      "other announcements": {
        lines: ["garp_lower_prio_repeat 1", "garp_lower_prio_delay 0"],
        hears: 50,
        theirs: { ...GLOBAL, announced: 1 },
      },
      "no skip_check_adv_addr": {
        lines: ["skip_check_adv_addr false"],
        follows: OTHER,
        theirs: DEAF,
        ours: { ...PLAIN, ...GLOBAL },
      },
    },
  },
  {
    what: "refresh",
    global: [
      ...["vrrp_garp_master_delay 0", "vrrp_garp_master_repeat 3"],
      ...["vrrp_garp_master_refresh 1", "vrrp_garp_master_refresh_repeat 2"],
    ],
    cases: {
      "nothing else": { theirs: { first: 3, second: 6 } },
      garp_master_refresh: {
        lines: ["garp_master_refresh 2"],
        theirs: { first: 3, second: 2 },
      },
      "garp_master_refresh 0": { lines: ["garp_master_refresh 0"], theirs: { first: 3 } },
      garp_master_refresh_repeat: {
        lines: ["garp_master_refresh_repeat 1"],
        theirs: { first: 3, second: 3 },
      },
      "garp_master_delay and garp_master_repeat": {
        lines: ["garp_master_refresh 0", "garp_master_delay 1", "garp_master_repeat 1"],
        theirs: { first: 1, second: 1 },
      },
    },
  },
  {
    what: "vrrp_min_garp",
    global: ["vrrp_min_garp"],
    cases: {
      "nothing else": { theirs: { first: 1 } },
      "a weaker one": { hears: 50, theirs: { first: 1, said: [100], announced: 1 } },
      "garp_master_delay and garp_master_repeat": {
        lines: ["garp_master_delay 1", "garp_master_repeat 2"],
        theirs: { first: 2, second: 2 },
      },
    },
  },
  {
    what: "vrrp_strict",
    global: ["vrrp_garp_master_delay 0", "vrrp_strict"],
    cases: {
      "a stronger one": { hears: 200, theirs: YIELDS },
      "a weaker one": { hears: 50, theirs: {} },
      "strict_mode false": {
        lines: ["strict_mode false"],
        hears: 50,
        theirs: ANSWERS,
      },
    },
  },
];
