// Request bodies within limits, and the streaming of answers to callers.
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Readable, Transform } from "node:stream";
import { decompress } from "../platform/node/decompress.ts";
import { Refusal } from "./refusal.ts";

/** The whole body of a request, decompressed; TooLarge beyond `bytesMax`, before and after decompression. */
export async function readRequestBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const body = await readAll(request, bytesMax);
  return unpack(body, request.headers["content-encoding"], bytesMax);
}

/** The whole of a stream; TooLarge beyond `bytesMax`. */
export async function readAll(stream: Readable, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) throw new Refusal("TooLarge", `more than ${bytesMax} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Sends a stream as the rest of a response, keeping backpressure both ways; returns the number of bytes. */
export async function streamOut(
  response: ServerResponse,
  body: Readable,
  through: readonly Transform[] = [],
): Promise<number> {
  let bytes = 0;
  body.on("data", (chunk: Buffer) => (bytes += chunk.length));
  body.pause();
  await pipeline([body, ...through, response]);
  return bytes;
}

/** Parses a JSON object; Invalid when it is none. */
export function parseJsonObject(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refusal("Invalid", "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Refusal("Invalid", "the body is not a JSON object");
  }
  return value as Readonly<Record<string, unknown>>;
}

function unpack(body: Buffer, coding: string | undefined, bytesMax: number): Buffer {
  const result = decompress(body, coding, bytesMax);
  switch (result.kind) {
    case "body":
      return result.body;
    case "too-large":
      throw new Refusal("TooLarge", `more than ${bytesMax} bytes`);
    case "damaged":
      throw new Refusal("Invalid", `the body is not ${coding}`);
    case "unknown-coding":
      throw new Refusal("Invalid", `content-encoding ${coding} is not understood`);
  }
}
