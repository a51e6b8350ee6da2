// git's smart HTTP for exactly the run's repository: fetches for `prepare` and `publish`, one checked push for `publish`.
// The SHA of a push is in the lane before the first byte of it goes out, so that its event joins the run.
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Configuration } from "../../configuration/configuration.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { streamOut } from "../bodies.ts";
import type { RunContext } from "../callers.ts";
import type { GitOperation, Role } from "../decide-route.ts";
import type { Exchange } from "../exchange.ts";
import type { GitHubAppTokens, TokenScope } from "../github-app-tokens.ts";
import type { Repositories } from "../github/repositories.ts";
import { DOCS_PERMISSIONS, permissionsOf } from "../github/permissions.ts";
import { recordExpectedHead, requireCurrentGeneration } from "../lanes.ts";
import { limitBytes } from "../limit-bytes.ts";
import { Refusal } from "../refusal.ts";
import { ownerOf } from "../token-owner.ts";
import { isSameRepository, repositoryText, type RepositoryName } from "../repository-name.ts";
import { headerOf, neverArrived, type Upstream } from "../upstream.ts";
import { decidePush } from "./decide-push.ts";
import { COMMANDS_BYTES_MAX, readPushCommands } from "./read-push-commands.ts";

/** The largest pack that a run may push; GitHub refuses more than 2 GiB itself. */
export const PUSH_BYTES_MAX = 512 * 1024 * 1024;

/** A pack is made before its first byte comes: large repositories take their time. */
const HEADERS_TIMEOUT_MS = 300_000;

export interface GitServices {
  readonly store: ResourceStore;
  readonly configuration: Configuration;
  readonly tokens: GitHubAppTokens;
  readonly repositories: Repositories;
  readonly upstream: Upstream;
}

interface GitRequest {
  readonly owner: string;
  readonly repository: string;
  readonly operation: GitOperation;
}

export async function serveGit(exchange: Exchange, services: GitServices, asked: GitRequest): Promise<void> {
  const { caller } = exchange;
  if (caller.context.kind !== "run") throw new Refusal("Forbidden", "only a run may use git");
  const run = caller.context;
  await requireCurrentGeneration(services.store, run);
  const isPush = asked.operation === "advertise-push" || asked.operation === "push";
  if (isPush && caller.role !== "publish") throw new Refusal("Forbidden", `the role ${caller.role} may not push`);
  const isDryRun = services.configuration.publishMode === "dry-run";
  if (isPush && isDryRun) throw new Refusal("DryRun", "publish.mode is dry-run: nothing is pushed");
  const scope = tokenScope(run, { owner: asked.owner, name: asked.repository }, isPush, caller.role);
  exchange.audit["host"] = new URL(services.configuration.github.webUrl).host;
  exchange.audit["operation"] = asked.operation;
  const body = asked.operation === "push" ? await openPush(exchange, services, { run, scope }) : requestBody(exchange);
  await services.tokens.withToken(scope, (token) => forward(exchange, services, { asked, scope, token, body }));
}

function tokenScope(run: RunContext, asked: RepositoryName, isPush: boolean, role: Role): TokenScope {
  const owner = ownerOf(run);
  const { githubApp } = run;
  if (isSameRepository(asked, run.repository)) {
    const permissions = permissionsOf(role) ?? DOCS_PERMISSIONS;
    return { owner, githubApp, repository: run.repository, repositoryId: run.identity.repositoryId, permissions };
  }
  const docs = run.docsRepository;
  if (docs !== undefined && isSameRepository(asked, docs) && !isPush) {
    return { owner, githubApp, repository: docs, repositoryId: undefined, permissions: DOCS_PERMISSIONS };
  }
  throw new Refusal(
    "Forbidden",
    `${repositoryText(asked)} is not ${isPush ? "" : "the docs repository or "}the repository of this run`,
  );
}

/** Reads the commands of a push, decides, records, and returns the whole request again as a stream. */
async function openPush(
  exchange: Exchange,
  services: GitServices,
  { run, scope }: { readonly run: RunContext; readonly scope: TokenScope },
): Promise<Readable> {
  const body = requestBody(exchange);
  // What fails before the rest is read is thrown when it is read.
  body.on("error", () => undefined);
  const { head, updates } = await readHead(body);
  const decision = decidePush(updates, {
    branch: run.identity.branch,
    baseBranch: run.identity.baseBranch,
    defaultBranch: await services.repositories.defaultBranch(scope),
  });
  if (decision.kind === "refuse") throw new Refusal("RefNotAllowed", decision.message);
  if (decision.kind === "push") {
    exchange.audit["sha"] = decision.sha;
    await recordExpectedHead(services.store, run, decision.sha);
  }
  return Readable.from(allOf(head, body));
}

