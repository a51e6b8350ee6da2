// The signature of a delivery: `sha256=<hex>` over the raw body.

export type DigestAlgorithm = "sha1" | "sha256" | "sha512";

/** A keyed hash; the platform computes it. */
export type Digest = (algorithm: DigestAlgorithm, key: Uint8Array, message: Uint8Array) => Uint8Array;

interface Signed {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly digest: Digest;
}

/** Undefined when the signature is right, else the reason, which says nothing about the right one. */
export function checkSignature(signature: string, { key, message, digest }: Signed): string | undefined {
  if (signature === "") return "missing signature";
  const [algorithm = "", hex, ...rest] = signature.split("=");
  if (hex === undefined || rest.length > 0) return `error parsing signature`;
  if (algorithm !== "sha1" && algorithm !== "sha256" && algorithm !== "sha512") return "unknown hash type prefix";
  if (!/^(?:[\da-f]{2})*$/i.test(hex)) return "error decoding signature";
  const given = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return isSame(given, digest(algorithm, key, message)) ? undefined : "payload signature check failed";
}

/** Looks at every byte whatever it finds, so that its time tells nothing about where the difference is. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (const [at, byte] of left.entries()) difference |= byte ^ Number(right[at]);
  return difference === 0;
}
