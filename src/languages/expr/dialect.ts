// The two versions of expr-lang that Argo uses. Argo Workflows has 1.17; the event sources of Argo Events have 1.15,
// which knows less and treats nil otherwise.
export type Dialect = "workflows" | "events";
