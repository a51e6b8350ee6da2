// The REST and GraphQL calls that each role may make, as one table. What is not in it is refused; so is everything outside
// the caller's repository, a check run that is not ours, and a pull request from any branch but the run's.
import type { Role } from "../decide-route.ts";
import { isSameRepository, type RepositoryName } from "../repository-name.ts";

type Json = Readonly<Record<string, unknown>>;

export interface GitHubCall {
  readonly method: string;
  /** Below the API's base, with its query. */
  readonly path: string;
  /** Of requests that have one. */
  readonly body: Json | undefined;
}

export interface CallScope {
  readonly role: Role;
  readonly repository: RepositoryName;
  /** The run's own branch; undefined where the caller has none. */
  readonly branch: string | undefined;
}

export type GitHubCallDecision =
  /** `path` is the one to call, with the repository's name as it is configured. */
  | { readonly kind: "call"; readonly path: string; readonly isWrite: boolean; readonly isGraphQl: boolean }
  | { readonly kind: "refuse"; readonly message: string };

const READERS: readonly Role[] = ["prepare", "publish", "admit", "controller"];
const COMMENTERS: readonly Role[] = ["publish", "admit", "controller"];
const CHECKERS: readonly Role[] = ["publish", "controller"];

interface Rule {
  readonly method: string;
  /** Matches the part of the path behind the repository. */
  readonly path: RegExp;
  readonly roles: readonly Role[];
  /** What is wrong with the body, or undefined. */
  readonly check?: (body: Json, scope: CallScope) => string | undefined;
}

const N = "\\d{1,19}";
const NAME = "[^/]{1,300}";

function rule(method: string, path: string, roles: readonly Role[], check?: Rule["check"]): Rule {
  return { method, path: new RegExp(`^${path}$`, "u"), roles, ...(check === undefined ? {} : { check }) };
}

const RULES: readonly Rule[] = [
  rule("GET", "", READERS),
  rule("GET", `/pulls(/${N}(/(files|commits|reviews|comments|requested_reviewers))?)?`, READERS),
  rule("GET", `/pulls/(comments/${N}|${N}/reviews/${N}(/comments)?)`, READERS),
  rule("GET", `/issues(/${N}(/(comments|labels|events|timeline))?)?`, READERS),
  rule("GET", `/issues/comments(/${N})?`, READERS),
  rule("GET", `/labels(/${NAME})?`, READERS),
  rule("GET", `/commits(/.{1,300})?`, READERS),
  rule("GET", `/compare/.{1,600}`, READERS),
  rule("GET", `/check-(runs|suites)/${N}(/(annotations|check-runs))?`, READERS),
  rule("GET", `/branches(/.{1,300})?`, READERS),
  rule("GET", `/git/(ref|matching-refs|commits|trees|tags)/.{1,300}`, READERS),
  rule("GET", `/contents/.{0,1000}`, READERS),
  rule("GET", `/collaborators/${NAME}/permission`, ["admit", "controller"]),
  rule("GET", `/actions/runs(/${N}(/(jobs|logs|attempts/${N}(/(jobs|logs))?))?)?`, READERS),
  rule("GET", `/actions/jobs/${N}(/logs)?`, READERS),
  rule("GET", `/deployments(/${N}(/statuses(/${N})?)?)?`, READERS),
  rule("POST", "/pulls", ["publish"], checkNewPull),
  rule("PATCH", `/pulls/${N}`, ["publish"], checkPullUpdate),
  rule("POST", `/pulls/${N}/comments/${N}/replies`, ["publish"]),
  rule("POST", `/issues/${N}/comments`, COMMENTERS),
  rule("PATCH", `/issues/comments/${N}`, COMMENTERS),
  rule("POST", `/issues/comments/${N}/reactions`, COMMENTERS),
  rule("POST", `/pulls/comments/${N}/reactions`, COMMENTERS),
  rule("POST", `/issues/${N}/labels`, COMMENTERS),
  rule("DELETE", `/issues/${N}/labels/${NAME}`, COMMENTERS),
  rule("POST", "/labels", COMMENTERS),
  rule("POST", "/check-runs", CHECKERS, checkCheckRun),
  rule("PATCH", `/check-runs/${N}`, CHECKERS, checkCheckRun),
];

