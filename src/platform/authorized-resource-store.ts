// A store that does only what its caller may do. In-process controllers that act as a ServiceAccount get this one,
// so that they have exactly the rights that the same code has on a cluster.
import type { Kind } from "../resources/kind.ts";
import type { ObjectKey } from "../resources/object-meta.ts";
import { PlatformError } from "./errors.ts";
import type { Authorizer, Caller } from "./identity.ts";
import type { ResourceStore } from "./resource-store.ts";

interface Action {
  readonly verb: string;
  readonly kind: Kind;
  readonly subresource?: string;
  readonly namespace: string;
  readonly name?: string;
}

/** The store, with every call refused as Forbidden unless the authorizer allows it to the caller. */
export function authorizedStore(
  store: ResourceStore,
  authorizer: Authorizer,
  caller: Pick<Caller, "user" | "groups">,
  /** What an update of the store is to the caller: a client that patches needs the right to patch, and no more. */
  updateVerb: "update" | "patch" = "update",
): ResourceStore {
  const check = (action: Action): Promise<void> => checkAccess(authorizer, caller, action);
  return {
    async get(kind, key) {
      await check({ verb: "get", kind, ...key });
      return await store.get(kind, key);
    },
    async list(kind, options) {
      await check({ verb: "list", kind, namespace: options?.namespace ?? "" });
      return await store.list(kind, options);
    },
    async *watch(kind, options) {
      await check({ verb: "watch", kind, namespace: options.namespace ?? "" });
      yield* store.watch(kind, options);
    },
    async create(kind, object) {
      // The name is not looked at: Kubernetes cannot restrict `create` by resourceNames either.
      await check({ verb: "create", kind, namespace: object.metadata.namespace ?? "" });
      return await store.create(kind, object);
    },
    async update(kind, object) {
      await check({ verb: updateVerb, kind, ...identityOf(object.metadata) });
      return await store.update(kind, object);
    },
    async updateStatus(kind, object) {
      await check({ verb: "update", kind, subresource: "status", ...identityOf(object.metadata) });
      return await store.updateStatus(kind, object);
    },
    async delete(kind, key, options) {
      await check({ verb: "delete", kind, ...key });
      await store.delete(kind, key, options);
    },
  };
}

/** Throws Forbidden with Kubernetes' sentence unless the action is allowed. */
async function checkAccess(
  authorizer: Authorizer,
  caller: Pick<Caller, "user" | "groups">,
  action: Action,
): Promise<void> {
  const { verb, kind, subresource, namespace, name } = action;
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  const decision = await authorizer.authorize({
    user: caller.user,
    groups: caller.groups,
    verb,
    group: kind.group,
    resource,
    namespace,
    ...(name !== undefined && { name }),
  });
  if (decision.allowed) return;
  throw new PlatformError({
    code: "Forbidden",
    message: forbiddenMessage({
      group: kind.group,
      resource: kind.plural,
      reason: decision.reason,
      ...(name !== undefined && { name }),
    }),
  });
}

/** The message of a Forbidden refusal, as Kubernetes writes it: `pods "x" is forbidden: User …`. */
export function forbiddenMessage(refused: {
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
  readonly reason: string;
}): string {
  const resource = refused.group === "" ? refused.resource : `${refused.resource}.${refused.group}`;
  const name = refused.name === undefined ? "" : ` ${JSON.stringify(refused.name)}`;
  return `${resource}${name} is forbidden: ${refused.reason}`;
}

function identityOf(metadata: { readonly namespace?: string; readonly name: string }): ObjectKey {
  return { namespace: metadata.namespace ?? "", name: metadata.name };
}
