import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { afterEach, beforeEach, expect, it } from "vitest";

import { createNodeWebhookListener, type PortKeeper } from "../../../src/platform/node/node-webhook-listener.ts";
import type { WebhookListener, WebhookRequest, WebhookRoute } from "../../../src/platform/webhook-listener.ts";
import { freePort } from "../../support/free-port.ts";
import { RecordingLog } from "../../support/recording-log.ts";

let listener: WebhookListener & PortKeeper;
let port = 0;

beforeEach(async () => {
  listener = createNodeWebhookListener({ log: new RecordingLog() });
  port = await freePort();
});

afterEach(() => listener.close());

function route(change: Partial<WebhookRoute> = {}): WebhookRoute {
  return {
    port,
    path: "/hook",
    bodyBytesMax: 100,
    handle: async ({ body }) => ({ status: 200, body: `got ${Buffer.from(body).toString("utf8")}` }),
    ...change,
  };
}

async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body, headers });
  return `${response.status} ${await response.text()}`;
}

it("a route gets the raw body and every header value", async () => {
  const seen: WebhookRequest[] = [];
  const handle = async (request: WebhookRequest) => {
    seen.push(request);
    return { status: 200, body: "success" };
  };
  await listener.setRoutes("a", [route({ handle })]);

  expect(await post("/hook?x=1", "größe", { "X-GitHub-Event": "push" })).toBe("200 success");
  expect(Buffer.from(seen[0]?.body ?? []).toString("utf8")).toBe("größe");
  expect(seen[0]?.headers.get("x-github-event")).toEqual(["push"]);
});

it("other paths are not found, health is answered, and too long bodies are refused", async () => {
  await listener.setRoutes("a", [route()]);

  expect(await post("/other", "x")).toMatch(/^404/);
  expect(await post("/health", "")).toBe("200 OK");
  expect(await post("/hook", "x".repeat(101))).toBe("400 http: request body too large");
});

it("a handler that fails is answered with 500 and nothing of its error", async () => {
  await listener.setRoutes("a", [route({ handle: () => Promise.reject(new Error("secret")) })]);

  expect(await post("/hook", "x")).toBe("500 internal error");
});

it("an owner's routes replace its former ones, and a port without routes is closed", async () => {
  await listener.setRoutes("a", [route()]);
  await listener.setRoutes("a", [route({ path: "/new" })]);
  expect(await post("/new", "x")).toBe("200 got x");
  expect(await post("/hook", "x")).toMatch(/^404/);

  await listener.setRoutes("a", []);
  await expect(post("/new", "x")).rejects.toThrow("fetch failed");
});

it("two owners share a port but not a path", async () => {
  await listener.setRoutes("a", [route()]);
  await listener.setRoutes("b", [route({ path: "/b" })]);

  expect(await post("/b", "x")).toBe("200 got x");
  await expect(listener.setRoutes("c", [route()])).rejects.toMatchObject({
    code: "AlreadyExists",
    message: `port ${port} already has the path /hook, for a`,
  });
});

it("a port that another program has is named, and nothing changes", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const taken = (other.address() as AddressInfo).port;
  await listener.setRoutes("a", [route()]);

  const attempt = listener.setRoutes("a", [route({ path: "/b" }), route({ port: taken })]);
  await expect(attempt).rejects.toMatchObject({ code: "Unavailable" });
  expect(await post("/hook", "x")).toBe("200 got x");
  other.close();
});

it("bodies that are read at once are bounded together, because nothing is known of their senders yet", async () => {
  await listener.close();
  listener = createNodeWebhookListener({ log: new RecordingLog(), limits: { bufferedBytesMax: 150 } });
  const answered = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const handle = async () => {
    started.resolve();
    await answered.promise;
    return { status: 200, body: "success" };
  };
  await listener.setRoutes("a", [route({ handle })]);
  const first = post("/hook", "x".repeat(100));
  // The first body is held while its handler runs.
  await started.promise;
  expect(await post("/hook", "x".repeat(100))).toBe("503 too many bytes of requests wait (bufferedBytesMax 150)");
  answered.resolve();

  expect(await first).toBe("200 success");
  expect(await post("/hook", "x".repeat(100))).toBe("200 success");
});

it("a port that is kept is open before its first route and after its last", async () => {
  await listener.keepOpen(port);
  expect(await post("/hook", "x")).toMatch(/^404/);

  await listener.setRoutes("a", [route()]);
  expect(await post("/hook", "x")).toBe("200 got x");
  await listener.setRoutes("a", []);

  expect(await post("/hook", "x")).toMatch(/^404/);
  await listener.close();
  await expect(post("/hook", "x")).rejects.toThrow();
});
