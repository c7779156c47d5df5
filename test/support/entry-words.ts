/** What the other tests of the kernel's state leave out; some of it the kernel, or keepalived, refuses. */
export const ROUTES = `
  blackhole 10.61.0.0/24
  unreachable 10.61.1.0/24 metric 5
  prohibit 10.61.2.0/24 table 300
  throw 10.61.3.0/24 table 300
  broadcast 10.61.6.255 dev eth0 scope link
  brd 10.61.7.255 dev eth0 scope link
  unicast 10.61.9.0/24 dev eth0
  multicast 239.1.1.0/24 dev eth0
  7 10.61.10.0/24 no_track
  to 10.61.11.0/24 oif eth0
  10.61.12.0/24 gw 10.77.0.254 dev eth0
  10.61.13.0/24 via inet 10.77.0.254 priority 9
  10.61.14.0/24 via 10.77.0.254 preference 10
  10.61.15.0/24 via 192.0.2.1 dev eth0 onlink
  10.61.16.0/24 via 10.77.0.254 dsfield 0x10
  10.61.18.0/24 via 10.77.0.254 table local
  10.61.19.0/24 via 10.77.0.254 table default
  10.61.20.0/24 via 10.77.0.254 table 4000000000
  10.61.21.0/24 dev eth0 scope host
  10.61.23.0/24 dev eth0 scope 99
  10.61.26.0/24 dev eth0 protocol 77
  10.61.27.0/24 dev eth0 protocol zebra no_track
  10.61.28.0/24 dev eth0 fastopen_no_cookie 1
  10.61.30.0/24 dev eth0 as to 10.1.1.1
  10.61.32.0/24 via 10.77.0.254 or 10.77.0.253
  10.61.33.0/24 dev eth0 add
  10.61.34.0/24 via 10.77.0.1 dev eth0 append
  10.61.34.0/24 via 10.77.0.2 dev eth0 append
  10.61.35.0/24 via 10.77.0.1 dev eth0 prepend
  10.61.35.0/24 via 10.77.0.3 dev eth0 prepend
  10.61.36.0/24 dev eth0 quickack 0
  10.61.38.0/24 dev eth0 advmss lock 1300
  10.61.39.0/24 dev eth0 rtt 300
  10.61.41.0/24 dev eth0 rttvar lock 1s
  10.61.42.0/24 dev eth0 reordering lock 5
  10.61.43.0/24 dev eth0 cwnd lock 5
  10.61.44.0/24 dev eth0 ssthresh lock 5
  10.61.45.0/24 dev eth0 rto_min lock 1s
  10.61.46.0/24 dev eth0 congctl lock reno
  10.61.47.0/24 dev eth0 realms 5
  default via 10.77.0.254 metric 5
  any via 10.77.0.254 metric 6
  0.0.0.0/0 via 10.77.0.254 metric 8
  10.62.0.0/24 nexthop via 10.77.0.1 dev eth0 weight 256 nexthop via inet 10.77.0.3 dev eth0 weight 3
  10.62.1.0/24 nexthop via 192.0.2.1 dev eth0 onlink nexthop via 10.77.0.3 realms 3
  10.62.2.0/24 metric 30 nexthop dev eth0 nexthop dev eth1
  10.62.3.0/24 nexthop via 10.77.0.1 dev eth0 nexthop via fe80::1
  10.79.0.0/24 encap ip id 5 dst 192.0.2.9 src 192.0.2.8 tos 4 ttl 3 flags 1 dev eth0
  10.79.1.0/24 encap ip6 id 5 dst 2001:db8::9 hoplimit 4 dev eth0
  2001:db8:61::/48 via fe80::1 dev eth0 expires 600
  blackhole 2001:db8:63::/48
  prohibit 2001:db8:65::/48 table 300
  throw 2001:db8:66::/48 table 300
  local 2001:db8:67::1 dev eth0
  anycast 2001:db8:68::1 dev eth0
  multicast ff08::/16 dev eth0
  2001:db8:6b::/48 via inet6 fe80::2 dev eth0
  2001:db8:6c::/48 via 2001:db8:99::1 dev eth0 onlink
  2001:db8:6d::/48 dev eth0 pref low
  2001:db8:70::/48 dev eth0 mtu lock 1300 hoplimit 7 advmss 1000
  2001:db8:72::/48 dev eth0 from 2001:db8:1::/48
  2001:db8:75::/48 nexthop via fe80::3 dev eth0 weight 3 nexthop via fe80::4 dev eth0
  2001:db8:7b::/48 via fe80::1 dev eth0 append
  2001:db8:7b::/48 via fe80::2 dev eth0 append
  2001:db8:79::/48 encap ip6 id 5 dst 2001:db8::9 via fe80::1 dev eth0
  default6 via fe80::9 dev eth0 metric 7
  ::/0 via fe80::4 dev eth0 metric 10
`;
/** Dropped by both, each for another reason. */
export const NO_ROUTES = `
  10.90.0.0/24 dev eth0 table nowhere
  10.90.1.0/24 dev eth0 vrf red
  10.90.2.0/24 dev eth0 expires 100
  10.90.3.0/24 dev eth0 tos nothing
  10.90.4.0/24 via 10.77.0.254/16 dev eth0
  10.90.5.0/24 dev eth0 realms 1000
  10.90.6.0/24 via fe80::1 dev eth0
  10.90.7.0/24 through 10.77.0.254
  to unreachable 10.90.8.0/24
  10.90.9.0/24 dev eth0 encap mpls 100
  2001:db8:90::/48 dev eth0 realms 4
`;
const RULES = `
  from 10.1.0.0/24 lookup 200 preference 100
  from 10.1.1.0/24 table 4000000000 order 101
  from 10.1.2.0/24 lookup local priority 102
  from all to 10.1.3.0/24 lookup default preference 103
  dev eth0 lookup 200 preference 105
  oif eth1 lookup 200 preference 106
  fwmark 5/7 goto 32000 preference 110
  from 10.1.4.0/24 goto 32766 preference 111
  from 10.1.6.0/24 nop preference 113
  from 10.1.7.0/24 type nop preference 114
  from 10.1.9.0/24 type prohibit preference 116
  from 10.1.10.0/24 unreachable preference 117
  from 10.1.10.0/24 8 preference 118
  l3mdev preference 119
  tunnel-id 77 lookup 200 preference 120
  ipproto udp lookup 200 preference 123
  ipproto tcp sport 80 lookup 200 preference 127
  ipproto tcp dport 443-443 lookup 200 preference 128
  lookup main sup_pl 8 preference 131
  lookup main suppress_ifgroup 5 preference 132
  lookup main sup_group default preference 133
  tos 0x10 lookup 200 preference 135
  dsfield 8 lookup 200 preference 136
  realms 3/4 from 10.1.12.0/24 lookup 200 preference 137
  from 10.1.14.0/24 lookup 200 protocol 4 preference 139
  from 10.1.15.0/24 lookup 200 protocol 4 no_track preference 140
  from any to default lookup 200 preference 144
  from 10.1.20.0/24 lookup 200 preference 0x200
  lookup 200 preference 145 inet6
  to 2001:db8:5::/48 lookup 200 preference 146
  from 2001:db8:6::/48 iif eth0 uidrange 5-9 ipproto tcp dport 80-81 prohibit preference 147
  from 2001:db8:7::/48 goto 148 preference 147
  fwmark 9 from 2001:db8:8::/48 lookup main suppress_prefixlength 0 preference 148
  from 10.1.18.0/24 lookup 200
  to 10.1.19.1 lookup 200
  from 2001:db8:9::/48 blackhole
`;
const NO_RULES = `
  from 10.91.0.0/24 preference 150
  from 10.91.1.0/24 lookup nowhere preference 151
  from 10.91.2.0/24 goto 20 preference 152
  from 10.91.3.0/24 blackhole suppress_prefixlength 3 preference 153
  from 10.91.4.0/24 lookup 200 nop preference 154
  from 10.91.5.0/24 to 2001:db8::/32 lookup 200 preference 155
  from 10.91.6.0/24 unicast preference 156
  from 10.91.7.0/24 lookup 200 foo preference 157
`;
const ADDRESSES = `
  10.77.0.100/16
  10.77.0.101/16 brd 10.77.255.254
  10.77.0.103/16 broadcast +
  10.77.0.104/32 brd +
  10.77.1.1/24 scope host
  10.77.2.1/24 scope site
  10.77.3.1/24 scope nowhere
  10.77.4.1/24 scope 77
  10.77.7.1/24 label eth0:1
  10.77.8.1/24 label other
  10.77.10.1/24 label eth0:twelvechars
  10.77.11.1/24 home -nodad mngtmpaddr
  10.77.14.1/24 noprefixroute
  10.77.16.1/24 preferred_lft 50
  10.77.17.1/24 nodad
  10.77.18.1/24 netmask dev eth1
  10.77.20.1/24 dev eth1 no_track
  10.77.21.1/31 brd +
  10.77.22.1/24 scope nothing
  10.77.24.1/24 brd all
  10.77.25.1/24 label
  224.1.2.3/32 autojoin
`;
const EXCLUDED = `
  2001:db8:78::1/64
  2001:db8:78::2/64 -nodad
  2001:db8:78::3/64 home
  2001:db8:78::4/64 mngtmpaddr
  2001:db8:78::7/64 preferred_lft 5000
  2001:db8:78::8/64 preferred_lft 0
  2001:db8:78::a
  2001:db8:78::c/64 scope link
  2001:db8:78::e/64 label foo
  2001:db8:78::f/64 brd +
  2001:db8:78::10/64 dev eth1
  10.78.0.1/24
  10.78.0.2/24 brd -
  fe80::99/64
  fe80::98
  ff05::99/128 autojoin
`;
const STATICS = `
static_ipaddress {
  10.9.0.1/24
  10.9.1.1/24 dev eth0 scope link
  2001:db8:9::1/64
  10.9.4.1/24 dev eth1 peer 10.9.5.1/30
  10.9.7.1/32 use_vmac
}
static_routes {
  10.51.0.0/24 dev eth1 track_group G
  unreachable 10.52.0.0/24 track_group H
  2001:db8:51::/48 via fe80::7 dev eth1 metric 9
}
static_rules {
  iif eth1 lookup 100 track_group G
  from 2001:db8:52::/48 lookup 100 preference 90
}
`;
/** A master with all of them. */
export const DAEMON = `global_defs {
  default_interface eth1
}
track_group G {
  group {
    V1
  }
}
${STATICS}
vrrp_instance V1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress {${ADDRESSES}}
  virtual_ipaddress_excluded {${EXCLUDED}}
  virtual_routes {${ROUTES}${NO_ROUTES}}
  virtual_rules {${RULES}${NO_RULES}}
}
`;
/** One word of many lines changed; what keepalived does not do at a reload is in the second test. */
export const CHANGES: readonly (readonly [string, string])[] = [
  ["10.61.38.0/24 dev eth0 advmss lock 1300", "10.61.38.0/24 dev eth0 advmss 1301"],
  ["realms 5\n", "realms 6\n"],
  ["expires 600", "expires 900"],
  ["pref low", "pref high"],
  ["hoplimit 7", "hoplimit 8"],
  ["weight 3 nexthop via fe80::4", "weight 5 nexthop via fe80::4"],
  ["fwmark 5/7 goto 32000", "fwmark 6/7 goto 32000"],
  ["from 10.1.6.0/24 nop", "from 10.1.61.0/24 nop"],
  ["sup_pl 8", "sup_pl 9"],
  ["tos 0x10 lookup 200", "tos 0x10 lookup 201"],
  ["dport 80-81 prohibit", "dport 80-82 unreachable"],
  ["label eth0:1\n", "label eth0:2\n"],
  ["scope 77", "scope 78"],
  ["10.77.20.1/24 dev eth1", "10.77.20.1/24"],
  ["2001:db8:78::1/64", "2001:db8:78::1/65"],
  ["10.9.0.1/24", "10.9.0.1/24 label eth1:s"],
  ["10.51.0.0/24 dev eth1", "10.51.0.0/24 dev eth0"],
];
