// What a cluster must serve before the controller can do anything: our kinds and Argo's. What is missing, or forbidden, is said
// with the command that mends it; then the program ends, and the kubelet starts it again.
import { hasCode, PlatformError } from "../../platform/errors.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import { apiVersionOf, type Kind } from "../../resources/kind.ts";

const OURS = "kubectl apply --server-side -f charts/runyard/crds (helm installs CRDs only once and never renews them)";
const ARGO = "install Argo Workflows 3.7 or newer; docs/guides/cluster.md has the commands and the settings";

const REQUIRED: readonly (readonly [kind: Kind, fix: string])[] = [
  [CODE_RUN, OURS],
  [DOCS_RUN, OURS],
  [WORKFLOW, ARGO],
];

/** NotFound or Forbidden, naming the kind, the namespace and the fix. */
export async function requireServedKinds(store: ResourceReader, namespace: string): Promise<void> {
  for (const [kind, fix] of REQUIRED) await requireServed(store, { kind, namespace, fix });
}

interface Requirement {
  readonly kind: Kind;
  readonly namespace: string;
  readonly fix: string;
}

async function requireServed(store: ResourceReader, { kind, namespace, fix }: Requirement): Promise<void> {
  const name = `${kind.plural}.${apiVersionOf(kind)}`;
  try {
    await store.list(kind, { namespace, limit: 1 });
  } catch (error) {
    if (hasCode(error, "NotFound")) throw refusal(error, "NotFound", `this cluster does not serve ${name}`, fix);
    if (!hasCode(error, "Forbidden")) throw error;
    const hint = "install the whole chart: its Role and RoleBinding runyard-controller are missing or were changed";
    throw refusal(error, "Forbidden", `this account may not list ${name} in the namespace ${namespace}`, hint);
  }
}

function refusal(cause: unknown, code: "NotFound" | "Forbidden", message: string, hint: string): PlatformError {
  return new PlatformError({ code, message, hint, cause });
}
