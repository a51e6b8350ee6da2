// The connection of the cluster's programs: their own account's, or a kubeconfig's when an operator runs one elsewhere.
import type { Clock } from "../../platform/clock.ts";
import { connectKubernetes, type Kubernetes } from "../../platform/kubernetes/connect-kubernetes.ts";
import type { ClusterOptions } from "./read-options.ts";

export async function connectCluster(
  { kubeconfig }: Pick<ClusterOptions, "kubeconfig">,
  environment: NodeJS.ProcessEnv,
  clock: Clock,
): Promise<Kubernetes> {
  if (kubeconfig !== undefined) return await connectKubernetes({ kubeconfig: { path: kubeconfig } }, { clock });
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? "kubernetes.default.svc";
  const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
  return await connectKubernetes({ inCluster: { host, port } }, { clock });
}
