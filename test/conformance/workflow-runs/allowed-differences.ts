// Recordings that cannot be the same here, each with its reason.

const ownPod = "it patches the pod of its own step, and a resource template has no pod here";
const priorityClass = "there are no PriorityClasses on one machine, so none can be missing";
const kubectl = "its container talks to a cluster with kubectl";

const allowed: Readonly<Record<string, string>> = {
  "examples/k8s-patch-json-pod.yaml": ownPod,
  "examples/k8s-patch-merge-pod.yaml": ownPod,
  "examples/k8s-patch-pod.yaml": ownPod,
  "e2e/smoke/empty-template-steps.yaml": priorityClass,
  "e2e/expectedfailures/pod-termination-failure.yaml": kubectl,
  "refused/e2e/testdata/argo-server-test-role.yaml": "Roles are served here",
  "refused/e2e/lintfail/invalid-spec.yaml": "it is refused when it runs, as the table `validate` shows",
};

/** Undefined: every difference counts. */
export function whyAllowed(title: string): string | undefined {
  return allowed[title];
}
