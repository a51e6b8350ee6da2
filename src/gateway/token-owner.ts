// Whose end takes a token of GitHub with it: the run that a call is for, or the step of a workflow that makes it.
import type { ResourceReader } from "../platform/resource-store.ts";
import { CODE_RUN } from "../resources/code-run.ts";
import { DOCS_RUN } from "../resources/docs-run.ts";
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { POD } from "../resources/pod.ts";
import type { CallerContext } from "./callers.ts";
import type { TokenOwner } from "./github-app-tokens.ts";

export function ownerOf(context: CallerContext): TokenOwner {
  const { namespace } = context;
  switch (context.kind) {
    case "run": {
      const { name, uid = "" } = context.object.metadata;
      return { kind: context.object.kind === "DocsRun" ? "DocsRun" : "CodeRun", namespace, name, uid };
    }
    case "workflow":
      return { kind: "Pod", namespace, ...context.pod };
    case "controller":
      return { kind: "Controller", namespace, name: "", uid: "controller" };
  }
}

/** True: the owner has ended, is gone, or another has its name. */
export async function hasOwnerEnded(store: ResourceReader, owner: TokenOwner): Promise<boolean> {
  switch (owner.kind) {
    case "CodeRun":
      return await hasEnded(store, CODE_RUN, owner);
    case "DocsRun":
      return await hasEnded(store, DOCS_RUN, owner);
    case "Pod":
      return await hasEnded(store, POD, owner);
    case "Controller":
      return false;
  }
}

interface Phased extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

async function hasEnded<T extends Phased>(store: ResourceReader, kind: Kind<T>, owner: TokenOwner): Promise<boolean> {
  const found = await store.get(kind, { namespace: owner.namespace, name: owner.name });
  const phase = found?.status?.phase;
  return found?.metadata.uid !== owner.uid || phase === "Succeeded" || phase === "Failed";
}
