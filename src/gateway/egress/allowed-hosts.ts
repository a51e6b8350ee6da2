// The hosts that a run may reach by tunnel, as `egress.allow` of the repository's base branch names them: exact names, or
// a leading `*.` for everything below a name.

/** Most hosts of one run. */
export const ALLOWED_HOSTS_MAX = 100;

/** Annotation on a ConfigMap of the run: JSON list of hosts. */
export const EGRESS_ALLOW = "runyard.dev/egress-allow";

const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/u;

/** The entries of a list, or what is wrong with it. */
export function parseAllowedHosts(value: unknown): readonly string[] | { readonly problem: string } {
  if (!Array.isArray(value)) return { problem: "must be a list of host names" };
  if (value.length > ALLOWED_HOSTS_MAX) return { problem: `more than ${ALLOWED_HOSTS_MAX} hosts` };
  const entries = value.map((entry: unknown) => (typeof entry === "string" ? entry.toLowerCase() : ""));
  const wrong = entries.findIndex((entry) => !NAME.test(entry.replace(/^\*\./u, "")));
  return wrong < 0
    ? entries
    : { problem: `[${wrong}]: ${JSON.stringify(value[wrong])} is no host name (exact, or with a leading "*.")` };
}

export type TunnelDecision =
  | { readonly kind: "open"; readonly host: string; readonly port: number }
  | { readonly kind: "refuse"; readonly message: string };

const AUTHORITY = /^([^:[\]\s/@]+):(\d{1,5})$/u;

/** Decides about the authority of a CONNECT request, `host:port`. A raw address never passes. */
export function decideTunnel(authority: string, allowed: readonly string[]): TunnelDecision {
  const [, rawHost = "", rawPort = ""] = AUTHORITY.exec(authority) ?? [];
  const host = rawHost.toLowerCase().replace(/\.$/u, "");
  const port = Number(rawPort);
  if (!NAME.test(host)) return { kind: "refuse", message: "only host names are reached, as host:port; no addresses" };
  if (port !== 443 && port !== 80) return { kind: "refuse", message: `port ${port}: only 443 and 80 are reached` };
  if (allowed.some((entry) => isMatch(entry, host))) return { kind: "open", host, port };
  return {
    kind: "refuse",
    message: `${host} is not in egress.allow of .runyard.yaml on the base branch; add it there if the run needs it`,
  };
}

function isMatch(entry: string, host: string): boolean {
  return entry.startsWith("*.") ? host.endsWith(entry.slice(1)) && host !== entry.slice(2) : host === entry;
}
