// Which part of the gateway a request belongs to, and which container roles may ask it. The whole table of the one door.

/** One per container that may call; each has a token for its own audience. */
export const ROLES = ["prepare", "agent", "verify", "publish", "admit", "controller"] as const;
export type Role = (typeof ROLES)[number];

/** The audience of the tokens of a role. */
export function audienceOf(role: Role): string {
  return `runyard-gateway.${role}`;
}

export type ModelProtocol = "anthropic-messages" | "openai-responses" | "openai-chat-completions";

export type Route =
  | { readonly kind: "health" }
  | { readonly kind: "model"; readonly protocol: ModelProtocol; readonly operation: "generate" | "count-tokens" }
  | { readonly kind: "model-list"; readonly family: "anthropic" | "openai" }
  | { readonly kind: "registry"; readonly registry: string; readonly path: string }
  | { readonly kind: "git"; readonly owner: string; readonly repository: string; readonly operation: GitOperation }
  | { readonly kind: "github"; readonly path: string }
  | {
      readonly kind: "session";
      readonly repositoryId: number;
      readonly number: number;
      readonly profile: string;
    }
  | { readonly kind: "run-budget" }
  | { readonly kind: "run-egress" }
  | { readonly kind: "step-finished" };

export type GitOperation = "advertise-fetch" | "advertise-push" | "fetch" | "push";

/** Per kind of route: who may ask at all. The routes of GitHub, git and sessions decide further by what is asked. */
export const ROLES_OF_ROUTE: Readonly<Record<Exclude<Route["kind"], "health">, readonly Role[]>> = {
  model: ["agent"],
  "model-list": ["agent"],
  registry: ["prepare", "agent", "verify"],
  git: ["prepare", "publish"],
  github: ["prepare", "publish", "admit", "controller"],
  session: ["prepare", "agent", "publish"],
  "run-budget": ["agent", "verify", "publish", "controller"],
  "run-egress": ["prepare"],
  "step-finished": ["admit"],
};

/** Tunnels are asked for with CONNECT, not with a path. */
export const ROLES_OF_TUNNELS: readonly Role[] = ["agent", "verify"];

const SEGMENT = "[A-Za-z0-9][A-Za-z0-9_.-]{0,99}";
const GIT_PATH = new RegExp(`^/git/(${SEGMENT})/(${SEGMENT})\\.git/(info/refs|git-upload-pack|git-receive-pack)$`, "u");
const REGISTRY_PATH = new RegExp(`^/registry/(${SEGMENT})(/.*)$`, "u");
const SESSION_PATH = new RegExp(`^/session/(\\d{1,15})/(\\d{1,15})/(${SEGMENT})$`, "u");

/** The route of a request, or undefined: there is none. `target` is the request target in origin form. */
export function decideRoute(method: string, target: string): Route | undefined {
  if (!target.startsWith("/") || !URL.canParse(target, "http://gateway")) return undefined;
  // The URL class resolves dot segments in every spelling, so that a prefix below is what is forwarded.
  const url = new URL(target, "http://gateway");
  const path = url.pathname;
  return (
    fixedRoute(method, path) ??
    gitRoute(method, path, url.searchParams) ??
    registryRoute(method, path) ??
    sessionRoute(method, path) ??
    (path.startsWith("/github/") ? { kind: "github", path: path.slice("/github".length) + url.search } : undefined)
  );
}

function fixedRoute(method: string, path: string): Route | undefined {
  switch (`${method} ${path}`) {
    case "GET /healthz":
      return { kind: "health" };
    case "POST /model/anthropic/v1/messages":
      return { kind: "model", protocol: "anthropic-messages", operation: "generate" };
    case "POST /model/anthropic/v1/messages/count_tokens":
      return { kind: "model", protocol: "anthropic-messages", operation: "count-tokens" };
    case "POST /model/openai/v1/responses":
      return { kind: "model", protocol: "openai-responses", operation: "generate" };
    case "POST /model/openai/v1/chat/completions":
      return { kind: "model", protocol: "openai-chat-completions", operation: "generate" };
    case "GET /model/anthropic/v1/models":
      return { kind: "model-list", family: "anthropic" };
    case "GET /model/openai/v1/models":
      return { kind: "model-list", family: "openai" };
    case "GET /run/budget":
      return { kind: "run-budget" };
    case "PUT /run/egress":
      return { kind: "run-egress" };
    case "POST /step/finished":
      return { kind: "step-finished" };
    default:
      return undefined;
  }
}

function gitRoute(method: string, path: string, query: URLSearchParams): Route | undefined {
  const [, owner, repository, service] = GIT_PATH.exec(path) ?? [];
  if (owner === undefined || repository === undefined) return undefined;
  const operation = gitOperation(method, String(service), query.get("service"));
  return operation === undefined ? undefined : { kind: "git", owner, repository, operation };
}

function gitOperation(method: string, service: string, asked: string | null): GitOperation | undefined {
  if (method === "GET" && service === "info/refs") {
    if (asked === "git-upload-pack") return "advertise-fetch";
    return asked === "git-receive-pack" ? "advertise-push" : undefined;
  }
  if (method !== "POST" || service === "info/refs") return undefined;
  return service === "git-upload-pack" ? "fetch" : "push";
}

function registryRoute(method: string, path: string): Route | undefined {
  const [, registry, rest] = REGISTRY_PATH.exec(path) ?? [];
  if (registry === undefined || rest === undefined || (method !== "GET" && method !== "HEAD")) return undefined;
  return { kind: "registry", registry, path: rest };
}

function sessionRoute(method: string, path: string): Route | undefined {
  const [, repositoryId, number, profile] = SESSION_PATH.exec(path) ?? [];
  if (profile === undefined || (method !== "GET" && method !== "PUT")) return undefined;
  return { kind: "session", repositoryId: Number(repositoryId), number: Number(number), profile };
}
