// Smart HTTP by git's own `http-backend` (CGI): real protocol, streamed both ways, behind the API's tokens.

import { spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname } from "node:path";

import { grants, isAllowed, requireVisible } from "../access/permissions.ts";
import { actorOf, identify, type Principal } from "../access/principal.ts";
import { changeRefs } from "../changes/ref-changes.ts";
import { throwFault } from "../rest/rest-api.ts";
import { Refusal } from "../rest/refusal.ts";
import { reads, writes } from "../rest/route.ts";
import type { Repository } from "../state/rows.ts";
import { timestamp, type World } from "../world.ts";
import { BackendAnswer } from "./backend-answer.ts";
import { gitEnvironment } from "./run-git.ts";

const BACKEND_TIMEOUT_MS = 120_000;
const GIT_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

interface GitRequest {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly query: string;
  readonly owner: string;
  readonly repo: string;
  /** What is asked of the repository: "info/refs", "git-upload-pack", "git-receive-pack". */
  readonly service: string;
  readonly isPush: boolean;
}

/** Serves the request if it is one of git; returns false when it is not. */
export function serveGit(world: World, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  const [path = "", query = ""] = (incoming.url ?? "").split("?");
  const match = GIT_PATH.exec(path);
  if (match === null) {
    return false;
  }
  const [, owner = "", repo = "", service = ""] = match;
  const isPush = service === "git-receive-pack" || new URLSearchParams(query).get("service") === "git-receive-pack";
  void serve(world, { incoming, outgoing, query, owner, repo, service, isPush });
  return true;
}

async function serve(world: World, request: GitRequest): Promise<void> {
  const { incoming, outgoing } = request;
  const path = `/${request.owner}/${request.repo}.git/${request.service}`;
  const method = incoming.method ?? "GET";
  const fault = world.faults.takeForCall({ method, path, isDraft: false });
  const isWithheld = fault?.kind === "timeout-after-apply";
  let actor: string | null = null;
  try {
    throwFault(fault);
    const principal = identify(world, incoming.headers.authorization);
    actor = actorOf(principal).user.login;
    const repository = authorize(world, principal, request);
    const run = (): Promise<void> => runBackend(world, { request, principal, repository, isWithheld });
    const isReceiving = request.service === "git-receive-pack";
    const sender = actorOf(principal).user;
    await (isReceiving ? changeRefs(world, { repository, sender }, run) : run());
    if (isWithheld) {
      incoming.socket.destroy();
    } else {
      outgoing.end();
    }
  } catch (error) {
    refuse(outgoing, error);
  }
  if (method !== "GET" && request.isPush) {
    world.calls.record({
      at: timestamp(world.clock),
      method,
      path,
      status: isWithheld ? 0 : outgoing.statusCode,
      actor,
    });
  }
}

/** Who may fetch: readers of contents. Who may push: writers. */
function authorize(world: World, principal: Principal, request: GitRequest): Repository {
  const repository = requireVisible(world, principal, request);
  const access = request.isPush ? writes("contents") : reads("contents");
  if (!isAllowed(world, principal, repository, access)) {
    const login = actorOf(principal).user.login;
    throw new Refusal(403, `Permission to ${request.owner}/${request.repo}.git denied to ${login}.`);
  }
  return repository;
}

/** Git asks for a password only after a 401 with this header. */
function refuse(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  const isRefusal = error instanceof Refusal;
  const status = isRefusal ? error.status : 500;
  outgoing.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    ...(status === 401 ? { "www-authenticate": 'Basic realm="GitHub"' } : {}),
    ...(isRefusal ? error.headers : {}),
  });
  outgoing.end(error instanceof Error ? error.message : "git could not be run");
}

interface BackendRun {
  readonly request: GitRequest;
  readonly principal: Principal;
  readonly repository: Repository;
  readonly isWithheld: boolean;
}

/** Resolves when the backend has ended and its answer is written, but for the end of the response. */
function runBackend(world: World, run: BackendRun): Promise<void> {
  const { incoming, outgoing } = run.request;
  return new Promise((resolve, reject) => {
    const child = spawn("git", ["http-backend"], {
      env: backendEnvironment(world, run),
      stdio: ["pipe", "pipe", "ignore"],
      timeout: BACKEND_TIMEOUT_MS,
    });
    const answer = new BackendAnswer(run.isWithheld ? undefined : outgoing);
    child.stdout.on("data", (chunk: Buffer) => {
      if (!answer.write(chunk)) {
        child.stdout.pause();
        outgoing.once("drain", () => child.stdout.resume());
      }
    });
    // A caller that goes away must not leave the process waiting for the rest of its input or output.
    outgoing.once("close", () => {
      child.stdin.destroy();
      child.stdout.resume();
    });
    child.stdin.on("error", () => undefined); // the backend may answer before it has read everything
    child.once("error", reject);
    child.once("close", () => resolve());
    incoming.pipe(child.stdin);
  });
}

function backendEnvironment(world: World, run: BackendRun): Record<string, string> {
  const { request, principal } = run;
  const { headers } = request.incoming;
  const directory = world.gitOf(run.repository).directory;
  const mayChangeWorkflows =
    principal.kind !== "installation" ||
    grants(principal.token.permissions, { permission: "workflows", level: "write" });
  const encoding = headers["content-encoding"];
  const protocol = headers["git-protocol"];
  return {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: dirname(directory),
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `${directory.slice(dirname(directory).length)}/${request.service}`,
    QUERY_STRING: request.query,
    REQUEST_METHOD: request.incoming.method ?? "GET",
    CONTENT_TYPE: headers["content-type"] ?? "",
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_USER: actorOf(principal).user.login,
    SIMULATOR_MAY_CHANGE_WORKFLOWS: mayChangeWorkflows ? "yes" : "no",
    ...(headers["content-length"] === undefined ? {} : { CONTENT_LENGTH: headers["content-length"] }),
    ...(typeof encoding === "string" ? { HTTP_CONTENT_ENCODING: encoding } : {}),
    ...(typeof protocol === "string" ? { GIT_PROTOCOL: protocol } : {}),
  };
}
