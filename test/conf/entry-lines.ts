/** Lines of lists with what may be wrong in them, one fault each where it can be. */
export const entryLines: Readonly<Record<"routes" | "rules" | "addresses", readonly string[]>> = {
  routes: `
    10.0.0.0/8 dev eth0 metric abc
    10.0.0.0/8 dev eth0 metric -1
    10.0.0.0/8 dev eth0 metric 5000000000
    10.0.0.0/8 dev eth0 metric 0x10
    10.0.0.0/8 dev eth0 hoplimit 300
    10.0.0.0/8 dev eth0 mtu lock
    10.0.0.0/8 dev eth0 mtu lock x
    10.0.0.0/8 dev eth0 quickack 2
    10.0.0.0/8 dev eth0 fastopen_no_cookie yes
    10.0.0.0/8 dev eth0 rtt x
    10.0.0.0/8 dev eth0 rtt 300
    10.0.0.0/8 dev eth0 rtt 5x
    10.0.0.0/8 dev eth0 rtt 5sex
    10.0.0.0/8 dev eth0 rtt 1.5s
    10.0.0.0/8 dev eth0 rtt 1e3
    10.0.0.0/8 dev eth0 rtt 1e3s
    10.0.0.0/8 dev eth0 rtt 999s
    10.0.0.0/8 dev eth0 rttvar -5
    10.0.0.0/8 dev eth0 rto_min 9999999
    10.0.0.0/8 dev eth9
    10.0.0.0/8 dev averyveryverylongname
    10.0.0.0/8 via 10.1.1.1/8 dev eth0
    10.0.0.0/8 via fe80::1 dev eth0
    10.0.0.0/8 src fe80::1 dev eth0
    10.0.0.0/8 src bad dev eth0
    10.0.0.0/8 from 10.0.0.0/8 dev eth0
    2001:db8::/32 from 10.0.0.0/8 dev eth0
    2001:db8::/32 from x dev eth0
    10.0.0.0/8 pref high dev eth0
    10.0.0.0/8 expires 5 dev eth0
    2001:db8::/32 realms 4 dev eth0
    2001:db8::/32 pref x dev eth0
    2001:db8::/32 pref 256 dev eth0
    10.0.0.0/8 features foo dev eth0
    10.0.0.0/8 ttl-propagate foo dev eth0
    10.0.0.0/8 encap dev eth0
    10.0.0.0/8 dev eth0 encap
    10.0.0.0/8 dev eth0 encap foo
    10.0.0.0/8 dev eth0 encap ip
    10.0.0.0/8 dev eth0 encap ip tos 3
    10.0.0.0/8 dev eth0 encap ip id 5 foo
    10.0.0.0/8 dev eth0 table foo
    10.0.0.0/8 dev eth0 table 99999999999
    10.0.0.0/8 dev eth0 table main
    10.0.0.0/8 dev eth0 scope foo
    10.0.0.0/8 dev eth0 scope 256
    10.0.0.0/8 dev eth0 protocol foo
    10.0.0.0/8 dev eth0 protocol static
    10.0.0.0/8 dev eth0 protocol 18
    10.0.0.0/8 dev eth0 protocol static no_track
    10.0.0.0/8 dev eth0 realms 300
    10.0.0.0/8 dev eth0 realms 3/foo
    10.0.0.0/8 dev eth0 realms cosmos
    10.0.0.0/8 dev eth0 tos 256
    10.0.0.0/8 dev eth0 tos AF11
    10.0.0.0/8 via 10.1.1.1 or 10.1.1.2 dev eth0
    10.0.0.0/8 via 10.1.1.1 or x dev eth0
    10.0.0.0/8 via 10.1.1.1 or 10.1.1.2 or 10.1.1.3 dev eth0
    10.0.0.0/8 or 10.1.1.2 dev eth0
    10.0.0.0/8 nexthop via 10.1.1.1 weight 0
    10.0.0.0/8 nexthop via 10.1.1.1 weight 257 nexthop via 10.1.1.2
    10.0.0.0/8 nexthop via fe80::1
    10.0.0.0/8 nexthop via inet6 fe80::1
    10.0.0.0/8 nexthop via x
    10.0.0.0/8 nexthop via 10.1.1.1 dev eth9
    10.0.0.0/8 nexthop via 10.1.1.1 foo
    10.0.0.0/8 nexthop via 10.1.1.1 no_track
    10.0.0.0/8 nexthop via 10.1.1.1 oif eth0
    10.0.0.0/8 no_track nexthop via 10.1.1.1
    10.0.0.0/8 dev eth0 nexthop via 10.1.1.1
    10.0.0.0/8 via 10.1.1.1 or 10.1.1.2 nexthop via 10.1.1.3
    10.0.0.0/8 nexthop
    10.0.0.0/8 nexthop via
    10.0.0.0/8 nexthop realms foo
    10.0.0.0/8 nexthop as to 10.1.1.1
    10.0.0.0/8 dev eth0 track_group G
    10.0.0.0/8 dev eth0 vrf red
    10.0.0.0/8 dev eth0 vrf eth1
    10.0.0.0/8 dev eth0 as 1.1.1.1
    10.0.0.0/8 dev eth0 as to
    10.0.0.0/8 10.1.0.0/16 dev eth0
    10.0.0.0/8 100 10.1.0.0/16 dev eth0
    100 10.1.0.0/16 dev eth0
    7 10.1.0.0/16 no_track
    blackhole 10.1.0.0/16 no_track
    to blackhole 10.1.0.0/16 no_track
    blackhole to 10.1.0.0/16 no_track
    blackhole
    to
    inet
    inet 10.0.0.0/8 dev eth0
    inet to 10.0.0.0/8 dev eth0
    inet6 to 10.0.0.0/8 dev eth0
    10.0.0.0/8 inet6 dev eth0
    10.0.0.0/8 inet foo dev eth0
    inet6 default via fe80::1 dev eth0
    inet6 to default via fe80::1 dev eth0
    default via fe80::1 dev eth0
    default6 via fe80::1 dev eth0
    default6 via 10.1.1.1 dev eth0
    src 10.1.1.1 default dev eth0
    default dev eth0
    default metric 3
    10.0.0.0/33 dev eth0
    10.0.0.0/x dev eth0
    10.0.0/8 dev eth0
    10.0.0.0/8 via inet6 fe80::1 dev eth0
    10.0.0.0/8 via inet 10.1.1.1 dev eth0
    2001:DB8::/32
    2001:db8:0::/32 metric 5
    10.0.0.0 metric 5
    10.0.0.0/8 group 5 dev eth0
    10.0.0.0/8 congctl lock dev eth0
`
    .trim()
    .split(/\n */),
  rules: `
    from 10.0.0.0/8 table 100 preference abc
    from 10.0.0.0/8 table 100 preference -1
    from 10.0.0.0/8 table 100 preference 5000000000
    from 10.0.0.0/8 table 100 preference 0x10
    from 10.0.0.0/8 table 0 preference 1
    from 10.0.0.0/8 table foo preference 1
    from 10.0.0.0/8 table 100 blackhole preference 1
    from 10.0.0.0/8 table 100 table 101 preference 1
    from 10.0.0.0/8 blackhole nop preference 1
    from 10.0.0.0/8 l3mdev table 100 preference 1
    from 10.0.0.0/8 table 100 l3mdev preference 1
    from 10.0.0.0/8 unicast preference 1
    from 10.0.0.0/8 6 preference 1
    from 10.0.0.0/8 type 6 preference 1
    from 10.0.0.0/8 type foo preference 1
    from 10.0.0.0/8 type table 100 preference 1
    from 10.0.0.0/8 foo preference 1
    from 10.0.0.0/8 preference 1
    from 10.0.0.0/8
    from 10.0.0.0/8 goto 5
    from 10.0.0.0/8 goto 5 preference 6
    from 10.0.0.0/8 goto x preference 6
    from 10.0.0.0/8 goto -1 preference 6
    from 10.0.0.0/8 goto 5 preference 5
    from 10.0.0.0/8 table 5 tos 256 preference 5
    from 10.0.0.0/8 table 5 tos foo preference 5
    from 10.0.0.0/8 table 5 fwmark x preference 5
    from 10.0.0.0/8 table 5 fwmark 5/ preference 5
    from 10.0.0.0/8 table 5 fwmark -5 preference 5
    from 10.0.0.0/8 table 5 fwmark 5/x preference 5
    from 10.0.0.0/8 table 5 fwmark 5000000000 preference 5
    from 10.0.0.0/8 table 5 realms foo preference 5
    from 2001:db8::/32 table 5 realms 5 preference 5
    from 10.0.0.0/8 blackhole realms 5 preference 5
    from 10.0.0.0/8 table 5 suppress_prefixlength x preference 5
    from 10.0.0.0/8 table 5 suppress_prefixlength 3000000000 preference 5
    from 10.0.0.0/8 blackhole suppress_prefixlength 3 preference 5
    from 10.0.0.0/8 table 5 suppress_ifgroup foo preference 5
    from 10.0.0.0/8 table 5 sup_group 5 preference 5
    from 10.0.0.0/8 table 5 iif eth9 preference 5
    from 10.0.0.0/8 table 5 oif eth9 preference 5
    from 10.0.0.0/8 table 5 tunnel-id x preference 5
    from 10.0.0.0/8 table 5 tunnel-id 99999999999999999999 preference 5
    from 10.0.0.0/8 table 5 tunnel-id 9999999999 preference 5
    from 10.0.0.0/8 table 5 uidrange 5 preference 5
    from 10.0.0.0/8 table 5 uidrange 9-5 preference 5
    from 10.0.0.0/8 table 5 uidrange x preference 5
    from 10.0.0.0/8 table 5 protocol static preference 5
    from 10.0.0.0/8 table 5 protocol 4 preference 5
    from 10.0.0.0/8 table 5 protocol 4 preference 5 no_track
    from 10.0.0.0/8 table 5 protocol 256 preference 5 no_track
    from 10.0.0.0/8 table 5 ipproto foo preference 5
    from 10.0.0.0/8 table 5 ipproto 132 preference 5
    from 10.0.0.0/8 table 5 ipproto 17 preference 5
    from 10.0.0.0/8 table 5 sport 80 preference 5
    from 10.0.0.0/8 table 5 sport x preference 5
    from 10.0.0.0/8 table 5 dport 80-x preference 5
    from 10.0.0.0/8 table 5 dport 80-90 preference 5
    from 10.0.0.0/8 to 2001:db8::/32 table 5 preference 5
    from 10.0.0.0/8 inet6 table 5 preference 5
    inet6 from 10.0.0.0/8 table 5 preference 5
    inet from 10.0.0.0/8 table 5 preference 5
    inet table 5 preference 5
    inet6 table 5 preference 5
    table 5 preference 5 inet6
    inet6 inet6 table 5 preference 5
    from all inet6 table 5 preference 5
    from any to 2001:db8::/32 table 5 preference 5
    from default6 table 5 preference 5
    to default table 5 preference 5
    from 10.0.0.0/8 table 5 preference 5 track_group G
    from 10.0.0.0/8 table
    from 10.0.0.0/33 table 5 preference 5
    from x table 5 preference 5
    from 10.0.0.0/8 table 5 lock
    l3mdev preference 5
    not l3mdev preference 5
`
    .trim()
    .split(/\n */),
  addresses: `
    192.0.2.9/24 bogus
    192.0.2.9/24 bogus dev eth1
    192.0.2.9/24 dev
    192.0.2.9/24 dev eth9
    192.0.2.9/24 dev eth1 dev eth0
    192.0.2.9/24 dev averyveryverylongname
    192.0.2.9/24 scope foo
    192.0.2.9/24 scope
    192.0.2.9/24 scope 256
    192.0.2.9/24 scope 0x10
    192.0.2.9/24 scope nowhere
    192.0.2.9/24 brd foo
    192.0.2.9/24 brd
    192.0.2.9/24 broadcast
    192.0.2.9/24 brd fe80::1
    192.0.2.9/32 brd +
    192.0.2.9/31 brd -
    192.0.2.9/32 brd 192.0.2.255
    192.0.2.9/24 label eth0:twelvechars
    192.0.2.9/24 label
    192.0.2.9/24 peer 10.0.0.1/30
    192.0.2.9 peer 10.0.0.1/30
    192.0.2.9 peer 10.0.0.1
    192.0.2.9/24 peer 10.0.0.1
    192.0.2.9/32 peer 10.0.0.1
    192.0.2.9 peer fe80::1
    192.0.2.9 peer x
    192.0.2.9 peer
    192.0.2.9 peer 10.0.0.1 peer 10.0.0.2
    192.0.2.9/24 peer 10.0.0.1 brd +
    192.0.2.9/24 brd 10.0.0.255 peer 10.0.0.1
    2001:db8::1/64 scope link
    2001:db8::1/64 scope global
    2001:db8::1/64 label foo
    2001:db8::1/64 label eth0:twelvechars
    2001:db8::1/64 brd +
    2001:db8::1/64 brd
    2001:db8::1/64 peer fe80::1
    2001:db8::1 peer 10.0.0.1
    192.0.2.9/24 preferred_lft x
    192.0.2.9/24 preferred_lft -1
    192.0.2.9/24 preferred_lft 5000000000
    192.0.2.9/24 preferred_lft
    192.0.2.9/24 preferred_lft 0x10
    192.0.2.9/24 track_group G
    192.0.2.9/24 use_vmac
    192.0.2.9/24 home -nodad mngtmpaddr noprefixroute no_track
    192.0.2.9/24 nodad
    192.0.2.9/33
    x
`
    .trim()
    .split(/\n */),
};