/** Not by `unshift`: a push that came whole has ended by the time it is decided, and an ended stream takes nothing back. */
async function* allOf(head: Buffer, rest: Readable): AsyncGenerator<Buffer> {
  yield head;
  for await (const chunk of rest) yield chunk as Buffer;
}

async function readHead(body: Readable) {
  let head: Buffer = Buffer.alloc(0);
  for (;;) {
    const reading = readPushCommands(head);
    if (reading.kind === "commands") return { head, updates: reading.updates };
    if (reading.kind === "malformed") throw new Refusal("Invalid", `the push has ${reading.problem}`);
    if (head.length > COMMANDS_BYTES_MAX) throw new Refusal("TooLarge", "the push has too many commands");
    const chunk = await nextChunk(body);
    if (chunk === undefined) throw new Refusal("Invalid", "the push ends before its commands do");
    head = Buffer.concat([head, chunk]);
  }
}

/** The next piece without ending the stream, as an async iteration would; undefined at its end. */
function nextChunk(body: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const read = () => {
      const chunk = body.read() as Buffer | null;
      if (chunk !== null) settle(() => resolve(chunk));
    };
    const ended = () => settle(() => resolve(undefined));
    const failed = (error: Error) => settle(() => reject(error));
    const settle = (finish: () => void) => {
      body.off("readable", read);
      body.off("end", ended);
      body.off("error", failed);
      finish();
    };
    body.on("readable", read);
    body.on("end", ended);
    body.on("error", failed);
    read();
  });
}

/** The request's body, unpacked where git packed it, never larger than a push may be. */
function requestBody(exchange: Exchange): Readable {
  const { request } = exchange;
  const limit = limitBytes(PUSH_BYTES_MAX);
  const parts = request.headers["content-encoding"] === "gzip" ? [createGunzip(), limit] : [limit];
  let body: Readable = request;
  for (const part of parts) {
    const source = body;
    source.on("error", (error) => part.destroy(error));
    body = source.pipe(part);
  }
  return body;
}

interface Forwarding {
  readonly asked: GitRequest;
  readonly scope: TokenScope;
  readonly token: string;
  readonly body: Readable;
}

async function forward(exchange: Exchange, services: GitServices, forwarding: Forwarding): Promise<void> {
  const { asked, scope, token, body } = forwarding;
  const { request, response } = exchange;
  const isPost = asked.operation === "fetch" || asked.operation === "push";
  const address = `${services.configuration.github.webUrl}/${repositoryText(scope.repository)}.git/${servicePath(asked.operation)}`;
  const answer = await services.upstream
    .send({
      method: isPost ? "POST" : "GET",
      url: address,
      headers: {
        authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
        "accept-encoding": "identity",
        "user-agent": request.headers["user-agent"] ?? "git/runyard",
        ...(typeof request.headers["git-protocol"] === "string"
          ? { "git-protocol": request.headers["git-protocol"] }
          : {}),
        ...(isPost ? { "content-type": request.headers["content-type"] ?? "" } : {}),
        ...(typeof request.headers.accept === "string" ? { accept: request.headers.accept } : {}),
      },
      ...(isPost ? { body } : {}),
      signal: exchange.signal,
      headersTimeoutMs: HEADERS_TIMEOUT_MS,
    })
    .catch((error: unknown) => {
      if (error instanceof Refusal) throw error;
      const isUnknown = asked.operation === "push" && !neverArrived(error);
      throw new Refusal(isUnknown ? "OutcomeUnknown" : "Unavailable", `GitHub did not answer ${asked.operation}`);
    });
  response.writeHead(answer.status, {
    "content-type": headerOf(answer, "content-type") ?? "application/octet-stream",
    "cache-control": "no-cache",
  });
  exchange.audit["bytes"] = await streamOut(response, answer.body);
}

function servicePath(operation: GitOperation): string {
  switch (operation) {
    case "advertise-fetch":
      return "info/refs?service=git-upload-pack";
    case "advertise-push":
      return "info/refs?service=git-receive-pack";
    case "fetch":
      return "git-upload-pack";
    case "push":
      return "git-receive-pack";
  }
}
