import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type ApiCalls, callsTo, configMap, MAPS } from "../support/api-call.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";
import type { ConfigMap } from "../../src/resources/core.ts";

let api: TestApi;
let calls: ApiCalls;
beforeAll(async () => {
  api = await startTestApi({ apiLimits: { bodyBytesMax: 100_000 } });
  calls = await callsTo(api);
});
afterAll(async () => {
  await calls.close();
  await api.close();
});
const call: ApiCalls["call"] = (...parameters) => calls.call(...parameters);

describe("a write over the API", () => {
  it("answers what was stored, and Kubernetes' refusals after that", async () => {
    const created = await call("POST", MAPS, configMap("twice", { a: "1" }));
    const again = await call("POST", MAPS, configMap("twice"));
    const none = await call("GET", `${MAPS}/none`);

    expect(created).toMatchObject({ code: 201, body: { metadata: { name: "twice" }, data: { a: "1" } } });
    expect(again).toMatchObject({
      code: 409,
      body: {
        status: "Failure",
        reason: "AlreadyExists",
        message: 'configmaps "twice" already exists',
        details: { kind: "configmaps" },
      },
    });
    expect(none).toMatchObject({
      code: 404,
      body: {
        reason: "NotFound",
        message: 'configmaps "none" not found',
        details: { name: "none", kind: "configmaps" },
      },
    });
  });

  it("takes YAML, and refuses what it cannot read with 400, 413 and 415", async () => {
    const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata: {a: 'b'}\n";

    expect((await call("POST", MAPS, yaml, { "content-type": "application/yaml" })).body["data"]).toEqual({ a: "b" });
    expect((await call("POST", MAPS, "{", {})).code).toBe(400);
    expect((await call("POST", MAPS, "[]", {})).code).toBe(400);
    expect(await call("POST", MAPS, configMap("big", { a: "x".repeat(100_000) }))).toMatchObject({
      code: 413,
      body: { reason: "RequestEntityTooLarge" },
    });
    expect((await call("POST", MAPS, "x", { "content-type": "application/cbor" })).code).toBe(415);
  });

  it("is refused when body and path differ", async () => {
    expect((await call("POST", MAPS, { ...configMap("x"), kind: "Secret" })).code).toBe(400);
    expect((await call("PUT", `${MAPS}/x`, configMap("y"))).code).toBe(400);
    expect((await call("POST", "/api/v1/namespaces/other/configmaps", configMap("x"))).code).toBe(400);
    expect((await call("POST", "/api/v1/configmaps", configMap("x"))).code).toBe(405);
  });

  it("names every wrong field of an invalid object", async () => {
    const answer = await call("POST", "/apis/agents.platform/v1/namespaces/default/coderuns", {
      metadata: { name: "wrong" },
      spec: { taskId: "seven" },
    });

    expect(answer).toMatchObject({
      code: 422,
      body: { reason: "Invalid", details: { kind: "coderuns", group: "agents.platform" } },
    });
    expect(JSON.stringify(answer.body["details"])).toContain("spec.taskId");
  });

  it("warns of unknown fields, refuses them when strict, and says nothing when asked to", async () => {
    const path = "/apis/agents.platform/v1/namespaces/default/coderuns?dryRun=All&fieldValidation=";
    const run = { metadata: { name: "unknown" }, spec: { ...CODE_RUN_SPEC, colour: "blue" } };

    const warned = await call("POST", `${path}Warn`, run);
    const strict = await call("POST", `${path}Strict`, run);
    const ignored = await call("POST", `${path}Ignore`, run);

    expect(warned.code).toBe(201);
    expect(warned.headers["warning"]).toBe('299 - "unknown field \\"spec.colour\\""');
    expect(strict).toMatchObject({
      code: 400,
      body: { message: 'strict decoding error: unknown field "spec.colour"' },
    });
    expect(ignored.code).toBe(201);
    expect(ignored.headers["warning"]).toBeUndefined();
  });

  it("is only imagined with dryRun=All", async () => {
    const created = await call("POST", `${MAPS}?dryRun=All`, configMap("imagined"));
    await call("POST", MAPS, configMap("kept", { a: "1" }));
    const updated = await call("PUT", `${MAPS}/kept?dryRun=All`, configMap("kept", { a: "2" }));
    const deleted = await call("DELETE", `${MAPS}/kept`, { dryRun: ["All"] });

    expect(created).toMatchObject({ code: 201, body: { metadata: { uid: expect.any(String) } } });
    expect(updated.body["data"]).toEqual({ a: "2" });
    expect(deleted.code).toBe(200);
    expect((await call("GET", `${MAPS}/imagined`)).code).toBe(404);
    expect((await call("GET", `${MAPS}/kept`)).body["data"]).toEqual({ a: "1" });
    expect((await call("POST", `${MAPS}?dryRun=Some`, configMap("x"))).code).toBe(400);
  });

  it("patches by merge patch, by JSON patch, and by strategic patch where it is the same", async () => {
    await call("POST", MAPS, configMap("patched", { a: "1", b: "2" }));
    const patch = (type: string, body: unknown): Promise<Answer> => calls.patch(`${MAPS}/patched`, type, body);

    expect((await patch("merge-patch+json", { data: { a: null, c: "3" } })).body["data"]).toEqual({ b: "2", c: "3" });
    expect((await patch("json-patch+json", [{ op: "remove", path: "/data/b" }])).body["data"]).toEqual({ c: "3" });
    expect((await patch("strategic-merge-patch+json", { data: { d: "4" } })).body["data"]).toEqual({ c: "3", d: "4" });
    expect(await patch("strategic-merge-patch+json", { metadata: { finalizers: ["a.b/c"] } })).toMatchObject({
      code: 415,
    });
    const apply = await patch("apply-patch+yaml", "x");
    expect(apply).toMatchObject({
      code: 415,
      body: { reason: "UnsupportedMediaType", message: expect.stringContaining("server-side apply") },
    });
    expect((await patch("merge-patch+json", { metadata: { resourceVersion: "1" } })).code).toBe(409);
  });

  it("writes status only through its subresource", async () => {
    const path = "/api/v1/namespaces/default/pods";
    const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "a" }] }, status: { phase: "Running" } };

    const created = await call("POST", path, pod);
    await call(
      "PATCH",
      `${path}/p/status`,
      { status: { phase: "Failed" }, metadata: { labels: { a: "b" } } },
      { "content-type": "application/merge-patch+json" },
    );
    const after = await call("GET", `${path}/p/status`);

    expect(created.body["status"]).toBeUndefined();
    expect(after.body).toMatchObject({ status: { phase: "Failed" } });
    expect(after.body["metadata"]).not.toHaveProperty("labels");
  });

  it("loses no patch when many come at once", async () => {
    await call("POST", MAPS, configMap("busy"));

    const answers = await Promise.all(
      ["a", "b", "c", "d"].map((key) =>
        call("PATCH", `${MAPS}/busy`, { data: { [key]: "1" } }, { "content-type": "application/merge-patch+json" }),
      ),
    );

    expect(answers.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
    expect((await call("GET", `${MAPS}/busy`)).body["data"]).toEqual({ a: "1", b: "1", c: "1", d: "1" });
  });
});

