// GraphQL: drafts made ready and back, by node id, with the rights that GitHub wants.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { parseDocument } from "../../src/github-simulator/graphql/parse-document.ts";
import type { Any } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";

let world: GitHubWorld;
let number: number;
let id: string;

beforeAll(async () => {
  world = await GitHubWorld.start(new GitHubSchemas());
  const tree = await world.clone("wes");
  await tree.pushBranch("draft", { "d.txt": "1\n" });
  const bot = await world.bot("builder");
  const body = { title: "D", head: "draft", base: "main", draft: true };
  const pull = await bot.call("POST /repos/{owner}/{repo}/pulls", SHOP, { body });
  number = pull.body.number as number;
  id = pull.body.node_id as string;
});

afterAll(() => world.stop());

async function ask(token: string, query: string, variables: Record<string, unknown> = {}): Promise<Any> {
  const response = await fetch(world.simulator.graphqlUrl, {
    method: "POST",
    headers: { authorization: `bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const READY = `mutation Ready($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { id isDraft } }
}`;

test("a pull request is found by number, with its node id", async () => {
  const query = `query ($owner: String!, $name: String!, $number: Int!) {
    repository(owner: $owner, name: $name) { pullRequest(number: $number) { nodeId: id isDraft state headRefName } }
  }`;

  const answer = await ask(await world.token("builder"), query, { owner: "acme", name: "shop", number });

  expect(answer).toEqual({
    data: { repository: { pullRequest: { nodeId: id, isDraft: true, state: "OPEN", headRefName: "draft" } } },
  });
});

test("a draft is made ready and a draft again, as REST then shows", async () => {
  const token = await world.token("builder");
  const bot = await world.bot("builder");
  const isDraft = async (): Promise<boolean> =>
    (await bot.call("GET /repos/{owner}/{repo}/pulls/{pull_number}", { ...SHOP, pull_number: number })).body.draft;

  const ready = await ask(token, READY, { id });
  const afterReady = await isDraft();
  const back = READY.replace("markPullRequestReadyForReview", "convertPullRequestToDraft");
  await ask(token, back, { id });

  expect(ready.data.markPullRequestReadyForReview.pullRequest).toEqual({ id, isDraft: false });
  expect([afterReady, await isDraft()]).toEqual([false, true]);
});

test("pull_requests: write alone does not suffice, as on GitHub", async () => {
  const token = await world.token("builder", { permissions: { pull_requests: "write" } });

  const answer = await ask(token, READY, { id });

  expect(answer.errors).toMatchObject([{ type: "FORBIDDEN", message: "Resource not accessible by integration" }]);
});

test("a node out of reach does not exist", async () => {
  const token = await world.token("reporter", { repositories: ["vault"] });

  const answer = await ask(token, READY, { id });
  const node = await ask(token, 'query { node(id: "PR_x") { ... on PullRequest { isDraft } } }');

  expect(answer.errors[0].type).toBe("NOT_FOUND");
  expect(node.errors[0].type).toBe("NOT_FOUND");
});

describe("a document", () => {
  test("is read with aliases, arguments, variables, lists and inline fragments", () => {
    const text = `query Q($n: Int = 3) {
      # a comment
      a: node(id: "x\\"y", list: [1, true, null, OPEN], object: { n: $n }) { ... on PullRequest { id, title } }
    }`;

    const document = parseDocument(text, { n: 7 });

    const leaf = { arguments: {}, selections: [] };
    expect(document).toEqual({
      operation: "query",
      selections: [
        {
          name: "node",
          alias: "a",
          arguments: { id: 'x"y', list: [1, true, null, "OPEN"], object: { n: 7 } },
          selections: [
            { name: "id", alias: "id", ...leaf },
            { name: "title", alias: "title", ...leaf },
          ],
        },
      ],
    });
  });

  test.each([
    ["subscription { x }", "Expected a query or mutation"],
    ["{ a { b }", "Unexpected end"],
    ["{ a } { b }", "after the operation"],
    ["{ ...Named }", 'Expected "on"'],
    ["{ % }", "Parse error"],
    ["{ a".repeat(30), "Nested deeper"],
  ])("%s is refused", (text, message) => {
    expect(() => parseDocument(text, {})).toThrow(message);
  });
});
