// Asks the deployed service. Inside a run the way out is the tunnel that HTTPS_PROXY names.
import { request } from "node:http";

export async function get(path) {
  const url = new URL(path, process.env.RUNYARD_DEPLOYMENT_URL);
  const proxy = process.env.HTTPS_PROXY;
  const socket = proxy === undefined ? undefined : await openTunnel(new URL(proxy), `${url.hostname}:${url.port || 80}`);
  return new Promise((resolve, reject) => {
    const call = request(url, socket === undefined ? {} : { createConnection: () => socket }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    });
    call.on("error", reject).end();
  });
}

function openTunnel(proxy, authority) {
  const credentials = Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`);
  return new Promise((resolve, reject) => {
    const call = request({
      host: proxy.hostname,
      port: proxy.port,
      method: "CONNECT",
      path: authority,
      headers: { host: authority, "proxy-authorization": `Basic ${credentials.toString("base64")}` },
    });
    call.on("connect", (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(new Error(`no tunnel to ${authority}: ${response.statusCode} ${response.headers["x-runyard-reason"] ?? ""}`));
    });
    call.on("error", reject).end();
  });
}
