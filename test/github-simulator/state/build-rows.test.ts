import { describe, expect, it } from "vitest";
import type { RepositoryOptions } from "../../../src/github-simulator/simulator-options.ts";
import {
  accountNamed,
  buildActionsApp,
  buildApp,
  buildInstallation,
  buildRepository,
  insertUser,
} from "../../../src/github-simulator/state/build-rows.ts";
import { State } from "../../../src/github-simulator/state/state.ts";
import { hasCode } from "../../../src/platform/errors.ts";

const NOW = "2026-01-02T03:04:05Z";

function stateWith(...repositories: readonly RepositoryOptions[]): State {
  const state = new State();
  insertUser(state, { login: "Ada", kind: "User" });
  for (const options of repositories) buildRepository(state, options, NOW);
  return state;
}

function refusalOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (hasCode(error, "Invalid")) return error.causes.map(({ field, message }) => `${field} ${message}`);
    throw error;
  }
  return [];
}

describe("a repository", () => {
  it("has GitHub's defaults, and the labels that were asked for", () => {
    const state = stateWith();

    const repository = buildRepository(state, { fullName: "acme/shop", labels: ["runyard"] }, NOW);

    expect(repository).toMatchObject({ name: "shop", isPrivate: false, defaultBranch: "main", ci: null, forkOf: null });
    expect(repository.owner).toMatchObject({ login: "acme", kind: "Organization" });
    expect(state.labels.find((label) => label.repository === repository)?.name).toBe("runyard");
  });

  it("belongs to the person of that name, in any case of letters", () => {
    expect(buildRepository(stateWith(), { fullName: "ada/notes" }, NOW).owner).toMatchObject({ login: "Ada" });
  });

  it("knows its origin and its collaborators", () => {
    const state = stateWith({ fullName: "acme/shop" });

    const fork = buildRepository(
      state,
      { fullName: "ada/shop", forkOf: "acme/shop", collaborators: { Ada: "admin" } },
      NOW,
    );

    expect(fork.forkOf).toBe(state.repositoryByName("acme", "shop"));
    expect([...fork.collaborators]).toEqual([["ada", "admin"]]);
  });

  it("has a CI command with the names that its Actions run will carry", () => {
    const { ci } = buildRepository(stateWith(), { fullName: "acme/shop", ci: { argv: ["npm", "test"] } }, NOW);

    expect(ci).toMatchObject({ argv: ["npm", "test"], workflowPath: ".github/workflows/ci.yml", jobName: "test" });
  });

  it.each<[string, RepositoryOptions, string]>([
    ["no owner", { fullName: "shop" }, `repositories[].fullName must be "owner/name", not "shop"`],
    ["too many parts", { fullName: "a/b/c" }, `repositories[].fullName must be "owner/name", not "a/b/c"`],
    ["a name that is taken", { fullName: "ACME/shop" }, "repositories[].fullName ACME/shop is there already"],
    [
      "an origin that is not there",
      { fullName: "acme/fork", forkOf: "acme/none" },
      "repositories[].forkOf acme/none must be listed before acme/fork",
    ],
    [
      "a stranger as collaborator",
      { fullName: "acme/new", collaborators: { eve: "read" } },
      "repositories[].collaborators eve (of acme/new) is not among the users",
    ],
  ])("with %s is refused by the option's path", (_what, options, message) => {
    const state = stateWith({ fullName: "acme/shop" });

    expect(refusalOf(() => buildRepository(state, options, NOW))).toEqual([message]);
  });
});

describe("an App", () => {
  const options = { slug: "runyard", permissions: { contents: "write" }, installations: [] } as const;

  it("acts as a bot of its name, and its installation reaches the repositories that were named", () => {
    const state = stateWith({ fullName: "acme/shop" }, { fullName: "acme/docs" });
    const app = buildApp(state, options, "key", NOW);

    const other = buildApp(state, { ...options, slug: "other" }, "key", NOW);

    const some = buildInstallation(state, app, { account: "acme", repositories: ["docs"] }, NOW);
    const all = buildInstallation(state, other, { account: "acme" }, NOW);

    expect(app.bot).toMatchObject({ login: "runyard[bot]", kind: "Bot" });
    expect(some).toMatchObject({ permissions: { contents: "write" }, account: { login: "acme" } });
    expect(some.repositories).toEqual(new Set([state.repositoryByName("acme", "docs")?.id]));
    expect(all.repositories).toBe("all");
  });

  it("is installed once per account", () => {
    const state = stateWith({ fullName: "acme/shop" });
    const app = buildApp(state, options, "key", NOW);
    buildInstallation(state, app, { account: "acme" }, NOW);
    buildInstallation(state, app, { account: "elsewhere" }, NOW);

    expect(refusalOf(() => buildInstallation(state, app, { account: "acme" }, NOW))).toEqual([
      "apps[].installations[].account runyard is installed for acme already",
    ]);
  });

  it("cannot be installed on a repository that is not there", () => {
    const state = stateWith();
    const app = buildApp(state, options, "key", NOW);

    expect(refusalOf(() => buildInstallation(state, app, { account: "acme", repositories: ["none"] }, NOW))).toEqual([
      "apps[].installations[].repositories acme/none (of runyard) does not exist",
    ]);
  });

  it("of GitHub Actions has its real id", () => {
    expect(buildActionsApp(new State(), NOW)).toMatchObject({ id: 15368, slug: "github-actions" });
  });
});

it("an account is made once", () => {
  const state = new State();

  expect(accountNamed(state, "Acme")).toBe(accountNamed(state, "acme"));
});
