// The metadata of an npm-like registry names the addresses of its packages. A run reaches only the gateway, so those that
// lie at the registry become addresses of the gateway; others are left and stay out of reach.

export interface Rewriting {
  /** Base address of the registry at its upstream, without a slash at the end. */
  readonly upstream: string;
  /** Base address of the same registry at the gateway, as the caller sees it. */
  readonly gateway: string;
}

/** The metadata with every `dist.tarball` below the upstream moved to the gateway. Text that is no JSON stays as it is. */
export function rewritePackageMetadata(text: string, rewriting: Rewriting): string {
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch {
    return text;
  }
  const versions = field(metadata, "versions");
  const changed = [
    move(metadata, rewriting),
    ...Object.values(isRecord(versions) ? versions : {}).map((version) => move(version, rewriting)),
  ];
  return changed.includes(true) ? JSON.stringify(metadata) : text;
}

/** Moves the tarball of one version in place; false: there was nothing to move. */
function move(version: unknown, { upstream, gateway }: Rewriting): boolean {
  const dist = field(version, "dist");
  const tarball = field(dist, "tarball");
  if (!isRecord(dist) || typeof tarball !== "string") return false;
  const path = pathBelow(tarball, upstream);
  if (path === undefined) return false;
  dist["tarball"] = gateway + path;
  return true;
}

/** Registries behind proxies mix http and https of the same host, so only host and path are compared. */
function pathBelow(tarball: string, upstream: string): string | undefined {
  if (!URL.canParse(tarball)) return undefined;
  const address = new URL(tarball);
  const base = new URL(upstream);
  const prefix = base.pathname.replace(/\/$/u, "");
  if (address.host !== base.host || !address.pathname.startsWith(`${prefix}/`)) return undefined;
  return address.pathname.slice(prefix.length) + address.search;
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
