// Answers "may this caller do this?" from the Roles and bindings in the store, kept current by watches.
import {
  type AccessDecision,
  type AccessPolicy,
  type AccessSubject,
  decideAccess,
  decidePathAccess,
  type GrantedRule,
  type PathAccess,
  rulesFor,
} from "../resources/access-decision.ts";
import type { Kind } from "../resources/kind.ts";
import { type KubernetesObject, keyOf } from "../resources/object-meta.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from "../resources/rbac.ts";
import type { Clock } from "../platform/clock.ts";
import { hasCode } from "../platform/errors.ts";
import type { Authorizer } from "../platform/identity.ts";
import type { Log } from "../platform/log.ts";
import type { ResourceList, ResourceReader } from "../platform/resource-store.ts";

/** What the API asks beyond single resources. */
export interface ApiAuthorizer extends Authorizer {
  authorizePath(request: PathAccess): Promise<AccessDecision>;
  /** The rules that apply to a caller in a namespace, for SelfSubjectRulesReview. */
  rules(subject: AccessSubject, namespace: string): Promise<readonly GrantedRule[]>;
}

export interface RoleAuthorizer extends ApiAuthorizer {
  /** Ends the watches. */
  close(): Promise<void>;
}

const RELIST_PAUSE_MS = 1000;

/**
 * Reads the roles of the store, or fails, and follows their changes. A change takes effect a moment after its write, as on a
 * cluster. While the store cannot be read, the last known roles hold.
 */
export async function startRoleAuthorizer(options: {
  readonly store: ResourceReader;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<RoleAuthorizer> {
  const ending = new AbortController();
  const read = async <T extends KubernetesObject>(kind: Kind<T>) => ({ kind, list: await options.store.list(kind) });
  const known = await Promise.all([read(ROLE), read(ROLE_BINDING), read(CLUSTER_ROLE), read(CLUSTER_ROLE_BINDING)]);
  const follow = <T extends KubernetesObject>({ kind, list }: KnownKind<T>): Followed<T> =>
    followKind({ ...options, kind, signal: ending.signal }, list);
  const roles = follow(known[0]);
  const roleBindings = follow(known[1]);
  const clusterRoles = follow(known[2]);
  const clusterRoleBindings = follow(known[3]);
  const all = [roles, roleBindings, clusterRoles, clusterRoleBindings];
  const policy = (): AccessPolicy => ({
    roles: roles.objects(),
    roleBindings: roleBindings.objects(),
    clusterRoles: clusterRoles.objects(),
    clusterRoleBindings: clusterRoleBindings.objects(),
  });
  return {
    authorize: async (request) => decideAccess(request, policy()),
    authorizePath: async (request) => decidePathAccess(request, policy()),
    rules: async (subject, namespace) => rulesFor(subject, namespace, policy()),
    async close() {
      ending.abort();
      await Promise.all(all.map((followed) => followed.ended));
    },
  };
}

interface KnownKind<T extends KubernetesObject> {
  readonly kind: Kind<T>;
  readonly list: ResourceList<T>;
}

interface Followed<T> {
  objects(): readonly T[];
  readonly ended: Promise<void>;
}

interface FollowOptions<T extends KubernetesObject> {
  readonly store: ResourceReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly kind: Kind<T>;
  readonly signal: AbortSignal;
}

function followKind<T extends KubernetesObject>(options: FollowOptions<T>, first: ResourceList<T>): Followed<T> {
  const { store, clock, log, kind, signal } = options;
  let known = byKey(first);
  const ended = (async () => {
    for (let list: ResourceList<T> | undefined = first; !signal.aborted;) {
      try {
        list ??= await store.list(kind);
        known = byKey(list);
        await followFrom(list.resourceVersion, known, options);
      } catch (error) {
        // An expired watch is the ordinary reason to list again; anything else is told, and tried again after a pause.
        if (!signal.aborted && !(list !== undefined && hasCode(error, "Expired")))
          log.write("warn", "roles cannot be followed; the last known ones hold", {
            kind: kind.kind,
            error: String(error),
          });
      }
      list = undefined;
      await clock.sleep(RELIST_PAUSE_MS, signal).catch(() => undefined);
    }
  })();
  return { objects: () => [...known.values()], ended };
}

async function followFrom<T extends KubernetesObject>(
  resourceVersion: string,
  objects: Map<string, T>,
  { store, kind, signal }: FollowOptions<T>,
): Promise<void> {
  for await (const event of store.watch(kind, { resourceVersion, signal })) {
    if (event.type === "DELETED") objects.delete(textKey(event.object));
    else if (event.type !== "BOOKMARK") objects.set(textKey(event.object), event.object);
  }
}

function byKey<T extends KubernetesObject>({ items }: ResourceList<T>): Map<string, T> {
  return new Map(items.map((item) => [textKey(item), item]));
}

function textKey(object: KubernetesObject): string {
  const { namespace, name } = keyOf(object);
  return `${namespace}/${name}`;
}
