// What a real API server does that ours does not: scripted answers on a plain connection.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connectKubernetes, type Kubernetes } from "../../../src/platform/kubernetes/connect-kubernetes.ts";
import type { Credential } from "../../../src/platform/kubernetes/credential.ts";
import { CONFIG_MAP, type ConfigMap } from "../../../src/resources/core.ts";
import { REAL_CLOCK } from "../../support/real-clock.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server | undefined;
let client: Kubernetes | undefined;
afterEach(async () => {
  await client?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

/** Answers one request after the other as scripted, the last one again and again. */
async function scripted(answers: readonly Answer[], credential?: Credential): Promise<{ readonly seen: string[] }> {
  const seen: string[] = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = answers[Math.min(seen.length, answers.length - 1)];
      seen.push(`${request.method} ${request.url}`);
      answer?.(request, response, Buffer.concat(chunks).toString());
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const connection = {
    server: `http://127.0.0.1:${port}`,
    namespace: "default",
    credential: credential ?? { current: async () => ({}), invalidate: () => false },
  };
  client = await connectKubernetes(
    { connection },
    { clock: REAL_CLOCK, limits: { pageSize: 2, watchIdleMs: 1500, updateAttemptsMax: 3 } },
  );
  return { seen };
}

const json =
  (code: number, body: unknown): Answer =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  };
const status = (code: number, reason: string, details: object = {}): Answer =>
  json(code, { kind: "Status", status: "Failure", code, reason, message: `it is ${reason}`, details });
const configMap = (name: string, resourceVersion?: string): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "a", ...(resourceVersion !== undefined && { resourceVersion }) },
});
const page = (names: readonly string[], token?: string): Answer =>
  json(200, {
    metadata: { resourceVersion: "7", ...(token !== undefined && { continue: token }) },
    // As a cluster lists a built-in kind: without apiVersion and kind.
    items: names.map((name) => ({ metadata: { name } })),
  });
const key = { namespace: "a", name: "b" };

describe("listing everything", () => {
  it("reads page by page and gives each item its type", async () => {
    const { seen } = await scripted([page(["a", "b"], "next"), page(["c"])]);

    const list = await client?.store.list(CONFIG_MAP, { namespace: "a" });

    expect(list).toEqual({
      resourceVersion: "7",
      items: ["a", "b", "c"].map((name) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } })),
    });
    expect(seen).toEqual([
      "GET /api/v1/namespaces/a/configmaps?limit=2",
      "GET /api/v1/namespaces/a/configmaps?limit=2&continue=next",
    ]);
  });

  it("asks for all at once when a page has expired", async () => {
    await scripted([page(["a", "b"], "next"), status(410, "Expired"), page(["a", "b", "c"])]);

    expect((await client?.store.list(CONFIG_MAP))?.items).toHaveLength(3);
  });
});

