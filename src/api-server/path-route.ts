// The paths that are no resources: health, version, discovery, OpenAPI.
import type { Kind } from "../resources/kind.ts";
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from "./discovery.ts";
import { type Exchange, respondJson } from "./exchange.ts";
import { negotiate } from "./media-type.ts";
import { openApiDocument, openApiIndex } from "./open-api.ts";
import { servedResources } from "./served-resources.ts";
import { methodNotAllowed, noSuchResource } from "./status-error.ts";

/** Answers a request for a path that is no resource. */
export function handlePath(exchange: Exchange): void {
  const { request, response, url, services } = exchange;
  if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  if (isHealthPath(segments)) {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end("ok");
    return;
  }
  if ((segments[0] === "api" || segments[0] === "apis") && segments.length === 1) {
    handleRoots(exchange, segments[0]);
    return;
  }
  const body = documentAt(segments, services.kinds, services.version);
  if (body === undefined) throw noSuchResource();
  respondJson(response, 200, body);
}

/** The store answers or the process is down: there is nothing between the two that a probe could be told. */
function isHealthPath([first, ...rest]: readonly string[]): boolean {
  return rest.length === 0 && (first === "healthz" || first === "livez" || first === "readyz");
}

const AGGREGATED_TYPE = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

function handleRoots({ request, response, services }: Exchange, root: "api" | "apis"): void {
  const resources = servedResources(services.kinds);
  const representation = negotiate(request.headers.accept, ["aggregatedDiscovery", "object"]);
  if (representation === "aggregatedDiscovery") {
    const part = root === "api" ? "core" : "named";
    respondJson(response, 200, aggregatedDiscovery(resources, part), AGGREGATED_TYPE);
  } else respondJson(response, 200, root === "api" ? apiVersions() : apiGroupList(resources));
}

const ROOT = { paths: ["/api", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"] };

function documentAt(segments: readonly string[], kinds: readonly Kind[], version: string): unknown {
  const resources = servedResources(kinds);
  const [first = "", second = "", third = ""] = segments;
  switch (`${first}/${segments.length}`) {
    case "/0":
      return ROOT;
    case "version/1":
      return versionInfo(version);
    case "api/2":
      return apiResourceList(resources, { group: "", version: second });
    case "apis/2":
      return apiGroup(resources, second);
    case "apis/3":
      return apiResourceList(resources, { group: second, version: third });
    default:
      return first === "openapi" && second === "v3" ? openApiAt(segments.slice(2), kinds) : undefined;
  }
}

function openApiAt(segments: readonly string[], kinds: readonly Kind[]): unknown {
  const [root, first = "", second = ""] = segments;
  if (root === undefined) return openApiIndex(kinds);
  if (root === "api" && segments.length === 2) return openApiDocument(kinds, { group: "", version: first });
  if (root === "apis" && segments.length === 3) return openApiDocument(kinds, { group: first, version: second });
  return undefined;
}

/** The Kubernetes version whose API this follows; kubectl warns when it is too far from its own. */
const KUBERNETES_VERSION = { major: "1", minor: "33", gitVersion: "v1.33.0" } as const;

function versionInfo(version: string): unknown {
  return {
    ...KUBERNETES_VERSION,
    gitVersion: `${KUBERNETES_VERSION.gitVersion}+runyard-${version}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: "",
    compiler: "node",
    platform: "linux",
  };
}
