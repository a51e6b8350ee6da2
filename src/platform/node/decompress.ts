// Bodies as HTTP's content codings pack them.
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync, type ZlibOptions } from "node:zlib";

export type Decompressed =
  | { readonly kind: "body"; readonly body: Buffer }
  /** It would be larger than what was allowed; nothing more than that was unpacked. */
  | { readonly kind: "too-large" }
  /** It is not what its coding says. */
  | { readonly kind: "damaged" }
  | { readonly kind: "unknown-coding" };

type Decompressor = (body: Buffer, options: Pick<ZlibOptions, "maxOutputLength">) => Buffer;

const DECOMPRESSORS: ReadonlyMap<string, Decompressor> = new Map<string, Decompressor>([
  ["gzip", gunzipSync],
  ["deflate", inflateSync],
  ["br", brotliDecompressSync],
  ["zstd", zstdDecompressSync],
]);

/** Unpacks a body of one content coding; none and `identity` leave it as it is. */
export function decompress(body: Buffer, coding: string | undefined, bytesMax: number): Decompressed {
  if (coding === undefined || coding === "identity") return { kind: "body", body };
  const unpack = DECOMPRESSORS.get(coding);
  if (unpack === undefined) return { kind: "unknown-coding" };
  try {
    return { kind: "body", body: unpack(body, { maxOutputLength: bytesMax }) };
  } catch (error) {
    return { kind: (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE" ? "too-large" : "damaged" };
  }
}
