// ServiceAccount tokens without a cluster: JWTs with Kubernetes' bound claims, signed with a key of our own. A token
// is worth something only while its account and its pod exist, which is looked up at every review.
// Source: Kubernetes documentation, "Managing Service Accounts", section "Bound service account tokens".
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
  verify,
} from "node:crypto";
import { SERVICE_ACCOUNT } from "../../resources/core.ts";
import type { Kind } from "../../resources/kind.ts";
import { POD } from "../../resources/pod.ts";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import {
  API_AUDIENCE,
  type Caller,
  serviceAccountUser,
  type TokenIssuer,
  type TokenRequest,
  type TokenReviewer,
} from "../identity.ts";
import { keepPrivateFile } from "../node/private-file.ts";
import type { ResourceReader } from "../resource-store.ts";

/** A longer life that is asked for is cut to this, as a cluster's token controller does; the answer tells. */
const LIFE_SECONDS_MAX = 86_400;
const TOKEN_BYTES_MAX = 8192;

/** Opens the signing key at `keyPath`, made once with mode 0600, and issues and reviews tokens with it. */
export async function openServiceAccountTokens(options: {
  readonly keyPath: string;
  readonly store: Pick<ResourceReader, "get">;
  readonly clock: Clock;
}): Promise<TokenIssuer & TokenReviewer> {
  const { keyPath, store, clock } = options;
  const key = readKey(await keepPrivateFile(keyPath, async () => makeKey()), keyPath);
  return {
    async issue(request) {
      const accountUid = await uidOf(store, SERVICE_ACCOUNT, request.namespace, request.serviceAccount);
      if (accountUid === undefined) throw missing("serviceaccounts", request.serviceAccount);
      const { pod } = request;
      if (pod !== undefined && (await uidOf(store, POD, request.namespace, pod.name)) !== pod.uid) {
        throw missing("pods", pod.name);
      }
      const issuedAt = Math.floor(clock.now() / 1000);
      const expiresAt = issuedAt + Math.min(request.expirationSeconds, LIFE_SECONDS_MAX);
      return {
        token: encode(claimsOf(request, { accountUid, issuedAt, expiresAt }), key),
        expiresAt: expiresAt * 1000,
      };
    },
    async review(token, audiences) {
      const claims = decode(token, key);
      if (claims === undefined || !isCurrent(claims, Math.floor(clock.now() / 1000))) return undefined;
      const matching = audiences.filter((audience) => claims.aud.includes(audience));
      if (matching.length === 0) return undefined;
      const { namespace, serviceaccount, pod } = claims["kubernetes.io"];
      if ((await uidOf(store, SERVICE_ACCOUNT, namespace, serviceaccount.name)) !== serviceaccount.uid)
        return undefined;
      if (pod !== undefined && (await uidOf(store, POD, namespace, pod.name)) !== pod.uid) return undefined;
      return callerOf(claims, matching);
    },
  };
}

interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly nbf: number;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: BoundObject;
    readonly pod?: BoundObject;
  };
}

interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function claimsOf(
  request: TokenRequest,
  made: { readonly accountUid: string; readonly issuedAt: number; readonly expiresAt: number },
): Claims {
  return {
    iss: API_AUDIENCE,
    sub: serviceAccountUser(request.namespace, request.serviceAccount),
    aud: [request.audience],
    exp: made.expiresAt,
    iat: made.issuedAt,
    nbf: made.issuedAt,
    jti: randomUUID(),
    "kubernetes.io": {
      namespace: request.namespace,
      serviceaccount: { name: request.serviceAccount, uid: made.accountUid },
      ...(request.pod !== undefined && { pod: { name: request.pod.name, uid: request.pod.uid } }),
    },
  };
}

function encode(claims: Claims, key: SigningKey): string {
  const head = `${base64url({ alg: "ES256", kid: key.id, typ: "JWT" })}.${base64url(claims)}`;
  // JWS wants the two numbers of the signature side by side (RFC 7518, section 3.4), not in DER.
  const signature = sign("sha256", Buffer.from(head), { key: key.privateKey, dsaEncoding: "ieee-p1363" });
  return `${head}.${signature.toString("base64url")}`;
}

/** The claims of a token that this key has signed. What it signed has the right shape, so nothing else is checked. */
function decode(token: string, key: SigningKey): Claims | undefined {
  if (token.length > TOKEN_BYTES_MAX) return undefined;
  const [header = "", payload = "", signature = "", ...rest] = token.split(".");
  if (rest.length > 0) return undefined;
  const isSigned = verify(
    "sha256",
    Buffer.from(`${header}.${payload}`),
    // The algorithm is ours, never the one that the token's header asks for.
    { key: key.publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  return isSigned ? (JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims) : undefined;
}

function isCurrent(claims: Claims, nowSeconds: number): boolean {
  return claims.iss === API_AUDIENCE && claims.nbf <= nowSeconds && nowSeconds < claims.exp;
}

function callerOf(claims: Claims, audiences: readonly string[]): Caller {
  const { namespace, pod } = claims["kubernetes.io"];
  return {
    user: claims.sub,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    ...(pod !== undefined && { pod }),
    audiences,
  };
}

async function uidOf(
  store: Pick<ResourceReader, "get">,
  kind: Kind,
  namespace: string,
  name: string,
): Promise<string | undefined> {
  return (await store.get(kind, { namespace, name }))?.metadata.uid;
}

function missing(resource: string, name: string): PlatformError {
  return new PlatformError({ code: "NotFound", message: `${resource} "${name}" not found` });
}

function makeKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
}

function readKey(pem: string, path: string): SigningKey {
  try {
    const privateKey = createPrivateKey(pem);
    if (privateKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new Error("not a P-256 key");
    const publicKey = createPublicKey(privateKey);
    const id = createHash("sha256")
      .update(publicKey.export({ type: "spki", format: "der" }))
      .digest("base64url");
    return { id, privateKey, publicKey };
  } catch (error) {
    throw new PlatformError({
      code: "Invalid",
      message: `${path} is not an ECDSA P-256 private key in PEM form`,
      hint: `delete ${path} and start again: a new key is made, and every token is issued anew`,
      cause: error,
    });
  }
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}
