// Package registries of the operator's list, read only. Names are resolved here, so that a run needs no DNS.
import { isIP } from "node:net";
import type { Configuration, RegistryRoute } from "../../configuration/configuration.ts";
import { readAll, streamOut } from "../bodies.ts";
import type { Exchange } from "../exchange.ts";
import { resolvePublic, type Resolve } from "../egress/resolve-public.ts";
import { isPublicAddress } from "../egress/public-address.ts";
import { limitBytes } from "../limit-bytes.ts";
import { Refusal } from "../refusal.ts";
import { headerOf, type Upstream, type UpstreamResponse } from "../upstream.ts";
import { rewritePackageMetadata } from "./rewrite-package-metadata.ts";

/** The largest metadata of one package (the biggest public ones have some 60 MB), and the largest package. */
export const METADATA_BYTES_MAX = 128 * 1024 * 1024;
export const PACKAGE_BYTES_MAX = 1024 * 1024 * 1024;

/** Registries send packages from other hosts of their own; none needs more hops. */
const REDIRECTS_MAX = 3;

export interface RegistryServices {
  readonly configuration: Configuration;
  readonly upstream: Upstream;
  readonly resolve: Resolve;
}

export async function serveRegistry(
  exchange: Exchange,
  services: RegistryServices,
  asked: { readonly registry: string; readonly path: string },
): Promise<void> {
  const route = services.configuration.registries.find(({ name }) => name === asked.registry);
  if (route === undefined) {
    const known = services.configuration.registries.map(({ name }) => name).join(", ");
    throw new Refusal("NotFound", `there is no registry "${asked.registry}" in values.yaml; there are: ${known}`);
  }
  const base = route.upstream.replace(/\/+$/u, "");
  exchange.audit["host"] = new URL(base).host;
  const answer = await follow(exchange, services, { route, url: base + asked.path });
  const isMetadata = (headerOf(answer, "content-type") ?? "").includes("json") && answer.status === 200;
  if (isMetadata && exchange.request.method === "GET") return await sendMetadata(exchange, answer, { route, base });
  exchange.response.writeHead(answer.status, passedHeaders(answer, ["content-length"]));
  exchange.audit["bytes"] = await streamOut(exchange.response, answer.body, [limitBytes(PACKAGE_BYTES_MAX)]);
}

/** Follows redirects by hand: each address is checked before it is asked. */
async function follow(
  exchange: Exchange,
  services: RegistryServices,
  { route, url }: { readonly route: RegistryRoute; readonly url: string },
): Promise<UpstreamResponse> {
  let address = new URL(url);
  for (let hops = 0; hops <= REDIRECTS_MAX; hops += 1) {
    await requireReachable(services, route, address);
    const answer = await ask(exchange, services, address);
    const location = answer.status >= 300 && answer.status < 400 ? headerOf(answer, "location") : undefined;
    if (location === undefined || answer.status === 304) return answer;
    answer.body.destroy();
    address = new URL(location, address);
    exchange.audit["host"] = address.host;
  }
  throw new Refusal("Unavailable", `the registry ${route.name} redirects more than ${REDIRECTS_MAX} times`);
}

/** The operator's own upstream may be inside; an address that the registry sends us to must be public. */
async function requireReachable(services: RegistryServices, route: RegistryRoute, address: URL): Promise<void> {
  if (address.host === new URL(route.upstream).host) return;
  if (address.protocol !== "https:" && address.protocol !== "http:") {
    throw new Refusal("HostNotAllowed", `the registry ${route.name} redirects to ${address.protocol}`);
  }
  const host = address.hostname.replace(/^\[|\]$/gu, "");
  if (isIP(host) === 0) await resolvePublic(services.resolve, host);
  else if (!isPublicAddress(host)) throw new Refusal("AddressNotPublic", `${host} is not on the public internet`);
}

function ask(exchange: Exchange, services: RegistryServices, address: URL): Promise<UpstreamResponse> {
  const { request } = exchange;
  const passed = ["accept", "if-none-match", "if-modified-since", "user-agent", "npm-command"].flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as const] : [];
  });
  return services.upstream
    .send({
      method: request.method ?? "GET",
      url: address.href,
      headers: { ...Object.fromEntries(passed), "accept-encoding": "identity" },
      signal: exchange.signal,
    })
    .catch(() => {
      throw new Refusal("Unavailable", `the registry at ${address.host} did not answer`);
    });
}

async function sendMetadata(
  exchange: Exchange,
  answer: UpstreamResponse,
  { route, base }: { readonly route: RegistryRoute; readonly base: string },
): Promise<void> {
  const text = (await readAll(answer.body, METADATA_BYTES_MAX)).toString("utf8");
  const host = exchange.request.headers.host ?? "gateway";
  const rewritten = Buffer.from(
    rewritePackageMetadata(text, { upstream: base, gateway: `http://${host}/registry/${route.name}` }),
  );
  exchange.audit["bytes"] = rewritten.length;
  exchange.response.writeHead(200, { ...passedHeaders(answer), "content-length": String(rewritten.length) });
  exchange.response.end(rewritten);
}

function passedHeaders(answer: UpstreamResponse, more: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    ["content-type", "content-encoding", "etag", "last-modified", "cache-control", ...more].flatMap((name) => {
      const value = headerOf(answer, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
