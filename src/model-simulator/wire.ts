// Reading and writing of single HTTP messages by the simulator.
import type { IncomingMessage, ServerResponse } from "node:http";
import { decompress } from "../platform/node/decompress.ts";

/** The largest request body that is read, before and after decompression. */
export const REQUEST_BYTES_MAX = 64 * 1024 * 1024;

/** The request's body, decompressed. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > REQUEST_BYTES_MAX) throw new Error(`the request is larger than ${REQUEST_BYTES_MAX} bytes`);
    chunks.push(chunk as Buffer);
  }
  const coding = request.headers["content-encoding"];
  const unpacked = decompress(Buffer.concat(chunks), coding, REQUEST_BYTES_MAX);
  if (unpacked.kind !== "body") throw new Error(`the request's body is ${unpacked.kind} (content-encoding ${coding})`);
  return unpacked.body;
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}
