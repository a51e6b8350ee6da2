import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CONFIG_MAP, EVENT, type Event } from "../../src/resources/core.ts";
import { POD } from "../../src/resources/pod.ts";
import { type Answer, type ApiCalls, callsTo, configMap, MAPS } from "../support/api-call.ts";
import { startTestApi, type TestApi } from "../support/api-server.ts";

let api: TestApi;
let calls: ApiCalls;
beforeAll(async () => {
  api = await startTestApi({ apiLimits: { bookmarkIntervalMs: 50 } });
  calls = await callsTo(api);
});
afterAll(async () => {
  await calls.close();
  await api.close();
});
const call: ApiCalls["call"] = (...parameters) => calls.call(...parameters);

describe("a list over the API", () => {
  it("comes in pages, as a table, or as metadata", async () => {
    for (const name of ["page-a", "page-b", "page-c"]) {
      await call("POST", "/api/v1/namespaces/pages/configmaps", { metadata: { name }, data: { x: "y" } });
    }
    const path = "/api/v1/namespaces/pages/configmaps";

    const first = await call("GET", `${path}?limit=2`);
    const { continue: token } = first.body["metadata"] as { readonly continue: string };
    const second = await call("GET", `${path}?limit=2&continue=${encodeURIComponent(token)}`);
    const table = await call("GET", path, undefined, { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" });
    const partial = await call("GET", path, undefined, {
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    });

    expect(first.body["items"]).toHaveLength(2);
    expect(second.body["items"]).toHaveLength(1);
    expect(table.body).toMatchObject({ kind: "Table", rows: [{}, {}, {}] });
    expect((partial.body["items"] as unknown[])[0]).not.toHaveProperty("data");
  });

  it("is refused for a version that is gone and for selectors and numbers that make no sense", async () => {
    expect((await call("GET", `${MAPS}?resourceVersion=1&resourceVersionMatch=Exact`)).body["reason"]).toBe("Expired");
    expect((await call("GET", `${MAPS}?resourceVersion=1&resourceVersionMatch=NotOlderThan`)).code).toBe(200);
    expect((await call("GET", `${MAPS}?fieldSelector=data.x%3Dy`)).code).toBe(400);
    expect((await call("GET", `${MAPS}?limit=many`)).code).toBe(400);
  });

  it("chooses events by the object they are about", async () => {
    for (const name of ["about-a", "about-b"]) {
      const event: Event = {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name, namespace: "default" },
        involvedObject: { apiVersion: "v1", kind: "Pod", name },
        type: "Normal",
        reason: "Test",
        message: "m",
      };
      await api.store.create(EVENT, event);
    }

    const found = await call(
      "GET",
      "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dabout-a,type!%3DWarning",
    );

    expect((found.body["items"] as Event[]).map(({ metadata }) => metadata.name)).toEqual(["about-a"]);
  });
});

describe("a watch over the API", () => {
  it("tells changes at once, and its place when nothing happens", async () => {
    const before = await api.store.list(CONFIG_MAP);
    const path = `${MAPS}?watch=1&allowWatchBookmarks=true&resourceVersion=${before.resourceVersion}`;

    const reading = calls.watchLines(path, 3);
    await call("POST", MAPS, configMap("watched"));
    const created = await api.store.get(CONFIG_MAP, { namespace: "default", name: "watched" });
    const lines = (await reading).filter(({ type }) => type !== "BOOKMARK");

    expect(lines).toEqual([{ type: "ADDED", object: created }]);
    const quiet = await calls.watchLines(
      `${MAPS}?watch=1&allowWatchBookmarks=1&resourceVersion=${before.resourceVersion}`,
      2,
    );
    expect(quiet[1]).toMatchObject({
      type: "BOOKMARK",
      object: { kind: "ConfigMap", apiVersion: "v1", metadata: { resourceVersion: created?.metadata.resourceVersion } },
    });
  });

  it("without a version begins with what there is, and marks its end when asked", async () => {
    await call("POST", "/api/v1/namespaces/begin/configmaps", { metadata: { name: "a" } });
    const path = "/api/v1/namespaces/begin/configmaps?watch=1";

    expect(await calls.watchLines(path, 1)).toMatchObject([{ type: "ADDED", object: { metadata: { name: "a" } } }]);
    const initial = await calls.watchLines(
      `${path}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
      2,
    );
    expect(initial[1]).toMatchObject({
      type: "BOOKMARK",
      object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
    });
  });

  it("comes as tables when asked", async () => {
    const lines = await calls.watchLines(
      `${MAPS}?watch=1&fieldSelector=metadata.name%3Dwatched`,
      1,
      "application/json;as=Table;g=meta.k8s.io;v=v1",
    );

    expect(lines).toMatchObject([
      { type: "ADDED", object: { kind: "Table", rows: [{ cells: ["watched", expect.any(String)] }] } },
    ]);
  });

  it("ends when its time is up", async () => {
    const { resourceVersion } = await api.store.list(CONFIG_MAP);

    const answer = await call("GET", `${MAPS}?watch=1&timeoutSeconds=1&resourceVersion=${resourceVersion}`);

    expect(answer).toMatchObject({ code: 200, body: { text: "" } });
  });

  it("from a version that is not there is Gone at once", async () => {
    expect(await call("GET", `${MAPS}?watch=1&resourceVersion=999999999`)).toMatchObject({
      code: 410,
      body: { kind: "Status", reason: "Expired", code: 410 },
    });
  });

  it("tells of an object that ceases to match as deleted", async () => {
    const path = "/api/v1/namespaces/phases/pods";
    await call("POST", path, { metadata: { name: "p" }, spec: { containers: [{ name: "a" }] } });
    const phase = (name: string): Promise<Answer> =>
      call(
        "PATCH",
        `${path}/p/status`,
        { status: { phase: name } },
        { "content-type": "application/merge-patch+json" },
      );
    await phase("Running");
    const { resourceVersion } = await api.store.list(POD);

    const reading = calls.watchLines(
      `${path}?watch=1&fieldSelector=status.phase%3DRunning&resourceVersion=${resourceVersion}`,
      2,
    );
    await phase("Failed");
    await phase("Unknown");
    await phase("Running");

    expect((await reading).map(({ type }) => type)).toEqual(["DELETED", "ADDED"]);
  });
});
