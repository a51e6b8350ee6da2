// One request under way: what every route needs of it, and the one line that the log gets about it.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallerContext, KnownCaller } from "./callers.ts";
import { repositoryText } from "./repository-name.ts";

/** What a route adds to the log line of its request. Never a secret, never a body. */
export type AuditFields = Record<string, string | number | boolean | undefined>;

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: KnownCaller;
  /** Aborts when the caller goes away or the gateway closes. */
  readonly signal: AbortSignal;
  readonly audit: AuditFields;
}

/** What the log says about a caller: run, repository, pull request, stage, role. */
export function describeCaller({ role, context }: KnownCaller): AuditFields {
  return { role, ...describeContext(context) };
}

function describeContext(context: CallerContext): AuditFields {
  switch (context.kind) {
    case "run":
      return {
        run: `${context.object.kind}/${context.namespace}/${context.object.metadata.name}`,
        repository: repositoryText(context.repository),
        pr: context.identity.pullRequest,
        stage: context.identity.stage,
      };
    case "workflow":
      return { workflow: `${context.namespace}/${context.name}`, repository: repositoryText(context.repository) };
    case "controller":
      return {};
  }
}
