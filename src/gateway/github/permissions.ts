// What an installation token of each role may do: the least that its calls need, always named. Never among them:
// workflows, administration, secrets, members, environments, hooks.
import type { Role } from "../decide-route.ts";

export type Permissions = Readonly<Record<string, "read" | "write">>;

const READS: Permissions = {
  metadata: "read",
  contents: "read",
  pull_requests: "read",
  issues: "read",
  checks: "read",
  statuses: "read",
  actions: "read",
  deployments: "read",
};

/** Undefined: the role gets no token. */
export function permissionsOf(role: Role): Permissions | undefined {
  switch (role) {
    case "prepare":
      return READS;
    case "publish":
      return { ...READS, contents: "write", pull_requests: "write", issues: "write", checks: "write" };
    case "admit":
      return { ...READS, pull_requests: "write", issues: "write" };
    case "controller":
      return { ...READS, pull_requests: "write", issues: "write", checks: "write" };
    case "agent":
    case "verify":
      return undefined;
  }
}

/** For the docs repository of a run, which is only read. */
export const DOCS_PERMISSIONS: Permissions = { metadata: "read", contents: "read" };
