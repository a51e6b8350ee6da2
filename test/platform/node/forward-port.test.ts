import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { forwardPort, openUnixSocket } from "../../../src/platform/node/forward-port.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

async function talk(port: number, text: string): Promise<string> {
  const socket = createConnection({ port, host: "127.0.0.1" });
  socket.end(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

it("bytes go both ways, also after one side has said its last", async () => {
  const path = join(await temporaryDirectory(), "socket");
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = "";
    socket.on("data", (chunk) => (text += String(chunk)));
    socket.on("end", () => socket.end(`heard ${text}`));
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  onTestFinished(() => {
    server.close();
  });

  const { port } = await forwardPort({ port: 0, open: () => openUnixSocket(path) });

  expect(await Promise.all([talk(port, "one"), talk(port, "two")])).toEqual(["heard one", "heard two"]);
});

it("a connection ends when nobody listens on the socket", async () => {
  const missing = join(await temporaryDirectory(), "missing");
  const { port } = await forwardPort({ port: 0, open: () => openUnixSocket(missing) });

  expect(await talk(port, "anybody?").catch(() => "")).toBe("");
});
