import { describe, expect, it } from "vitest";
import { decideRoute, ROLES_OF_ROUTE } from "../../src/gateway/decide-route.ts";
import { presentedToken } from "../../src/gateway/presented-token.ts";
import { isCoveredBy, isSameRepository, parseRepositoryName } from "../../src/gateway/repository-name.ts";

describe("decideRoute", () => {
  it.each([
    ["GET", "/healthz", { kind: "health" }],
    ["POST", "/model/anthropic/v1/messages?beta=true", { protocol: "anthropic-messages", operation: "generate" }],
    ["POST", "/model/anthropic/v1/messages/count_tokens", { operation: "count-tokens" }],
    ["POST", "/model/openai/v1/responses", { protocol: "openai-responses" }],
    ["POST", "/model/openai/v1/chat/completions", { protocol: "openai-chat-completions" }],
    ["GET", "/model/anthropic/v1/models", { kind: "model-list", family: "anthropic" }],
    ["GET", "/model/openai/v1/models", { kind: "model-list", family: "openai" }],
    ["GET", "/registry/npm/@a%2fb", { kind: "registry", registry: "npm", path: "/@a%2fb" }],
    ["HEAD", "/registry/npm/x", { kind: "registry" }],
    [
      "GET",
      "/git/a/b.git/info/refs?service=git-upload-pack",
      { owner: "a", repository: "b", operation: "advertise-fetch" },
    ],
    ["GET", "/git/a/b.git/info/refs?service=git-receive-pack", { operation: "advertise-push" }],
    ["POST", "/git/a/b.git/git-upload-pack", { operation: "fetch" }],
    ["POST", "/git/a/b.git/git-receive-pack", { operation: "push" }],
    ["GET", "/github/repos/a/b?page=2", { kind: "github", path: "/repos/a/b?page=2" }],
    ["PUT", "/session/1/2/rex", { kind: "session", repositoryId: 1, number: 2, profile: "rex" }],
    ["GET", "/run/budget", { kind: "run-budget" }],
    ["PUT", "/run/egress", { kind: "run-egress" }],
    ["POST", "/step/finished", { kind: "step-finished" }],
  ])("knows %s %s", (method, target, route) => {
    expect(decideRoute(method, target)).toMatchObject(route);
  });

  it.each([
    ["GET", "http://example.com/"],
    ["GET", "//[/"],
    ["GET", "/"],
    ["GET", "/model/openai/v1/responses"],
    ["PUT", "/registry/npm/x"],
    ["GET", "/git/a/b.git/info/refs"],
    ["POST", "/git/a/b.git/info/refs?service=git-upload-pack"],
    ["GET", "/git/a/b.git/git-upload-pack"],
    ["GET", "/git/a/b.git/config"],
    ["DELETE", "/session/1/2/rex"],
    ["GET", "/session/1/2/../x"],
    ["GET", "/registry/npm/../../github/repos"],
  ])("knows nothing at %s %s but what the path says after its dots", (method, target) => {
    expect(decideRoute(method, target)?.kind ?? "none").toBe(target.endsWith("github/repos") ? "github" : "none");
  });

  it("lets no agent near GitHub, git or a controller's routes", () => {
    const open = Object.entries(ROLES_OF_ROUTE).filter(([, roles]) => roles.includes("agent"));

    expect(open.map(([kind]) => kind).sort()).toEqual(["model", "model-list", "registry", "run-budget", "session"]);
  });
});

describe("presentedToken", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  it.each([
    [{ "x-runyard-token": "a", "x-api-key": "b" }, "a"],
    [{ "x-api-key": "b" }, "b"],
    [{ "x-api-key": "", authorization: "Bearer c" }, "c"],
    [{ "proxy-authorization": "Bearer d", authorization: "Bearer c" }, "d"],
    [{ authorization: "token e" }, "e"],
    [{ authorization: basic("user:p:w") }, "p:w"],
    [{ authorization: basic("user:") }, undefined],
    [{ authorization: basic("nocolon") }, undefined],
    [{ authorization: "Digest x" }, undefined],
    [{ authorization: "Bearer" }, undefined],
    [{}, undefined],
  ])("of %j is %s", (headers, token) => {
    expect(presentedToken(headers)).toBe(token);
  });
});

describe("a repository's name", () => {
  it.each([
    ["acme/shop", "acme", "shop"],
    ["https://github.com/acme/shop", "acme", "shop"],
    ["https://github.com/acme/shop.git", "acme", "shop"],
    ["https://ghe.example.com/acme/my.shop/", "acme", "my.shop"],
    ["git@github.com:acme/shop.git", "acme", "shop"],
  ])("is read from %s", (text, owner, name) => {
    expect(parseRepositoryName(text)).toEqual({ owner, name });
  });

  it.each(["acme", "", "acme/..", "acme/.", "a/b/c", "https://github.com/acme", "acme/shop?x", "-/x"])(
    "is not in %j",
    (text) => {
      expect(parseRepositoryName(text)).toBeUndefined();
    },
  );

  it("is compared without regard to case", () => {
    expect(isSameRepository({ owner: "Acme", name: "Shop" }, { owner: "acme", name: "shop" })).toBe(true);
    expect(isSameRepository({ owner: "acme", name: "a" }, { owner: "acme", name: "b" })).toBe(false);
  });

  it("is covered by its own rule and by its owner's", () => {
    const shop = { owner: "acme", name: "shop" };

    expect(["acme/shop", "ACME/*", "acme/other", "other/*", "acme"].map((rule) => isCoveredBy(rule, shop))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
