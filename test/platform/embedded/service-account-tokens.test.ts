import { createHmac } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { API_AUDIENCE, type TokenIssuer, type TokenReviewer } from "../../../src/platform/identity.ts";
import { openServiceAccountTokens } from "../../../src/platform/embedded/service-account-tokens.ts";
import type { ResourceReader } from "../../../src/platform/resource-store.ts";
import type { KubernetesObject } from "../../../src/resources/object-meta.ts";

const START = 1_800_000_000_000;
const GATEWAY = "runyard-gateway";
const pod = { name: "run-1", uid: "pod-uid" };
const request = { namespace: "agents", serviceAccount: "worker", audience: GATEWAY, expirationSeconds: 600, pod };

let directory = "";
let now = START;
const objects = new Map<string, string>();
const store = {
  async get(kind: { readonly kind: string }, key: { readonly namespace: string; readonly name: string }) {
    const uid = objects.get(`${kind.kind}/${key.namespace}/${key.name}`);
    return uid === undefined
      ? undefined
      : ({ apiVersion: "v1", kind: kind.kind, metadata: { ...key, uid } } satisfies KubernetesObject);
  },
} as Pick<ResourceReader, "get">;
const open = (name = "tokens.key"): Promise<TokenIssuer & TokenReviewer> =>
  openServiceAccountTokens({ keyPath: join(directory, name), store, clock: { now: () => now, sleep: async () => {} } });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runyard-tokens-"));
  now = START;
  objects.clear();
  objects.set("ServiceAccount/agents/worker", "account-uid");
  objects.set("Pod/agents/run-1", "pod-uid");
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe("a ServiceAccount token", () => {
  it("tells who its bearer is, for the audience it was made for", async () => {
    const tokens = await open();

    const { token, expiresAt } = await tokens.issue(request);

    expect(expiresAt).toBe(START + 600_000);
    expect(await tokens.review(token, [API_AUDIENCE, GATEWAY])).toEqual({
      user: "system:serviceaccount:agents:worker",
      groups: ["system:serviceaccounts", "system:serviceaccounts:agents", "system:authenticated"],
      pod,
      audiences: [GATEWAY],
    });
    expect(await tokens.review(token, [API_AUDIENCE])).toBeUndefined();
  });

  it("carries Kubernetes' bound claims", async () => {
    const tokens = await open();

    const { token } = await tokens.issue(request);
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as unknown;

    expect(claims).toEqual({
      iss: API_AUDIENCE,
      sub: "system:serviceaccount:agents:worker",
      aud: [GATEWAY],
      exp: START / 1000 + 600,
      iat: START / 1000,
      nbf: START / 1000,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      "kubernetes.io": { namespace: "agents", serviceaccount: { name: "worker", uid: "account-uid" }, pod },
    });
  });

  it("is good after a restart, since the key is kept for its owner only", async () => {
    const { token } = await (await open()).issue(request);

    expect(await (await open()).review(token, [GATEWAY])).toBeDefined();
    expect((await stat(join(directory, "tokens.key"))).mode & 0o777).toBe(0o600);
  });

  it("ends with its time", async () => {
    const tokens = await open();
    const { token } = await tokens.issue(request);

    now = START + 599_999;
    expect(await tokens.review(token, [GATEWAY])).toBeDefined();
    now = START + 600_000;
    expect(await tokens.review(token, [GATEWAY])).toBeUndefined();
    now = START - 1000;
    expect(await tokens.review(token, [GATEWAY])).toBeUndefined();
  });

  it("lives a day at most", async () => {
    const { expiresAt } = await (await open()).issue({ ...request, expirationSeconds: 1_000_000 });

    expect(expiresAt).toBe(START + 86_400_000);
  });

  it.each([
    ["its pod is gone", "Pod/agents/run-1", undefined],
    ["another pod has its pod's name", "Pod/agents/run-1", "another-uid"],
    ["its account is gone", "ServiceAccount/agents/worker", undefined],
    ["another account has its account's name", "ServiceAccount/agents/worker", "another-uid"],
  ])("is void when %s", async (_what, key, uid) => {
    const tokens = await open();
    const { token } = await tokens.issue(request);

    if (uid === undefined) objects.delete(key);
    else objects.set(key, uid);

    expect(await tokens.review(token, [GATEWAY])).toBeUndefined();
  });

  it("is not made for an account or a pod that does not exist", async () => {
    const tokens = await open();

    await expect(tokens.issue({ ...request, serviceAccount: "nobody" })).rejects.toMatchObject({
      code: "NotFound",
      message: 'serviceaccounts "nobody" not found',
    });
    await expect(tokens.issue({ ...request, pod: { name: "run-1", uid: "old" } })).rejects.toMatchObject({
      code: "NotFound",
      message: 'pods "run-1" not found',
    });
  });

  it("is refused when another key signed it, when it was changed, and when it is none", async () => {
    const tokens = await open();
    const { token } = await tokens.issue(request);
    const foreign = (await (await open("other.key")).issue(request)).token;
    const [header = "", payload = "", signature = ""] = token.split(".");
    const changed = Buffer.from(Buffer.from(payload, "base64url").toString().replace("worker", "master")).toString(
      "base64url",
    );
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const keyed = `${Buffer.from('{"alg":"HS256"}').toString("base64url")}.${payload}`;

    for (const forged of [
      foreign,
      `${header}.${changed}.${signature}`,
      `${none}.${payload}.`,
      `${keyed}.${createHmac("sha256", "").update(keyed).digest("base64url")}`,
      `${token}.x`,
      "",
      "x".repeat(10_000),
    ]) {
      expect(await tokens.review(forged, [GATEWAY])).toBeUndefined();
    }
  });
});
