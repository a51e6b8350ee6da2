// Which addresses are the public internet. Everything else (this machine, the cluster, the cloud's metadata service) is
// never reached for a run. Source: the special-purpose registries of IANA (RFC 6890 and its updates).
import { BlockList, isIP } from "node:net";

const SPECIAL_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Of IPv6 only 2000::/3 is given out; these parts of it are special, among them the ways to wrap an IPv4 address. */
const SPECIAL_IPV6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

/** True for an address that anybody on the internet can reach. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4().check(address, "ipv4");
    case 6:
      return isGlobalIpv6(address) && !special6().check(address, "ipv6");
    default:
      return false;
  }
}

function isGlobalIpv6(address: string): boolean {
  const list = new BlockList();
  list.addSubnet("2000::", 3, "ipv6");
  return list.check(address, "ipv6");
}

function special4(): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of SPECIAL_IPV4) list.addSubnet(network, prefix, "ipv4");
  return list;
}

function special6(): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of SPECIAL_IPV6) list.addSubnet(network, prefix, "ipv6");
  return list;
}
