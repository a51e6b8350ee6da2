// Addresses in answers and payloads: API addresses below /api/v3 (GitHub Enterprise style), pages below the host.

import { fullName } from "../state/state.ts";
import type { Issue, Repository } from "../state/rows.ts";

export interface Urls {
  /** Scheme, host and port, without a slash at the end. */
  readonly html: string;
  readonly api: string;
}

export function makeUrls(base: string): Urls {
  return { html: base, api: `${base}/api/v3` };
}

export function repositoryApi(urls: Urls, repository: Repository): string {
  return `${urls.api}/repos/${fullName(repository)}`;
}

export function repositoryPage(urls: Urls, repository: Repository): string {
  return `${urls.html}/${fullName(repository)}`;
}

export function issuePage(urls: Urls, issue: Issue): string {
  const kind = issue.pull === null ? "issues" : "pull";
  return `${repositoryPage(urls, issue.repository)}/${kind}/${issue.number}`;
}

/** Opaque global id; GraphQL takes it back. */
export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(String(id)).toString("base64url")}`;
}

/** The database id in a node id of that kind, or undefined. */
export function databaseId(kind: string, node: string): number | undefined {
  const [prefix, encoded = ""] = node.split("_");
  const id = Number(Buffer.from(encoded, "base64url").toString("utf8"));
  return prefix === kind && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
