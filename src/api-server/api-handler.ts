// The way of every request: who is it, what is asked, is it allowed, then the answer; refusals become a Status.
import type { IncomingMessage, ServerResponse } from "node:http";
import { forbiddenMessage } from "../platform/authorized-resource-store.ts";
import { PlatformError } from "../platform/errors.ts";
import { authenticate, isAnonymous, unauthorized } from "./authentication.ts";
import { type ApiCaller, type ApiLimits, type ApiServices, respondJson } from "./exchange.ts";
import { impersonate } from "./impersonation.ts";
import { handlePath } from "./path-route.ts";
import { parseRequestInfo, type RequestInfo } from "./request-info.ts";
import { handleResource } from "./resource-route.ts";
import { StatusError, type Status, statusOf } from "./status-error.ts";

/** Makes the request handler. `closing` ends the streams that are open. */
export function createApiHandler(
  services: ApiServices,
  limits: ApiLimits,
  closing: AbortSignal,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const left = new AbortController();
    response.on("close", () => left.abort());
    const signal = AbortSignal.any([left.signal, closing]);
    let info: RequestInfo | undefined;
    const answer = async (): Promise<void> => {
      // Only path and query are of interest; the base makes the text an absolute URL.
      const url = new URL(request.url ?? "/", "https://localhost");
      info = parseRequestInfo(request.method ?? "GET", url);
      const credential = await authenticate(request, services.tokens);
      const caller = await impersonate(credential, request.headers, services.authorizer);
      await authorize(services, caller, info);
      const exchange = { request, response, url, caller, signal, services, limits };
      if (info.kind === "path") handlePath(exchange);
      else await handleResource(exchange, info);
    };
    answer().catch((error: unknown) => {
      const status = statusOf(error, targetOf(info));
      if (status.code >= 500 && !signal.aborted) logFailure(services, request, error);
      refuse(request, response, status);
    });
  };
}

async function authorize({ authorizer }: ApiServices, caller: ApiCaller, info: RequestInfo): Promise<void> {
  const { user, groups } = caller;
  const decision =
    info.kind === "path"
      ? await authorizer.authorizePath({ user, groups, verb: info.verb, path: info.path })
      : await authorizer.authorize({
          user,
          groups,
          verb: info.verb,
          group: info.group,
          resource: info.subresource === undefined ? info.resource : `${info.resource}/${info.subresource}`,
          namespace: info.namespace,
          ...(info.name !== undefined && { name: info.name }),
        });
  if (decision.allowed) return;
  if (isAnonymous(caller)) throw unauthorized();
  if (info.kind === "path") {
    throw new StatusError({ code: 403, reason: "Forbidden", message: `forbidden: ${decision.reason}`, details: {} });
  }
  throw new PlatformError({ code: "Forbidden", message: forbiddenMessage({ ...info, reason: decision.reason }) });
}

function targetOf(info: RequestInfo | undefined): { group: string; resource: string; name?: string } | undefined {
  if (info === undefined || info.kind === "path") return undefined;
  return { group: info.group, resource: info.resource, ...(info.name !== undefined && { name: info.name }) };
}

function refuse(request: IncomingMessage, response: ServerResponse, status: Status): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // A body that was not read to its end would be taken for the next request.
  if (!request.complete) response.setHeader("connection", "close");
  respondJson(response, status.code, status);
}

function logFailure({ log }: ApiServices, request: IncomingMessage, error: unknown): void {
  const path = (request.url ?? "").split("?")[0];
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.write("error", "request failed", { method: request.method, path, error: text });
}