describe("a deletion over the API", () => {
  it("answers Success when the object is gone, the object while finalizers hold it", async () => {
    const held = configMap("held");
    await call("POST", MAPS, { ...held, metadata: { ...held.metadata, finalizers: ["runyard.dev/test"] } });
    await call("POST", MAPS, configMap("free"));

    expect(await call("DELETE", `${MAPS}/free`)).toMatchObject({
      code: 200,
      body: {
        kind: "Status",
        status: "Success",
        details: { name: "free", kind: "configmaps", uid: expect.any(String) },
      },
    });
    expect((await call("DELETE", `${MAPS}/held`)).body).toMatchObject({
      kind: "ConfigMap",
      metadata: { deletionTimestamp: expect.any(String) },
    });
    expect((await call("DELETE", `${MAPS}/free`)).code).toBe(404);
  });

  it("keeps its preconditions, and reads options from body and query", async () => {
    await call("POST", MAPS, configMap("guarded"));

    expect((await call("DELETE", `${MAPS}/guarded`, { preconditions: { uid: "other" } })).code).toBe(409);
    expect((await call("DELETE", `${MAPS}/guarded?propagationPolicy=Sometimes`)).code).toBe(400);
    const orphaned = await call("DELETE", `${MAPS}/guarded?propagationPolicy=Orphan`);
    expect(orphaned.body).toMatchObject({ metadata: { finalizers: ["orphan"] } });
  });

  it("of a collection removes what the selector chooses", async () => {
    for (const name of ["one", "two", "three"]) {
      const object = configMap(name);
      const labels = { sweep: name === "three" ? "no" : "yes" };
      await call("POST", MAPS, { ...object, metadata: { ...object.metadata, labels } });
    }

    const answer = await call("DELETE", `${MAPS}?labelSelector=sweep%3Dyes`);

    expect(answer).toMatchObject({ code: 200, body: { status: "Success" } });
    const left = await call("GET", `${MAPS}?labelSelector=sweep`);
    expect((left.body["items"] as ConfigMap[]).map(({ metadata }) => metadata.name)).toEqual(["three"]);
  });
});

const CODE_RUN_SPEC = {
  taskId: 1,
  service: "s",
  repositoryUrl: "https://example.org/a/b",
  docsRepositoryUrl: "https://example.org/a/docs",
  workingDirectory: ".",
  model: "m",
  githubApp: "5DLabs-Rex",
};
