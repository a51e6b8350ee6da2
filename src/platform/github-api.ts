// GitHub's API as Runyard's programs reach it: through the gateway, which adds the credential and checks the role.
// Paths are GitHub's own (`/repos/{owner}/{repo}/…`); answers are parsed by the caller at its edge.

export interface GitHubApi {
  /** GET. Undefined for 404; PlatformError for everything else that is no success. */
  get(path: string): Promise<unknown>;
  /** GET of every page; at most `itemsMax` items (default 1,000), newest-first or not as the route gives them. */
  list(path: string, itemsMax?: number): Promise<readonly unknown[]>;
  /** GET of a text, for example a job's log; at most `bytesMax` from its end. Undefined for 404 and 410. */
  text(path: string, bytesMax: number): Promise<string | undefined>;
  /** A change. The caller looks for its own marker first where an unknown outcome is possible. */
  send(method: "POST" | "PATCH" | "PUT" | "DELETE", path: string, body?: unknown): Promise<unknown>;
  graphql(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
}
