// Plain HTTPS calls to a test API with the operator's certificate, for tests that look at the wire.
import { Agent, request } from "undici";
import type { ConfigMap } from "../../src/resources/core.ts";
import type { TestApi } from "./api-server.ts";

export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The JSON object, or `{ text }` for anything else. */
  readonly body: Readonly<Record<string, unknown>>;
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface WatchLine {
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface ApiCalls {
  /** A string body is sent as it is, anything else as JSON. */
  call(method: Method, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** A PATCH of `application/<type>`. */
  patch(path: string, type: string, body: unknown): Promise<Answer>;
  /** Reads a watch until enough lines are there, then leaves. */
  watchLines(path: string, count: number, accept?: string): Promise<readonly WatchLine[]>;
  close(): Promise<void>;
}

export async function callsTo(api: TestApi): Promise<ApiCalls> {
  const pair = await api.authority.keep({
    name: "operator",
    commonName: "operator",
    organizations: ["system:masters"],
    usage: "client",
  });
  const dispatcher = new Agent({
    connect: { ca: api.authority.certificate, cert: pair.certificate, key: pair.key },
  });
  const call: ApiCalls["call"] = async (method, path, body, headers = {}) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const answer = await request(`${api.server.url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(text !== undefined && { body: text }),
      dispatcher,
    });
    const answerText = await answer.body.text();
    const parsed = (answerText.startsWith("{") ? JSON.parse(answerText) : { text: answerText }) as Answer["body"];
    return { code: answer.statusCode, headers: answer.headers, body: parsed };
  };
  return {
    call,
    patch: (path, type, body) => call("PATCH", path, body, { "content-type": `application/${type}` }),
    async watchLines(path, count, accept) {
      const answer = await request(`${api.server.url}${path}`, {
        dispatcher,
        ...(accept !== undefined && { headers: { accept } }),
      });
      const lines: WatchLine[] = [];
      let rest = "";
      for await (const chunk of answer.body) {
        const parts = (rest + String(chunk)).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts.map((line) => JSON.parse(line) as WatchLine));
        if (lines.length >= count) break;
      }
      return lines.slice(0, count);
    },
    close: async () => await dispatcher.destroy(),
  };
}

/** A ConfigMap in the namespace `default`. */
export function configMap(name: string, data: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, data };
}

/** The path of the ConfigMaps of the namespace `default`. */
export const MAPS = "/api/v1/namespaces/default/configmaps";
