// How a REST route is declared: its path in OpenAPI form, who may call it, and what it does.

import type { z } from "zod";

import type { Need, RepositoryAccess } from "../access/permissions.ts";
import type { Principal } from "../access/principal.ts";
import type { BareRepository } from "../git/bare-repository.ts";
import type { Actor, Repository, Role } from "../state/rows.ts";
import type { Json } from "../views/json.ts";
import type { World } from "../world.ts";
import { Refusal } from "./refusal.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

interface RoutePath {
  readonly method: Method;
  /** As in GitHub's OpenAPI description: "/repos/{owner}/{repo}/pulls/{pull_number}". */
  readonly path: string;
}

export interface PlainRoute extends RoutePath {
  readonly kind: "plain";
  /** Kinds of callers that the route knows at all. */
  readonly callers: readonly Principal["kind"][];
  readonly handle: (call: Call) => Promise<Reply> | Reply;
}

/** A route below /repos/{owner}/{repo}: scope and permission are checked before the handler runs. */
export interface RepositoryRoute extends RoutePath {
  readonly kind: "repository";
  readonly access: AccessRule;
  readonly handle: (call: RepositoryCall) => Promise<Reply> | Reply;
}

export type Route = PlainRoute | RepositoryRoute;

/** Access of a repository route, fixed or by what is called. */
export type AccessRule = RepositoryAccess | ((call: RepositoryCall) => RepositoryAccess);

export interface Call {
  readonly world: World;
  readonly principal: Principal;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there is no body. */
  readonly body: unknown;
  /** The Accept header, by which raw content is asked for. */
  readonly accept: string;
}

export interface RepositoryCall extends Call {
  readonly repository: Repository;
  readonly git: BareRepository;
}

export type Reply =
  | JsonReply
  | { readonly kind: "empty"; readonly status: number }
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "raw"; readonly bytes: Buffer }
  | PageReply;

export interface JsonReply {
  readonly kind: "json";
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface PageReply {
  readonly kind: "page";
  readonly total: number;
  readonly render: (start: number, end: number) => Promise<unknown[]>;
  readonly wrap: (items: unknown[], total: number) => unknown;
}

export function json(body: unknown, status = 200): JsonReply {
  return { kind: "json", status, body };
}

/** A list that the server cuts into pages; only the rows of the wanted page are viewed. */
export function page<Row>(
  rows: readonly Row[],
  view: (row: Row) => Json | Promise<Json>,
  wrap: PageReply["wrap"] = (items) => items,
): Reply {
  return {
    kind: "page",
    total: rows.length,
    render: (start, end) => Promise.all(rows.slice(start, end).map(async (row) => view(row))),
    wrap,
  };
}

export function plainRoute(
  method: Method,
  path: string,
  callers: PlainRoute["callers"],
  handle: PlainRoute["handle"],
): PlainRoute {
  return { kind: "plain", method, path, callers, handle };
}

export function repositoryRoute(
  method: Method,
  path: string,
  access: AccessRule,
  handle: RepositoryRoute["handle"],
): RepositoryRoute {
  return { kind: "repository", method, path, access, handle };
}

export function reads(...permissions: readonly string[]): RepositoryAccess {
  return { needs: needsOf(permissions, "read"), role: "read" };
}

/** `role` is what a person needs; many writes (an issue, a comment) are open to every reader. */
export function writes(permission: string | readonly string[], role: Role = "write"): RepositoryAccess {
  return { needs: needsOf([permission].flat(), "write"), role };
}

function needsOf(permissions: readonly string[], level: Need["level"]): Need[] {
  return permissions.map((permission) => ({ permission, level }));
}

export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined || value === "") {
    throw new Refusal(404, "Not Found");
  }
  return value;
}

export function numberParam(call: Call, name: string): number {
  const value = param(call, name);
  if (!/^\d{1,15}$/.test(value)) {
    throw new Refusal(404, "Not Found");
  }
  return Number(value);
}

/** The body by its schema; throws GitHub's 422 that names the first wrong field. Unknown fields are ignored, as there. */
export function parseBody<Schema extends z.ZodType>(call: Call, resource: string, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(call.body ?? {});
  if (parsed.success) {
    return parsed.data;
  }
  throw new Refusal(422, "Validation Failed", {
    errors: parsed.error.issues.map((issue) => ({
      resource,
      field: issue.path.join("."),
      code: issue.code === "invalid_type" && issue.message.includes("undefined") ? "missing_field" : "invalid",
      message: issue.message,
    })),
  });
}
