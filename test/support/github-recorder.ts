// A way to the simulated GitHub's API that writes down which installation tokens are asked for and which are given: what
// nobody but the gateway may know.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface GitHubRecorder {
  readonly apiUrl: string;
  /** Bodies of the requests for tokens. */
  readonly asked: readonly Readonly<Record<string, unknown>>[];
  readonly tokens: readonly string[];
  close(): Promise<void>;
}

export async function startGitHubRecorder(apiUrl: string): Promise<GitHubRecorder> {
  const asked: Record<string, unknown>[] = [];
  const tokens: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request);
      const { url = "", method = "GET" } = request;
      const answer = await fetch(`${apiUrl}${url}`, {
        method,
        redirect: "manual",
        headers: passedHeaders(request),
        ...(body === "" ? {} : { body }),
      });
      const text = Buffer.from(await answer.arrayBuffer());
      if (url.endsWith("/access_tokens")) {
        asked.push(JSON.parse(body) as Record<string, unknown>);
        tokens.push((JSON.parse(text.toString("utf8")) as { token: string }).token);
      }
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(text);
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    tokens,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function passedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const names = ["authorization", "accept", "content-type", "if-none-match"] as const;
  return Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
