import { describe, expect, it } from "vitest";
import { isTrue, parseRequestInfo } from "../../src/api-server/request-info.ts";

const parse = (method: string, path: string): unknown => parseRequestInfo(method, new URL(path, "https://localhost"));
const core = { kind: "resource", group: "", version: "v1" };

describe("a request's method and path", () => {
  it.each([
    ["GET", "/api/v1/pods", { ...core, verb: "list", resource: "pods", namespace: "" }],
    ["GET", "/api/v1/namespaces/a/pods", { ...core, verb: "list", resource: "pods", namespace: "a" }],
    ["GET", "/api/v1/namespaces/a/pods?watch=1", { ...core, verb: "watch", resource: "pods", namespace: "a" }],
    ["GET", "/api/v1/namespaces/a/pods?watch=false", { ...core, verb: "list", resource: "pods", namespace: "a" }],
    ["HEAD", "/api/v1/namespaces/a/pods/b", { ...core, verb: "get", resource: "pods", namespace: "a", name: "b" }],
    ["POST", "/api/v1/namespaces/a/pods", { ...core, verb: "create", resource: "pods", namespace: "a" }],
    ["PUT", "/api/v1/namespaces/a/pods/b", { ...core, verb: "update", resource: "pods", namespace: "a", name: "b" }],
    ["PATCH", "/api/v1/namespaces/a/pods/b", { ...core, verb: "patch", resource: "pods", namespace: "a", name: "b" }],
    ["DELETE", "/api/v1/namespaces/a/pods/b", { ...core, verb: "delete", resource: "pods", namespace: "a", name: "b" }],
    ["DELETE", "/api/v1/namespaces/a/pods", { ...core, verb: "deletecollection", resource: "pods", namespace: "a" }],
    [
      "GET",
      "/api/v1/namespaces/a/pods/b/log",
      { ...core, verb: "get", resource: "pods", subresource: "log", namespace: "a", name: "b" },
    ],
    ["GET", "/api/v1/namespaces", { ...core, verb: "list", resource: "namespaces", namespace: "" }],
    ["GET", "/api/v1/namespaces/a", { ...core, verb: "get", resource: "namespaces", namespace: "a", name: "a" }],
    [
      "PUT",
      "/api/v1/namespaces/a/status",
      { ...core, verb: "update", resource: "namespaces", subresource: "status", namespace: "a", name: "a" },
    ],
    [
      "GET",
      "/apis/batch/v1/namespaces/a/jobs/b%2Fc",
      { kind: "resource", group: "batch", version: "v1", verb: "get", resource: "jobs", namespace: "a", name: "b/c" },
    ],
    ["OPTIONS", "/api/v1/pods", { ...core, verb: "options", resource: "pods", namespace: "" }],
  ])("%s %s is read", (method, path, expected) => {
    expect(parse(method, path)).toEqual(expected);
  });

  it.each(["/", "/api", "/api/v1", "/apis", "/apis/batch", "/apis/batch/v1", "/healthz", "/openapi/v3"])(
    "leaves %s as a plain path",
    (path) => {
      expect(parse("GET", path)).toEqual({ kind: "path", verb: "get", path });
    },
  );

  it("takes the name from a field selector, so that a rule may name it", () => {
    expect(parse("GET", "/api/v1/namespaces/a/pods?watch=1&fieldSelector=metadata.name%3Db")).toMatchObject({
      name: "b",
    });
    expect(parse("GET", "/api/v1/namespaces/a/pods?fieldSelector=metadata.name!%3Db")).not.toHaveProperty("name");
  });

  it("keeps a stray percent sign as it is", () => {
    expect(parse("GET", "/api/v1/namespaces/a/pods/%zz")).toMatchObject({ name: "%zz" });
  });
});

describe("a flag of the query", () => {
  it.each([
    [null, false],
    ["", true],
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ])("%j is %s", (value, expected) => {
    expect(isTrue(value)).toBe(expected);
  });
});