export function decideGitHubCall(call: GitHubCall, scope: CallScope): GitHubCallDecision {
  const [path = "", query] = call.path.split("?", 2);
  if (path === "/graphql" && call.method === "POST") return decideGraphQl(call, scope);
  const rest = pathInRepository(path, scope);
  if (rest === undefined) {
    const own = `/repos/${scope.repository.owner}/${scope.repository.name}`;
    return {
      kind: "refuse",
      message: `${call.method} ${path} is not below ${own}, the only repository of this caller`,
    };
  }
  const found = RULES.find(
    (one) => one.method === call.method && one.path.test(rest) && one.roles.includes(scope.role),
  );
  if (found === undefined) {
    return { kind: "refuse", message: `the role ${scope.role} may not ${call.method} ${path}` };
  }
  const problem = found.check?.(call.body ?? {}, scope);
  if (problem !== undefined) return { kind: "refuse", message: `${call.method} ${path}: ${problem}` };
  const { owner, name } = scope.repository;
  return {
    kind: "call",
    path: `/repos/${owner}/${name}${rest}${query === undefined ? "" : `?${query}`}`,
    isWrite: call.method !== "GET",
    isGraphQl: false,
  };
}

/** The path behind the caller's own repository. */
function pathInRepository(path: string, scope: CallScope): string | undefined {
  // A decoded dot segment or backslash could lead elsewhere on the other side.
  if (/%2e%2e|%5c|\.\.\/|\/\.\.|\\/iu.test(path)) return undefined;
  const [, owner, name, rest] = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/u.exec(path) ?? [];
  if (owner === undefined || name === undefined) return undefined;
  return isSameRepository({ owner, name }, scope.repository) ? (rest ?? "") : undefined;
}

function checkNewPull(body: Json, scope: CallScope): string | undefined {
  const { owner } = scope.repository;
  if (scope.branch === undefined) return "this run has no branch to open a pull request from";
  return body["head"] === scope.branch || body["head"] === `${owner}:${scope.branch}`
    ? undefined
    : `head must be ${scope.branch}, the branch of this run`;
}

function checkPullUpdate(body: Json): string | undefined {
  const other = Object.keys(body).find((key) => key !== "title" && key !== "body");
  return other === undefined ? undefined : `only title and body may be changed, not ${other}`;
}

function checkCheckRun(body: Json): string | undefined {
  const name = body["name"];
  if (name === undefined && body["head_sha"] === undefined) return undefined;
  return typeof name === "string" && name.startsWith("runyard/") ? undefined : "the name must begin with runyard/";
}

/** The two mutations that REST lacks. Only a document of exactly one of them passes; what it names is bound by the token. */
const DRAFT_MUTATION =
  /^mutation\b[^{}]*\{\s*(markPullRequestReadyForReview|convertPullRequestToDraft)\s*\(\s*input\s*:\s*\{[^{}()]*\}\s*\)\s*\{[\w\s{}]*\}\s*\}$/u;

function decideGraphQl(call: GitHubCall, scope: CallScope): GitHubCallDecision {
  const query = call.body?.["query"];
  const mayCall = scope.role === "publish" || scope.role === "admit";
  if (mayCall && typeof query === "string" && DRAFT_MUTATION.test(query.trim()) && !/[#"]/u.test(query)) {
    return { kind: "call", path: "/graphql", isWrite: true, isGraphQl: true };
  }
  return {
    kind: "refuse",
    message:
      "GraphQL is only for the mutations markPullRequestReadyForReview and convertPullRequestToDraft, one per call, " +
      "with variables, by the roles publish and admit",
  };
}
