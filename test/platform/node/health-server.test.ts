import { afterEach, describe, expect, it } from "vitest";
import { startHealthServer, type HealthServer } from "../../../src/platform/node/health-server.ts";

let server: HealthServer | undefined;
afterEach(() => server?.close());

async function start(state: { live?: string; ready?: string; metrics?: () => Promise<string> }) {
  const { live, ready, metrics = () => Promise.resolve("up 1\n") } = state;
  server = await startHealthServer({ port: 0, host: "127.0.0.1", live: () => live, ready: () => ready, metrics });
  const { port } = server;
  return async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return [answer.status, await answer.text()];
  };
}

describe("a program's health", () => {
  it("is ok where nothing is said against it", async () => {
    const ask = await start({});

    expect(await ask("/healthz")).toEqual([200, "ok\n"]);
    expect(await ask("/readyz?verbose")).toEqual([200, "ok\n"]);
    expect(await ask("/metrics")).toEqual([200, "up 1\n"]);
    expect(await ask("/other")).toEqual([404, expect.stringContaining("/healthz")]);
  });

  it("is told with the reason where something is", async () => {
    const ask = await start({
      live: "stuck",
      ready: "no cache yet",
      metrics: () => Promise.reject(new Error("broken")),
    });

    expect(await ask("/healthz")).toEqual([503, "stuck\n"]);
    expect(await ask("/readyz")).toEqual([503, "no cache yet\n"]);
    expect((await ask("/metrics"))[0]).toBe(500);
  });

  it("cannot be asked at a port that another has", async () => {
    await start({});
    const { port = 0 } = server ?? {};
    const none = () => undefined;

    const attempt = startHealthServer({
      port,
      host: "127.0.0.1",
      live: none,
      ready: none,
      metrics: () => Promise.resolve(""),
    });

    await expect(attempt).rejects.toThrow("EADDRINUSE");
  });
});
