// What a request asks for, read from its method and path, before anything else is decided about it.
// Source: Kubernetes API concepts, "Resource URIs", and "Determine the request verb" of the authorization page.

export interface ResourceRequest {
  readonly kind: "resource";
  /** get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** Plural, without subresource. */
  readonly resource: string;
  readonly subresource?: string;
  /** "" for a cluster-scoped resource, or for all namespaces. */
  readonly namespace: string;
  readonly name?: string;
}

export interface PathRequest {
  readonly kind: "path";
  /** The method in lower case, as in `nonResourceURLs` rules. */
  readonly verb: string;
  readonly path: string;
}

export type RequestInfo = ResourceRequest | PathRequest;

/** Reads a request. A path that is no resource path (discovery, health) is a PathRequest. */
export function parseRequestInfo(method: string, url: URL): RequestInfo {
  const segments = splitPath(url.pathname);
  const base = resourceBase(segments);
  if (base === undefined) return { kind: "path", verb: method.toLowerCase(), path: url.pathname };
  const location = locate(base.rest);
  const name = location.name ?? nameFromFieldSelector(url.searchParams.get("fieldSelector"));
  return {
    kind: "resource",
    verb: verbOf(method, location.name !== undefined, url.searchParams),
    group: base.group,
    version: base.version,
    resource: location.resource,
    namespace: location.namespace,
    ...(location.subresource !== undefined && { subresource: location.subresource }),
    ...(name !== undefined && { name }),
  };
}

/** True when the query flag is given and not `false` or `0`, as Go's conversion reads it. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}

function splitPath(pathname: string): readonly string[] {
  return pathname
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment; // A stray percent sign: it names nothing, and is answered as not found.
      }
    });
}

function resourceBase(
  segments: readonly string[],
): { readonly group: string; readonly version: string; readonly rest: readonly string[] } | undefined {
  const [root, first, second] = segments;
  if (root === "api" && first !== undefined && segments.length > 2) {
    return { group: "", version: first, rest: segments.slice(2) };
  }
  if (root === "apis" && first !== undefined && second !== undefined && segments.length > 3) {
    return { group: first, version: second, rest: segments.slice(3) };
  }
  return undefined;
}

interface Location {
  readonly namespace: string;
  readonly resource: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Subresources of a namespace itself; anything else after `namespaces/x` is a resource inside it. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

function locate(rest: readonly string[]): Location {
  const [first = "", second, third] = rest;
  const isInNamespace =
    first === "namespaces" && second !== undefined && third !== undefined && !NAMESPACE_SUBRESOURCES.has(third);
  if (isInNamespace) return named(second, rest.slice(2));
  // Kubernetes gives a Namespace object its own name as namespace, so that a Role inside may grant reading it.
  return named(first === "namespaces" && second !== undefined ? second : "", rest);
}

function named(namespace: string, [resource = "", name, ...subresource]: readonly string[]): Location {
  return {
    namespace,
    resource,
    ...(name !== undefined && { name }),
    ...(subresource.length > 0 && { subresource: subresource.join("/") }),
  };
}

function verbOf(method: string, hasName: boolean, query: URLSearchParams): string {
  switch (method) {
    case "GET":
    case "HEAD":
      if (hasName) return "get";
      return isTrue(query.get("watch")) ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return hasName ? "delete" : "deletecollection";
    default:
      return method.toLowerCase();
  }
}

/** A list or watch of one name may be granted by a rule with resourceNames. */
function nameFromFieldSelector(selector: string | null): string | undefined {
  for (const requirement of (selector ?? "").split(",")) {
    const match = /^metadata\.name==?([^=!]+)$/.exec(requirement.trim());
    if (match !== null) return match[1];
  }
  return undefined;
}
