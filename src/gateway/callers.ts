// Who is calling: from a projected token to pod, to run or workflow, to the repository it may touch. Nothing a caller
// says about itself counts; everything is read from the objects that its pod belongs to.
import { createHash } from "node:crypto";
import type { AgentProfile, Configuration } from "../configuration/configuration.ts";
import { ruleFor } from "../configuration/repository-rule.ts";
import type { Clock } from "../platform/clock.ts";
import { serviceAccountUser, type Caller, type TokenReviewer } from "../platform/identity.ts";
import type { ResourceReader } from "../platform/resource-store.ts";
import { WORKFLOW } from "../resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun } from "../resources/code-run.ts";
import { DOCS_RUN, type DocsRun } from "../resources/docs-run.ts";
import { POD, type Pod } from "../resources/pod.ts";
import { LABELS, readRunIdentity, type RunIdentity } from "../resources/run-identity.ts";
import { audienceOf, ROLES, type Role } from "./decide-route.ts";
import { Refusal } from "./refusal.ts";
import { isCoveredBy, parseRepositoryName, repositoryText, type RepositoryName } from "./repository-name.ts";

/** How long a good token is believed without asking again, and how many are remembered. */
const REVIEW_CACHE_MS = 5_000;
const REVIEW_CACHE_MAX = 1_000;

/** Accounts of the chart: what a stage's pod runs as, and a step of a workflow. */
const AGENT_ACCOUNT = "runyard-agent";
const WORKFLOW_ACCOUNT = "runyard-workflow";

/** The label that Argo puts on the pods of a workflow. */
const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";

/** A run as the gateway needs it. */
export interface RunContext {
  readonly kind: "run";
  readonly object: CodeRun | DocsRun;
  readonly namespace: string;
  readonly identity: RunIdentity;
  readonly repository: RepositoryName;
  /** Read only. */
  readonly docsRepository: RepositoryName | undefined;
  readonly githubApp: string;
  readonly profile: string;
  /** spec.cliConfig.maxTokens: the most that one call of a model may return; undefined: the model's own limit. */
  readonly outputTokensMax: number | undefined;
}

/** A workflow's own step (`admit`, `finish`): acts for the workflow's repository. */
export interface WorkflowContext {
  readonly kind: "workflow";
  readonly name: string;
  /** Of the step. */
  readonly pod: { readonly name: string; readonly uid: string };
  readonly namespace: string;
  readonly repository: RepositoryName;
  readonly repositoryId: number | undefined;
  /** Of the repository's rule; read only. */
  readonly docsRepository: RepositoryName | undefined;
  readonly githubApp: string;
}

/** A controller: acts for the run that a request names, or for any configured repository. */
export interface ControllerContext {
  readonly kind: "controller";
  readonly namespace: string;
}

export type CallerContext = RunContext | WorkflowContext | ControllerContext;

export interface KnownCaller {
  readonly role: Role;
  readonly context: CallerContext;
}

export interface CallersOptions {
  readonly store: ResourceReader;
  readonly reviewer: TokenReviewer;
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** Of the runs: nobody else's pods are served, whatever their labels say. */
  readonly namespace: string;
  /** The user whose tokens may act as controller: `system:serviceaccount:<namespace>:<name>`. */
  readonly controller: string;
}

export class Callers {
  readonly #options: CallersOptions;
  readonly #reviews = new Map<string, { readonly caller: Caller; readonly until: number }>();

  constructor(options: CallersOptions) {
    this.#options = options;
  }

