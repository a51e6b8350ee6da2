import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompress } from "../../../src/platform/node/decompress.ts";

const BODY = Buffer.from("größe ".repeat(100));

describe.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
])("a body packed by %s", (coding, compress) => {
  it("comes out as it went in, up to the limit", () => {
    expect(decompress(compress(BODY), coding, BODY.length)).toEqual({ kind: "body", body: BODY });
    expect(decompress(compress(BODY), coding, BODY.length - 1)).toEqual({ kind: "too-large" });
  });

  it("is damaged when it is something else", () => {
    expect(decompress(BODY, coding, 1_000_000)).toEqual({ kind: "damaged" });
  });
});

it("a body without a coding stays as it is, and one of an unknown coding is not guessed at", () => {
  expect(decompress(BODY, undefined, 1)).toEqual({ kind: "body", body: BODY });
  expect(decompress(BODY, "identity", 1)).toEqual({ kind: "body", body: BODY });
  expect(decompress(BODY, "gzip, br", 1_000_000)).toEqual({ kind: "unknown-coding" });
});
