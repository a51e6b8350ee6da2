// The sockets of the simulator: TCP on 127.0.0.1 and, if wanted, a Unix socket; git requests go to git, the rest to Hono.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";

import { PlatformError } from "../platform/errors.ts";

import type { LogDownloads } from "./actions/log-downloads.ts";
import { serveGit } from "./git/git-http.ts";
import { serveGraphql } from "./graphql/graphql-api.ts";
import { servePages } from "./pages/pages.ts";
import { allRoutes } from "./rest/all-routes.ts";
import { RateLimits } from "./rest/rate-limits.ts";
import { createRestApi, type NodeEnvironment } from "./rest/rest-api.ts";
import { type Controllable, serveControl } from "./serve-control.ts";
import type { World } from "./world.ts";

export class HttpListener {
  readonly url: string;
  readonly #servers: readonly Server[];

  private constructor(servers: readonly Server[], url: string) {
    this.#servers = servers;
    this.url = url;
  }

  /** Listens before anything is served, because the address is part of every answer. */
  static async open(at: { readonly port: number; readonly socketPath?: string }): Promise<HttpListener> {
    const tcp = createServer();
    await listen(tcp, { port: at.port, host: "127.0.0.1" });
    const servers = [tcp];
    if (at.socketPath !== undefined) {
      const unix = createServer();
      await listen(unix, { path: at.socketPath }).catch(async (error: unknown) => {
        await close(tcp);
        throw error;
      });
      servers.push(unix);
    }
    return new HttpListener(servers, `http://127.0.0.1:${(tcp.address() as AddressInfo).port}`);
  }

  serve(world: World, downloads: LogDownloads, simulator: Controllable): void {
    const rateLimits = new RateLimits(world.clock, world.requestsPerHour);
    const app = new Hono<NodeEnvironment>();
    app.post("/api/graphql", (context) => serveGraphql(world, context));
    app.post("/graphql", (context) => serveGraphql(world, context));
    serveControl(app, simulator);
    downloads.serve(app, world.state);
    servePages(app, world);
    app.route("/", createRestApi({ world, rateLimits, routes: allRoutes(rateLimits) }));
    const listener = getRequestListener(app.fetch);
    for (const server of this.#servers) {
      server.on("request", (incoming, outgoing) => {
        if (!serveGit(world, incoming, outgoing)) {
          void listener(incoming, outgoing);
        }
      });
    }
  }

  async close(): Promise<void> {
    for (const server of this.#servers) {
      await close(server);
    }
  }
}

function listen(server: Server, at: { port: number; host: string } | { path: string }): Promise<void> {
  const address = "path" in at ? at.path : `${at.host}:${at.port}`;
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `The GitHub simulator cannot listen on ${address}: ${cause.message}`;
      const hint = "Choose another address, or end the program that uses this one.";
      reject(new PlatformError({ code: "Unavailable", message, hint, cause }));
    });
    server.listen(at, () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
