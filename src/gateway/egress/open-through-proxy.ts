// A connection through the operator's own HTTP proxy, for installations that have no other way out.
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { request as requestHttp } from "../../platform/node/node-http.ts";
import { Refusal } from "../refusal.ts";

const PROXY_TIMEOUT_MS = 15_000;

/** A socket to host:port made by CONNECT; Unavailable when the proxy refuses. */
export function openThroughProxy(proxy: URL, host: string, port: number): Promise<Socket> {
  const request = proxy.protocol === "https:" ? requestHttps : requestHttp;
  const authority = `${host}:${port}`;
  const credential = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: proxy.hostname,
      port: proxy.port,
      method: "CONNECT",
      path: authority,
      timeout: PROXY_TIMEOUT_MS,
      headers: {
        host: authority,
        ...(proxy.username === ""
          ? {}
          : { "proxy-authorization": `Basic ${Buffer.from(credential).toString("base64")}` }),
      },
    });
    const fail = (why: string) => {
      outgoing.destroy();
      reject(new Refusal("Unavailable", `the proxy ${proxy.host} does not open ${authority}: ${why}`));
    };
    outgoing.once("connect", (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else fail(`it answers ${response.statusCode}`);
    });
    outgoing.once("response", (response) => fail(`it answers ${response.statusCode}`));
    outgoing.once("timeout", () => fail("no answer"));
    outgoing.once("error", () => fail("no connection"));
    outgoing.end();
  });
}
