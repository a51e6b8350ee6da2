// What follows from a push: events, and pull requests that move, close or count as merged.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

let world: GitHubWorld;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  world = await GitHubWorld.start(new GitHubSchemas(), {
    webhook: { url: receiver.url, secret: "s" },
    repositories: [
      {
        fullName: "acme/shop",
        collaborators: { wes: "write", rita: "read" },
        files: { "README.md": "# Shop\n", "src/price.js": "export const price = 1;\n" },
      },
      { fullName: "acme/vault", isPrivate: true, files: { "key.txt": "1\n" } },
      { fullName: "oscar/shop", forkOf: "acme/shop" },
    ],
  });
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

describe("a push", () => {
  test("is announced with its commits and files", async () => {
    const tree = await world.clone("wes");
    await tree.run("checkout", "--quiet", "-b", "announced");
    await tree.run("mv", "src/price.js", "src/cost.js");
    const sha = await tree.commit("Rename\n\nBecause.", { "new.txt": "n\n" });

    await tree.run("push", "--quiet", "origin", "announced");

    await world.simulator.settled();
    const push = receiver.payloads("push").find((payload) => payload.ref === "refs/heads/announced");
    expect(push).toMatchObject({ created: true, deleted: false, forced: false, after: sha, pusher: { name: "wes" } });
    expect(push.commits).toHaveLength(1);
    expect(push.head_commit).toMatchObject({
      message: "Rename\n\nBecause.",
      added: ["new.txt", "src/cost.js"],
      removed: ["src/price.js"],
    });
  });

  test("moves the open pull requests of the branch", async () => {
    const tree = await world.clone("wes");
    const before = await tree.pushBranch("moving", { "m.txt": "1\n" });
    const wes = world.person("wes");
    const { number } = (
      await wes.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body: { title: "M", head: "moving", base: "main" } })
    ).body;

    const after = await tree.commit("Again", { "m.txt": "2\n" });
    await tree.run("push", "--quiet", "origin", "moving");

    await world.simulator.settled();
    const [event] = receiver.payloads("pull_request", "synchronize");
    const pull = await wes.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number: number });
    const fetched = await tree.run("ls-remote", "origin", `refs/pull/${number}/head`);
    expect(event).toMatchObject({ number, before, after, pull_request: { head: { sha: after }, commits: 2 } });
    expect(pull.body).toMatchObject({ head: { sha: after }, commits: 2, mergeable: true });
    expect(fetched).toContain(after);
  });

  test("that rewrites history is told as forced, and refused without force", async () => {
    const tree = await world.clone("wes");
    await tree.pushBranch("rewritten", { "r.txt": "1\n" });
    await tree.run("commit", "--quiet", "--amend", "--message", "Other");

    const plain = await tree.try("push", "origin", "rewritten");
    await tree.run("push", "--quiet", "--force-with-lease", "origin", "rewritten");

    await world.simulator.settled();
    const push = receiver.payloads("push").findLast((payload) => payload.ref === "refs/heads/rewritten");
    expect(plain.stderr).toContain("rejected");
    expect(push).toMatchObject({ created: false, forced: true });
  });

  test("that conflicts with the base makes the pull request unmergeable", async () => {
    const tree = await world.clone("wes");
    await tree.pushBranch("conflicting", { "README.md": "# Mine\n" });
    const wes = world.person("wes");
    const body = { title: "C", head: "conflicting", base: "main" };
    const { number } = (await wes.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body })).body;

    await tree.run("checkout", "--quiet", "main");
    await tree.commit("Theirs", { "README.md": "# Theirs\n" });
    await tree.run("push", "--quiet", "origin", "main");

    const pull = await wes.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number: number });
    expect(pull.body).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
  });

  test("that deletes a branch closes its pull request", async () => {
    const tree = await world.clone("wes");
    await tree.pushBranch("leaving", { "l.txt": "1\n" });
    const wes = world.person("wes");
    const body = { title: "L", head: "leaving", base: "main" };
    const { number } = (await wes.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body })).body;

    await tree.run("push", "--quiet", "origin", ":leaving");

    const pull = await wes.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number: number });
    expect(pull.body).toMatchObject({ state: "closed", merged: false });
  });

  test("of a pull request's commits to its base counts as the merge", async () => {
    const tree = await world.clone("wes");
    const sha = await tree.pushBranch("landing", { "landing.txt": "1\n" });
    const wes = world.person("wes");
    const body = { title: "L", head: "landing", base: "main" };
    const { number } = (await wes.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body })).body;

    await tree.run("push", "--quiet", "origin", "landing:main");

    const pull = await wes.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number: number });
    expect(pull.body).toMatchObject({ state: "closed", merged: true, merge_commit_sha: sha });
  });
});

test("a pull request may come from a fork, whose branch moves it", async () => {
  const tree = await world.clone("oscar", "oscar/shop");
  await tree.pushBranch("gift", { "gift.txt": "1\n" });
  const oscar = world.person("oscar");
  const body = { title: "A gift", head: "oscar:gift", base: "main" };
  const opened = await oscar.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body });
  const after = await tree.commit("More", { "gift.txt": "2\n" });

  await tree.run("push", "--quiet", "origin", "gift");

  const pull_number = opened.body.number as number;
  const pull = await oscar.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number });
  expect(pull.body).toMatchObject({
    head: { label: "oscar:gift", sha: after, repo: { fork: true, full_name: "oscar/shop" } },
    commits: 2,
    changed_files: 1,
  });
});
