import { stat } from "node:fs/promises";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer } from "../../src/api-server/api-server.ts";
import { hasCode } from "../../src/platform/errors.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, NAMESPACE, SECRET, SERVICE_ACCOUNT } from "../../src/resources/core.ts";
import { POD } from "../../src/resources/pod.ts";
import { ROLE, ROLE_BINDING } from "../../src/resources/rbac.ts";
import { type ApiCalls, callsTo, MAPS } from "../support/api-call.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";

let api: TestApi;
let calls: ApiCalls;
beforeAll(async () => {
  api = await startTestApi({ apiLimits: {} });
  calls = await callsTo(api);
});
afterAll(async () => {
  await calls.close();
  await api.close();
});
const call: ApiCalls["call"] = (...parameters) => calls.call(...parameters);

describe("the API's discovery", () => {
  it("lists groups and resources, with subresources and short names", async () => {
    const core = await call("GET", "/api/v1");
    const groups = await call("GET", "/apis");
    const runs = await call("GET", "/apis/agents.platform/v1");

    expect(core.body["resources"]).toContainEqual(
      expect.objectContaining({ name: "pods/log", kind: "Pod", verbs: ["get"] }),
    );
    expect(core.body["resources"]).toContainEqual(
      expect.objectContaining({ name: "serviceaccounts/token", kind: "TokenRequest", group: "authentication.k8s.io" }),
    );
    expect((groups.body["groups"] as { name: string }[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["agents.platform", "argoproj.io", "batch", "authorization.k8s.io"]),
    );
    expect(runs.body).toMatchObject({ kind: "APIResourceList", groupVersion: "agents.platform/v1" });
  });

  it("is aggregated when the client accepts that", async () => {
    const accept = { accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json" };

    const named = await call("GET", "/apis", undefined, accept);
    const core = await call("GET", "/api", undefined, accept);

    expect(named.headers["content-type"]).toBe("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    expect(named.body["kind"]).toBe("APIGroupDiscoveryList");
    expect(core.body["items"]).toHaveLength(1);
  });

  it("answers health, version and OpenAPI, and 404 for what is nowhere", async () => {
    expect((await call("GET", "/readyz")).body).toEqual({ text: "ok" });
    expect((await call("GET", "/version")).body).toMatchObject({ major: "1" });
    const index = await call("GET", "/openapi/v3");
    const paths = index.body["paths"] as Readonly<Record<string, { readonly serverRelativeURL: string }>>;
    const document = await call("GET", paths["apis/agents.platform/v1"]?.serverRelativeURL ?? "");
    expect(document.body["paths"]).toHaveProperty(["/apis/agents.platform/v1/namespaces/{namespace}/coderuns/{name}"]);
    for (const path of [
      "/nothing",
      "/apis/none.example/v1",
      "/api/v1/nothings",
      "/openapi/v3/apis",
      `${MAPS}/a/status`,
    ]) {
      expect(await call("GET", path)).toMatchObject({ code: 404, body: { kind: "Status", reason: "NotFound" } });
    }
    expect((await call("POST", "/version", {})).code).toBe(405);
  });
});

describe("who may do what over the API", () => {
  it("lets a ServiceAccount do what its roles allow, and says what is missing", async () => {
    const namespace = "rights";
    await api.store.create(SERVICE_ACCOUNT, {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "worker", namespace },
    });
    await api.store.create(ROLE, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader", namespace },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["list", "get"] }],
    });
    await api.store.create(ROLE_BINDING, {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "reader", namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [{ kind: "ServiceAccount", name: "worker", namespace }],
    });
    const { token } = await api.operator.tokens.issue({
      namespace,
      serviceAccount: "worker",
      audience: "https://kubernetes.default.svc",
      expirationSeconds: 600,
    });
    const worker = await api.connect(token);
    const throughSocket = await api.connect(token, api.socketPath);

    await expect
      .poll(() =>
        worker.store.list(CONFIG_MAP, { namespace }).then(
          ({ items }) => items,
          () => "refused",
        ),
      )
      .toEqual([]);
    expect((await throughSocket.store.list(CONFIG_MAP, { namespace })).items).toEqual([]);
    await expect(worker.store.list(SECRET, { namespace })).rejects.toMatchObject({
      code: "Forbidden",
      message:
        'secrets is forbidden: User "system:serviceaccount:rights:worker" cannot list resource "secrets" in API group "" in the namespace "rights"',
    });
    await expect(
      worker.store.create(CODE_RUN, {
        apiVersion: "agents.platform/v1",
        kind: "CodeRun",
        metadata: { name: "a", namespace },
        spec: {},
      } as never),
    ).rejects.toMatchObject({
      message: expect.stringContaining(
        'cannot create resource "coderuns" in API group "agents.platform" in the namespace "rights"',
      ),
    });
    await expect(worker.store.list(NAMESPACE)).rejects.toMatchObject({
      message: expect.stringContaining("at the cluster scope"),
    });
  });

  it("reviews tokens, tells callers who they are, and answers for others", async () => {
    const namespace = "rights";
    const pod = await api.store.create(POD, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "bound", namespace },
      spec: { containers: [{ name: "a" }] },
    });
    const bound = { name: "bound", uid: pod.metadata.uid ?? "" };
    const { token, expiresAt } = await api.operator.tokens.issue({
      namespace,
      serviceAccount: "worker",
      audience: "gateway",
      expirationSeconds: 600,
      pod: bound,
    });

    expect(expiresAt).toBeGreaterThan(Date.now() + 500_000);
    expect(await api.operator.tokens.review(token, ["gateway", "other"])).toEqual({
      user: "system:serviceaccount:rights:worker",
      groups: ["system:serviceaccounts", "system:serviceaccounts:rights", "system:authenticated"],
      pod: bound,
      audiences: ["gateway"],
    });
    expect(await api.operator.tokens.review(token, ["other"])).toBeUndefined();
    await expect((await api.connect(token)).store.list(CONFIG_MAP)).rejects.toMatchObject({ code: "Unauthorized" });
    const access = {
      user: "system:serviceaccount:rights:worker",
      groups: [],
      group: "",
      resource: "configmaps",
      namespace,
    };
    expect((await api.operator.authorizer.authorize({ ...access, verb: "get" })).allowed).toBe(true);
    expect((await api.operator.authorizer.authorize({ ...access, verb: "delete" })).allowed).toBe(false);
    const self = await call("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
    expect(self.body["status"]).toEqual({
      userInfo: { username: "operator", groups: ["system:masters", "system:authenticated"] },
    });
    const short = await call("POST", "/api/v1/namespaces/rights/serviceaccounts/worker/token", {
      spec: { expirationSeconds: 5 },
    });
    expect(short).toMatchObject({ code: 422, body: { details: { causes: [{ field: "spec.expirationSeconds" }] } } });
  });

  it("lets only those impersonate who may, and never passes over the wish", async () => {
    const { token } = await api.tokens.issue({
      namespace: "rights",
      serviceAccount: "worker",
      audience: "https://kubernetes.default.svc",
      expirationSeconds: 600,
    });
    const as = (headers: Readonly<Record<string, string>>): ReturnType<typeof call> =>
      call("GET", MAPS, undefined, headers);

    expect((await as({ "impersonate-user": "somebody" })).code).toBe(403);
    expect((await as({ "impersonate-user": "somebody", "impersonate-group": "system:masters" })).code).toBe(200);
    expect(await as({ authorization: `Bearer ${token}`, "impersonate-user": "operator" })).toMatchObject({
      code: 403,
      body: { message: expect.stringContaining('cannot impersonate resource "users"') },
    });
    expect((await as({ "impersonate-group": "system:masters" })).code).toBe(400);
    expect((await as({ "impersonate-user": "somebody", "impersonate-uid": "1" })).code).toBe(400);
  });

  it("lets nobody in without a credential, but for health and version", async () => {
    const nobody = await api.connect(undefined);
    const stranger = await api.connect("not.a.token");

    await expect(nobody.store.list(CONFIG_MAP)).rejects.toMatchObject({ code: "Unauthorized" });
    await expect(stranger.store.list(CONFIG_MAP)).rejects.toMatchObject({ code: "Unauthorized" });
    const anonymous = new Agent({ connect: { ca: api.authority.certificate } });
    const health = await request(`${api.server.url}/healthz`, { dispatcher: anonymous });
    const discovery = await request(`${api.server.url}/apis`, { dispatcher: anonymous });
    expect(await health.body.text()).toBe("ok");
    expect(discovery.statusCode).toBe(401);
    await discovery.body.dump();
    await anonymous.close();
  });
});

describe("starting the API", () => {
  it("says which port is in use and what to do", async () => {
    const second = startApiServer({ services: {} as never, authority: api.authority, port: api.server.port });

    const failure = await second.catch((error: unknown) => error);

    expect(hasCode(failure, "Unavailable")).toBe(true);
    expect(failure).toMatchObject({
      message: expect.stringContaining(`port ${api.server.port} is in use`),
      hint: expect.stringContaining(`sport = :${api.server.port}`),
    });
  });

  it("leaves the socket of an engine that runs", async () => {
    const second = startApiServer({
      services: {} as never,
      authority: api.authority,
      port: 0,
      socketPath: api.socketPath,
    });

    await expect(second).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining("api.sock") });
    expect((await stat(api.socketPath)).isSocket()).toBe(true);
  });
});
