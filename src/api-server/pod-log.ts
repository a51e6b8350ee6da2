// pods/log: the bytes that a container wrote, streamed as they come.
import { once } from "node:events";
import type { LogRequest } from "../platform/log-source.ts";
import { keyOf } from "../resources/object-meta.ts";
import type { Pod } from "../resources/pod.ts";
import type { ResourceExchange } from "./exchange.ts";
import { parseCount, requireObject } from "./read-resources.ts";
import { isTrue } from "./request-info.ts";
import { badRequest } from "./status-error.ts";

export async function handlePodLog(exchange: ResourceExchange): Promise<void> {
  const { response, signal, services } = exchange;
  const pod = (await requireObject(exchange)) as Pod;
  const chunks = services.logs.read(logRequest(exchange, pod))[Symbol.asyncIterator]();
  const first = chunks.next();
  if (!isTrue(exchange.url.searchParams.get("follow"))) await first; // An error is still a Status then.
  response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "transfer-encoding": "chunked" });
  response.flushHeaders();
  try {
    for (let chunk = await first; chunk.done !== true; chunk = await chunks.next()) {
      if (!response.write(chunk.value)) await once(response, "drain", { signal });
    }
    response.end();
  } catch (error) {
    // The answer has begun: the client learns of the failure by a connection that ends in the middle.
    response.destroy(error as Error);
    if (!signal.aborted) throw error;
  } finally {
    await chunks.return?.();
  }
}

function logRequest({ url, signal }: ResourceExchange, pod: Pod): LogRequest {
  const query = url.searchParams;
  const tailLines = parseCount(query, "tailLines");
  const sinceSeconds = parseCount(query, "sinceSeconds");
  if (isTrue(query.get("previous"))) {
    throw badRequest(
      `previous terminated container in pod "${pod.metadata.name}" not found: containers are never restarted`,
    );
  }
  return {
    pod: keyOf(pod),
    uid: pod.metadata.uid ?? "",
    container: containerOf(pod, query.get("container") ?? ""),
    follow: isTrue(query.get("follow")),
    timestamps: isTrue(query.get("timestamps")),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    signal,
  };
}

function containerOf(pod: Pod, asked: string): string {
  const names = pod.spec.containers.map(({ name }) => name);
  const initial = (pod.spec.initContainers ?? []).map(({ name }) => name);
  if (asked === "" && names.length === 1) return names[0] ?? "";
  if (asked === "") {
    throw badRequest(
      `a container name must be specified for pod ${pod.metadata.name}, choose one of: [${names.join(" ")}]` +
        (initial.length > 0 ? ` or one of the init containers: [${initial.join(" ")}]` : ""),
    );
  }
  if ([...names, ...initial].includes(asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
}
