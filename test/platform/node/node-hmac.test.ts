import { expect, it } from "vitest";
import { nodeHmac } from "../../../src/platform/node/node-hmac.ts";

// Test case 2 of RFC 2202 (SHA-1) and of RFC 4231 (SHA-256, SHA-512).
it.each([
  ["sha1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
  ["sha256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  [
    "sha512",
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554" +
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  ],
] as const)("%s gives the digest of the RFC", (algorithm, digest) => {
  const bytes = nodeHmac(algorithm, Buffer.from("Jefe"), Buffer.from("what do ya want for nothing?"));

  expect(Buffer.from(bytes).toString("hex")).toBe(digest);
});
