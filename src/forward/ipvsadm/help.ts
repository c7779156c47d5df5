/** `ipvsadm -v`, word for word: scripts look for the version in it. */
export const ipvsadmVersion = "ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)";

/** `ipvsadm -h`, after the version line; in our own words. */
export const ipvsadmUsage = `Usage:
  ipvsadm -A|E -t|u|--sctp-service HOST:PORT | -f MARK [-6]
          [-s SCHEDULER] [-p [SECONDS]] [-M NETMASK] [-b FLAGS] [-o] [--pe ENGINE]
  ipvsadm -D SERVICE
  ipvsadm -a|e SERVICE -r HOST[:PORT] [-g|-i|-m] [-w WEIGHT] [-x UPPER] [-y LOWER]
          [--tun-type ipip|gue|gre] [--tun-port PORT] [--tun-nocsum|--tun-csum|--tun-remcsum]
  ipvsadm -d SERVICE -r HOST[:PORT]
  ipvsadm -L|l [SERVICE] [-n] [-c] [--timeout] [--daemon] [--stats] [--rate] [--thresholds]
          [--persistent-conn] [--tun-info] [-X] [--sort] [--nosort]
  ipvsadm -C | -R | -S [-n] | -Z [SERVICE]
  ipvsadm --set TCP TCPFIN UDP
  ipvsadm --start-daemon|--stop-daemon master|backup [--mcast-interface NAME] [--syncid ID]
          [--mcast-group ADDRESS] [--mcast-port PORT] [--mcast-ttl TTL] [--sync-maxlen BYTES]
  ipvsadm -h | -v

The command comes first. No command at all is -L.
`;