describe("a refusal", () => {
  it.each([
    [status(404, "NotFound"), "NotFound"],
    [status(409, "AlreadyExists"), "AlreadyExists"],
    [status(409, "Conflict"), "Conflict"],
    [status(410, "Gone"), "Expired"],
    [status(422, "Invalid"), "Invalid"],
    [status(400, "BadRequest"), "Invalid"],
    [status(403, "Forbidden"), "Forbidden"],
    [status(429, "TooManyRequests"), "TooManyRequests"],
    [status(503, "ServiceUnavailable"), "Unavailable"],
    [status(500, "InternalError"), "Internal"],
    [status(504, "SomethingNew"), "Timeout"],
  ])("becomes a PlatformError of its reason", async (answer, code) => {
    await scripted([answer]);

    await expect(client?.store.create(CONFIG_MAP, configMap("b"))).rejects.toMatchObject({
      code,
      message: expect.stringContaining("it is"),
    });
  });

  it("of a proxy on the way is told in its words", async () => {
    await scripted([(_request, response) => void response.writeHead(502).end("<h1>Bad Gateway</h1>")]);

    await expect(client?.store.get(CONFIG_MAP, key)).rejects.toMatchObject({
      code: "Unavailable",
      message: "GET /api/v1/namespaces/a/configmaps/b: answer 502: <h1>Bad Gateway</h1>",
    });
  });

  it("carries the causes of wrong fields", async () => {
    await scripted([status(422, "Invalid", { causes: [{ field: "data.x", message: "too long" }] })]);

    await expect(client?.store.create(CONFIG_MAP, configMap("b"))).rejects.toMatchObject({
      causes: [{ field: "data.x", message: "too long" }],
    });
  });

  it("of an expired token is tried once more with a fresh one", async () => {
    let token = "old";
    const credential: Credential = {
      current: async () => ({ token }),
      invalidate: () => {
        token = "new";
        return true;
      },
    };
    const check: Answer = (request, response, body) =>
      (request.headers.authorization === "Bearer new" ? json(200, configMap("b")) : status(401, "Unauthorized"))(
        request,
        response,
        body,
      );
    const { seen } = await scripted([check], credential);

    expect((await client?.store.get(CONFIG_MAP, key))?.metadata.name).toBe("b");
    expect(seen).toHaveLength(2);
  });

  it("never comes from an object without a name, which would be the path of all", async () => {
    const { seen } = await scripted([json(200, {})]);

    await expect(client?.store.delete(CONFIG_MAP, { namespace: "a", name: "" })).rejects.toMatchObject({
      code: "Invalid",
    });
    await expect(client?.store.delete(CONFIG_MAP, { namespace: "", name: "b" })).rejects.toMatchObject({
      code: "Invalid",
    });
    expect(seen).toEqual([]);
  });

  it("of the connection names the server's address", async () => {
    await scripted([json(200, {})]);
    await new Promise((resolve) => server?.close(resolve));

    await expect(client?.store.get(CONFIG_MAP, key)).rejects.toMatchObject({
      code: "Unavailable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });
});

describe("an update without a version", () => {
  const demand = status(422, "Invalid", {
    causes: [{ field: "metadata.resourceVersion", message: "must be specified for an update" }],
  });

  it("is read, written and repeated where the server demands a version", async () => {
    const sent: unknown[] = [];
    const take: Answer = (request, response, body) => {
      sent.push((JSON.parse(body) as ConfigMap).metadata.resourceVersion);
      (sent.length === 1 ? status(409, "Conflict") : json(200, configMap("b", "6")))(request, response, body);
    };
    await scripted([demand, json(200, configMap("b", "4")), take, json(200, configMap("b", "5")), take]);

    const updated = await client?.store.update(CONFIG_MAP, configMap("b"));

    expect(sent).toEqual(["4", "5"]);
    expect(updated?.metadata.resourceVersion).toBe("6");
  });

  it("gives up after so many conflicts, and at once when the object is gone", async () => {
    await scripted([
      demand,
      json(200, configMap("b", "4")),
      status(409, "Conflict"),
      json(200, configMap("b", "4")),
      status(409, "Conflict"),
      json(200, configMap("b", "4")),
      status(409, "Conflict"),
      status(404, "NotFound"),
    ]);

    await expect(client?.store.update(CONFIG_MAP, configMap("b"))).rejects.toMatchObject({ code: "Conflict" });
    await expect(client?.store.update(CONFIG_MAP, configMap("b"))).rejects.toMatchObject({ code: "NotFound" });
  });
});

describe("a watch", () => {
  const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`;
  const added = line("ADDED", { metadata: { name: "b" } });
  async function watched(answer: Answer): Promise<readonly string[]> {
    await scripted([answer]);
    const types: string[] = [];
    const options = { resourceVersion: "1", signal: AbortSignal.timeout(10_000) };
    for await (const event of client?.store.watch(CONFIG_MAP, options) ?? [])
      types.push(`${event.type} ${event.object.kind}`);
    return types;
  }

  it("puts events together from pieces, and ends with the server", async () => {
    const pieces: Answer = (_request, response) => {
      response.write(added.slice(0, 10));
      setTimeout(
        () => response.end(`${added.slice(10)}${line("BOOKMARK", { metadata: { resourceVersion: "9" } })}`),
        20,
      );
    };

    expect(await watched(pieces)).toEqual(["ADDED ConfigMap", "BOOKMARK ConfigMap"]);
  });

  it("fails as Expired in both forms of 410", async () => {
    const inStream: Answer = (_request, response) =>
      void response.end(added + line("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" }));

    await expect(watched(inStream)).rejects.toMatchObject({ code: "Expired", message: "too old" });
    await client?.close();
    await expect(watched(status(410, "Gone"))).rejects.toMatchObject({ code: "Expired" });
  });

  it("ends when the connection is lost in the middle, or is silent for too long", async () => {
    const lost: Answer = (_request, response) => {
      response.write(added);
      setTimeout(() => response.destroy(), 20);
    };

    expect(await watched(lost)).toEqual(["ADDED ConfigMap"]);
    expect(await watched((_request, response) => void response.write(added))).toEqual(["ADDED ConfigMap"]);
  });

  it("fails when what it hears is no watch", async () => {
    await expect(watched((_request, response) => void response.end("<html>\n"))).rejects.toMatchObject({
      code: "Internal",
    });
    await expect(watched((_request, response) => void response.end('{"a":1}\n'))).rejects.toMatchObject({
      code: "Internal",
    });
  });
});
