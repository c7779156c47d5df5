/** Why a received packet was thrown away before it could reach a virtual router. */
export type RejectionKind =
  | "bad-ip-header"
  | "length"
  | "ttl"
  | "version"
  | "type"
  | "checksum"
  | "unknown-vrid"
  | "authentication-type"
  | "authentication-mismatch"
  | "authentication-failed"
  /** An authentication header whose number was heard before. */
  | "replayed"
  /** The trailer of `auth_hmac`: none there, or not to be believed. */
  | "trailer-missing"
  | "trailer-malformed"
  | "trailer-stale"
  | "trailer-unknown-key"
  | "trailer-wrong"
  | "trailer-replayed"
  | "interval-mismatch"
  | "interval-zero"
  | "multicast-on-unicast"
  | "unicast-on-multicast"
  /** Sent to another multicast group than `mcast_dst_ip` names. */
  | "other-group"
  | "unknown-peer"
  | "zero-addresses"
  | "address-list"
  | "own-address"
  /** Told to an address owner that does not listen (`owner_ignore_adverts`). */
  | "owner-ignores";

/** The counters of keepalived's statistics, by their names in its JSON dump; locum's own have a name of their own. */
export type RejectionCounter =
  | "packet_len_err"
  | "ip_ttl_err"
  | "version_err"
  | "invalid_type_rcvd"
  | "chk_err"
  | "vrid_err"
  | "invalid_authtype"
  | "authtype_mismatch"
  | "auth_failure"
  | "auth_ext_missing"
  | "auth_ext_malformed"
  | "auth_ext_stale"
  | "auth_ext_unknown_key"
  | "auth_ext_invalid_hmac"
  | "auth_ext_replay"
  | "advert_interval_err"
  | "addr_list_err"
  | "unicast_err"
  | "own_addr_err"
  | "owner_ignored";

/** One reason and the counter it belongs to. There is one frozen object per reason, so a flood allocates none. */
export interface Rejection {
  readonly kind: RejectionKind;
  readonly counter: RejectionCounter;
}

const COUNTERS: Readonly<Record<RejectionKind, RejectionCounter>> = {
  "bad-ip-header": "packet_len_err",
  length: "packet_len_err",
  ttl: "ip_ttl_err",
  version: "version_err",
  type: "invalid_type_rcvd",
  checksum: "chk_err",
  "unknown-vrid": "vrid_err",
  "authentication-type": "invalid_authtype",
  "authentication-mismatch": "authtype_mismatch",
  "authentication-failed": "auth_failure",
  replayed: "auth_failure",
  "trailer-missing": "auth_ext_missing",
  "trailer-malformed": "auth_ext_malformed",
  "trailer-stale": "auth_ext_stale",
  "trailer-unknown-key": "auth_ext_unknown_key",
  "trailer-wrong": "auth_ext_invalid_hmac",
  "trailer-replayed": "auth_ext_replay",
  "interval-mismatch": "advert_interval_err",
  "interval-zero": "advert_interval_err",
  "multicast-on-unicast": "unicast_err",
  "unicast-on-multicast": "unicast_err",
  "other-group": "addr_list_err",
  "unknown-peer": "unicast_err",
  "zero-addresses": "addr_list_err",
  "address-list": "addr_list_err",
  "own-address": "own_addr_err",
  "owner-ignores": "owner_ignored",
};

/** Every reason, for tables and tests. */
export const REJECTION_KINDS = Object.keys(COUNTERS) as readonly RejectionKind[];

const REJECTIONS: ReadonlyMap<RejectionKind, Rejection> = new Map(
  REJECTION_KINDS.map((kind) => [kind, Object.freeze({ kind, counter: COUNTERS[kind] })]),
);

/** The one object of this reason. */
export function rejection(kind: RejectionKind): Rejection {
  return REJECTIONS.get(kind) ?? { kind, counter: COUNTERS[kind] };
}