  /** The caller that shows this token. Unauthorized or Forbidden when it is nobody's, or its pod has ended. */
  async identify(token: string | undefined): Promise<KnownCaller> {
    if (token === undefined) throw new Refusal("Unauthorized", "no token: show the projected token of your container");
    const caller = await this.#review(token);
    const roles = ROLES.filter((role) => caller.audiences.includes(audienceOf(role)));
    const [role] = roles;
    if (role === undefined || roles.length > 1) {
      throw new Refusal("Unauthorized", "the token must be for exactly one of the gateway's audiences");
    }
    if (role === "controller") return { role, context: this.#controller(caller) };
    this.#requireAccount(caller, role === "admit" ? WORKFLOW_ACCOUNT : AGENT_ACCOUNT);
    const pod = await this.#pod(caller);
    return { role, context: role === "admit" ? await this.#workflow(pod) : await this.#runOfPod(pod) };
  }

  /** The run of this kind and name; NotFound when there is none. */
  async run(kind: string, namespace: string, name: string): Promise<RunContext> {
    const key = { namespace, name };
    const { store } = this.#options;
    const object = kind === "DocsRun" ? await store.get(DOCS_RUN, key) : await store.get(CODE_RUN, key);
    if (object === undefined) throw new Refusal("NotFound", `there is no ${kind} ${namespace}/${name}`);
    return runContext(object, this.#options.configuration);
  }

  /** The App that speaks where no stage does: that of the first agent with the role `author`, else of the first agent. */
  get generalApp(): string {
    const { agents } = this.#options.configuration;
    const agent = agents.find(({ role }) => role === "author") ?? agents[0];
    if (agent === undefined)
      throw new Refusal("Misconfigured", "agents in values.yaml is empty: no GitHub App to act as");
    return agent.githubApp;
  }

  async #review(token: string): Promise<Caller> {
    const key = createHash("sha256").update(token).digest("base64");
    const now = this.#options.clock.now();
    const known = this.#reviews.get(key);
    if (known !== undefined && known.until > now) return known.caller;
    const caller = await this.#options.reviewer.review(token, ROLES.map(audienceOf));
    if (caller === undefined) throw new Refusal("Unauthorized", "the token is not valid here, or its pod is gone");
    this.#reviews.delete(key);
    if (this.#reviews.size >= REVIEW_CACHE_MAX) this.#reviews.delete(this.#reviews.keys().next().value ?? "");
    this.#reviews.set(key, { caller, until: now + REVIEW_CACHE_MS });
    return caller;
  }

  #controller(caller: Caller): ControllerContext {
    const { namespace, controller } = this.#options;
    if (caller.user !== controller) throw new Refusal("Forbidden", `${caller.user} may not act as a controller`);
    return { kind: "controller", namespace };
  }

  /** Anybody may ask for a token of our audience for a pod of their own; only these accounts' pods are ours. */
  #requireAccount(caller: Caller, account: string): void {
    if (caller.user === serviceAccountUser(this.#options.namespace, account)) return;
    const message = `${caller.user} is not served; only pods of ${this.#options.namespace}/${account} may show this audience`;
    throw new Refusal("Forbidden", message);
  }

  async #pod(caller: Caller): Promise<Pod> {
    const { namespace } = this.#options;
    if (caller.pod === undefined) throw new Refusal("Unauthorized", "the token is not bound to a pod");
    const pod = await this.#options.store.get(POD, { namespace, name: caller.pod.name });
    if (pod === undefined || pod.metadata.uid !== caller.pod.uid) {
      throw new Refusal("Unauthorized", `the pod ${namespace}/${caller.pod.name} of this token is gone`);
    }
    if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") {
      throw new Refusal("Forbidden", `the pod ${namespace}/${caller.pod.name} has ended`);
    }
    return pod;
  }

  async #runOfPod(pod: Pod): Promise<RunContext> {
    const name = pod.metadata.labels?.[LABELS.run];
    const kind = pod.metadata.labels?.[LABELS.runKind];
    if (name === undefined || (kind !== "CodeRun" && kind !== "DocsRun")) {
      throw new Refusal("Forbidden", `the pod ${pod.metadata.name} belongs to no run`);
    }
    return await this.run(kind, pod.metadata.namespace ?? "", name);
  }

  async #workflow(pod: Pod): Promise<WorkflowContext> {
    const namespace = pod.metadata.namespace ?? "";
    const name = pod.metadata.labels?.[WORKFLOW_LABEL];
    const workflow = name === undefined ? undefined : await this.#options.store.get(WORKFLOW, { namespace, name });
    if (workflow === undefined) throw new Refusal("Forbidden", `the pod ${pod.metadata.name} belongs to no workflow`);
    const parameters = workflow.spec.arguments?.parameters ?? [];
    // Stored as written: the repository id may be a number there, whatever its type says.
    const value = (parameter: string): unknown => parameters.find((one) => one.name === parameter)?.value;
    const named = value("repository");
    const repository = typeof named === "string" ? parseRepositoryName(named) : undefined;
    if (repository === undefined) {
      throw new Refusal("Forbidden", `the workflow ${name} names no repository in its parameter "repository"`);
    }
    requireConfigured(this.#options.configuration, repository);
    const repositoryId = Number(value("repository-id"));
    return {
      kind: "workflow",
      name: workflow.metadata.name,
      pod: { name: pod.metadata.name, uid: pod.metadata.uid ?? "" },
      namespace,
      repository,
      docsRepository: docsRepositoryOf(this.#options.configuration, repository),
      repositoryId: Number.isSafeInteger(repositoryId) && repositoryId > 0 ? repositoryId : undefined,
      githubApp: this.generalApp,
    };
  }
}

/** Refuses a repository that no rule of the configuration names. */
export function requireConfigured(configuration: Configuration, repository: RepositoryName): void {
  const isConfigured = configuration.repositories.some(
    (rule) => isCoveredBy(rule.name, repository) || isCoveredBy(rule.docsRepository, repository),
  );
  if (isConfigured) return;
  throw new Refusal("Forbidden", `${repositoryText(repository)} is not among the repositories of values.yaml`);
}

function docsRepositoryOf(configuration: Configuration, repository: RepositoryName): RepositoryName | undefined {
  const rule = ruleFor(configuration.repositories, repositoryText(repository));
  return rule === undefined ? undefined : parseRepositoryName(rule.docsRepository);
}

function runContext(object: CodeRun | DocsRun, configuration: Configuration): RunContext {
  const { namespace = "", name } = object.metadata;
  const repository = parseRepositoryName(object.spec.repositoryUrl);
  if (repository === undefined) {
    throw new Refusal("Misconfigured", `spec.repositoryUrl of ${object.kind} ${namespace}/${name} names no repository`);
  }
  const githubApp = object.spec.githubApp ?? object.metadata.labels?.[LABELS.githubApp] ?? "";
  const agent = configuration.agents.find((candidate) => isSameApp(candidate, githubApp));
  const docsUrl = "docsRepositoryUrl" in object.spec ? object.spec.docsRepositoryUrl : undefined;
  return {
    kind: "run",
    object,
    namespace,
    identity: readRunIdentity(object),
    repository,
    docsRepository: docsUrl === undefined ? undefined : parseRepositoryName(docsUrl),
    githubApp,
    profile: agent?.key ?? githubApp.toLowerCase(),
    outputTokensMax: "cliConfig" in object.spec ? object.spec.cliConfig?.maxTokens : undefined,
  };
}

function isSameApp(agent: AgentProfile, githubApp: string): boolean {
  return agent.githubApp.toLowerCase() === githubApp.toLowerCase();
}
