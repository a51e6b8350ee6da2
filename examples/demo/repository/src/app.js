import { createServer } from "node:http";
import { routes } from "./routes.js";

export function createApp(settings) {
  return createServer((request, response) => {
    const url = new URL(request.url, "http://service");
    const route = Object.hasOwn(routes, url.pathname) ? routes[url.pathname] : undefined;
    const answer = route?.(url.searchParams, settings) ?? { status: 404, body: { error: "not found" } };
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  });
}
