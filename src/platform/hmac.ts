// Keyed hashes, computed by the platform.

export type HmacAlgorithm = "sha1" | "sha256" | "sha512";

/** The digest of the message under the key. */
export type Hmac = (algorithm: HmacAlgorithm, key: Uint8Array, message: Uint8Array) => Uint8Array;
