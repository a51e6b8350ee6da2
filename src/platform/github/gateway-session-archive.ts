// The session of a run's coding agent, kept by the gateway: one per repository, task and profile.
import type { EgressList } from "../egress-list.ts";
import { SESSION_BYTES_MAX, type SessionArchive } from "../session-archive.ts";
import { PlatformError } from "../errors.ts";
import { createGatewayClient, notFound, type GatewayClientOptions } from "./gateway-client.ts";

export interface SessionKey {
  readonly repositoryId: number;
  /** Of the issue, else of the pull request: the gateway knows both of the run. */
  readonly number: number;
  /** Key of the agent profile. */
  readonly profile: string;
}

/** Without a key the run has no session: there is none to load, and none is kept. */
export function createGatewaySessionArchive(
  options: GatewayClientOptions,
  key: SessionKey | undefined,
): SessionArchive {
  if (key === undefined) return { load: () => Promise.resolve(undefined), store: () => Promise.resolve() };
  const client = createGatewayClient(options);
  const path = `/session/${key.repositoryId}/${key.number}/${key.profile}`;
  return {
    async load() {
      const answer = await client.send({ method: "GET", path });
      if (answer.status !== 404) return await readArchive(answer);
      await answer.body?.cancel();
      return undefined;
    },
    async store(archive) {
      const request = { method: "PUT" as const, path };
      const answer = await client.send({
        ...request,
        body: new Uint8Array(archive),
        contentType: "application/octet-stream",
      });
      await answer.body?.cancel();
      if (answer.status === 404) throw notFound(request);
    },
  };
}

async function readArchive(answer: Response): Promise<Uint8Array | undefined> {
  if (Number(answer.headers.get("content-length")) > SESSION_BYTES_MAX) {
    await answer.body?.cancel();
    return undefined;
  }
  try {
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throw new PlatformError({ code: "Unavailable", message: "the session's archive was cut off", cause: error });
  }
}

/** Hands the hosts of `egress.allow` to the gateway. */
export function createGatewayEgressList(options: GatewayClientOptions): EgressList {
  const client = createGatewayClient(options);
  return {
    async allow(hosts) {
      const request = { method: "PUT" as const, path: "/run/egress" };
      const answer = await client.send({ ...request, body: JSON.stringify({ allow: hosts }) });
      await answer.body?.cancel();
      if (answer.status === 404) throw notFound(request);
    },
  };
}
