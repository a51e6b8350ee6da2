// The archive of coding-agent sessions: what a profile remembers of a pull request or issue, between runs. The key comes
// from the caller's run; a path that says otherwise is refused, so that no run reads what another repository left.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ResourceReader } from "../platform/resource-store.ts";
import type { RunContext } from "./callers.ts";
import type { Exchange } from "./exchange.ts";
import { requireCurrentGeneration } from "./lanes.ts";
import { limitBytes } from "./limit-bytes.ts";
import { Refusal } from "./refusal.ts";

/** The largest archive of one session. */
export const SESSION_BYTES_MAX = 64 * 1024 * 1024;

export interface SessionRequest {
  readonly repositoryId: number;
  readonly number: number;
  readonly profile: string;
}

export interface SessionServices {
  readonly store: ResourceReader;
  readonly dataDirectory: string;
}

/** GET for prepare, PUT for agent and publish. */
export async function serveSession(
  exchange: Exchange,
  services: SessionServices,
  asked: SessionRequest,
): Promise<void> {
  const { role, context } = exchange.caller;
  if (context.kind !== "run") throw new Refusal("Forbidden", "only a run has sessions");
  const isWrite = exchange.request.method === "PUT";
  if (isWrite === (role === "prepare")) {
    throw new Refusal("Forbidden", `the role ${role} may not ${isWrite ? "write" : "read"} sessions`);
  }
  await requireCurrentGeneration(services.store, context);
  requireOwnSession(context, asked);
  const directory = join(services.dataDirectory, "sessions", String(asked.repositoryId), String(asked.number));
  const path = join(directory, `${asked.profile}.archive`);
  if (isWrite) await write(exchange, directory, path);
  else await read(exchange, path);
}

function requireOwnSession({ identity, profile }: RunContext, asked: SessionRequest): void {
  const isOwn =
    identity.repositoryId === asked.repositoryId &&
    (identity.pullRequest === asked.number || identity.issue === asked.number) &&
    profile === asked.profile;
  if (isOwn) return;
  const own = `${identity.repositoryId}/${identity.pullRequest ?? identity.issue}/${profile}`;
  throw new Refusal("Forbidden", `this is not a session of the run; its own is ${own}`);
}

async function read(exchange: Exchange, path: string): Promise<void> {
  const size = await stat(path).then(
    (status) => status.size,
    () => undefined,
  );
  if (size === undefined) throw new Refusal("NotFound", "there is no session yet");
  exchange.audit["bytes"] = size;
  exchange.response.writeHead(200, { "content-type": "application/octet-stream", "content-length": String(size) });
  await pipeline(createReadStream(path), exchange.response);
}

/** Whole or not at all: a session that was cut off would be worse than none. */
async function write(exchange: Exchange, directory: string, path: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  const file = createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true });
  try {
    await pipeline(exchange.request, limitBytes(SESSION_BYTES_MAX), file);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  exchange.audit["bytes"] = file.bytesWritten;
  exchange.response.writeHead(204).end();
}
