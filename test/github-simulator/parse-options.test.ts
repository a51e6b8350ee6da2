// A file of options: everything that it can say, and every mistake by its path.

import { expect, test } from "vitest";

import { parseOptions } from "../../src/github-simulator/parse-options.ts";
import { PlatformError } from "../../src/platform/errors.ts";

test("a file may say everything that a test in this process can", () => {
  const file = {
    port: 8080,
    users: [{ login: "wes", name: "Wes", email: "wes@example.com", token: "ghp_1" }],
    organizations: ["acme"],
    repositories: [
      {
        fullName: "acme/shop",
        isPrivate: true,
        collaborators: { wes: "maintain" },
        labels: ["bug"],
        files: { "a.txt": "a\n" },
        ci: { argv: ["npm", "test"], timeoutMs: 1000, branches: ["main"], environment: { A: "1" } },
      },
      { fullName: "wes/shop", forkOf: "acme/shop" },
    ],
    apps: [
      { slug: "builder", permissions: { checks: "write" }, events: ["push"], installations: [{ account: "acme" }] },
    ],
    webhook: { url: "http://127.0.0.1:1/github", secret: "s", events: ["push"] },
    requestsPerHour: 60,
    tokenFormat: "stateless",
    ciConcurrencyMax: 1,
  };

  expect(parseOptions(file)).toEqual(file);
});

test.each<[unknown, string]>([
  ["text", "the file"],
  [{ users: [{ login: "" }] }, "users.0.login"],
  [{ repositories: [{ fullName: "a/b", collaborators: { wes: "owner" } }] }, "repositories.0.collaborators.wes"],
  [{ apps: [{ slug: "a", permissions: { checks: "all" }, installations: [] }] }, "apps.0.permissions.checks"],
  [{ webhook: { url: "here", secret: "s" } }, "webhook.url"],
  [{ directory: "/tmp" }, "directory"],
])("%j is refused by its path", (file, path) => {
  const refusal = (() => {
    try {
      return parseOptions(file);
    } catch (error) {
      return error;
    }
  })();

  expect(refusal).toBeInstanceOf(PlatformError);
  expect((refusal as PlatformError).message).toContain(path);
  expect((refusal as PlatformError).hint).toContain("docs/reference/github-simulator.md");
});
