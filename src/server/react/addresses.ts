import { lookup as lookUp } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

/**
 * Addresses that are not on the internet: this machine, its networks, and what clouds answer on (IANA's special-purpose
 * registries, RFC 6890). Who may submit work must not reach them through the server (server-side request forgery).
 */
const PRIVATE = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  PRIVATE.addSubnet(net, prefix, "ipv4");
}

/** Of IPv6 only what is given out for the internet, without the parts of it that stand for IPv4 or for examples. */
const GLOBAL_V6 = new BlockList();
GLOBAL_V6.addSubnet("2000::", 3, "ipv6");
const SPECIAL_V6 = new BlockList();
for (const [net, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  SPECIAL_V6.addSubnet(net, prefix, "ipv6");
}

/** True for an address on the internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !PRIVATE.check(address, "ipv4");
    case 6:
      return GLOBAL_V6.check(address, "ipv6") && !SPECIAL_V6.check(address, "ipv6");
    default:
      return false;
  }
}

/** True when an administrator's list names the host: `host`, `host:port`, or `*` for any. */
export function isListed(hosts: readonly string[], { hostname, port }: { hostname: string; port: string }): boolean {
  const names = new Set([hostname, `${hostname}:${port}`].map((name) => name.toLowerCase()));
  return hosts.some((host) => host === "*" || names.has(host.toLowerCase()));
}

/**
 * The address to connect to. Looked up once and used as it was checked, so that a name cannot be public when it is
 * looked at and private when it is used. Throws with a reason when there is none that is allowed.
 */
export async function addressFor(url: URL, hosts: readonly string[]): Promise<{ address: string; family: number }> {
  const hostname = url.hostname.replaceAll(/^\[|\]$/g, "");
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const isAllowed = isListed(hosts, { hostname, port });
  const found =
    isIP(hostname) === 0 ? await lookUp(hostname, { all: true }) : [{ address: hostname, family: isIP(hostname) }];
  const usable = isAllowed ? found : found.filter(({ address }) => isPublicAddress(address));
  const [first] = usable;
  if (first !== undefined) return first;
  throw new Error(
    `${hostname} is not on the internet (${found.map(({ address }) => address).join(", ")}), and the server's --webhook-hosts does not name it`,
  );
}
