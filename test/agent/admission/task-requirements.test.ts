// requirements.yaml of a task in the docs repository, and what becomes of it.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Plan } from "../../../src/configuration/plan.ts";
import { readRunInput } from "../../../src/controllers/agent-run/run-input.ts";
import { SHOP } from "../../support/agent-world.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun } from "../../support/runs.ts";
import { WorkflowWorld } from "../../support/workflow-world.ts";

const REQUIREMENTS = "secrets:\n  - name: payments\n    keys: [{ token: PAY }]\nenvironment: { REGION: eu }\n";

let world: WorkflowWorld;
beforeAll(async () => {
  world = await WorkflowWorld.start({
    github: {
      repositories: [
        { fullName: "acme/shop", collaborators: { wes: "write" }, files: { "price.js": "1\n" } },
        {
          fullName: "acme/handbook",
          files: {
            ".taskmaster/docs/task-1/requirements.yaml": REQUIREMENTS,
            ".taskmaster/docs/task-2/requirements.yaml": `environment: { LONG: "${"x".repeat(20_000)}" }\n`,
          },
        },
      ],
    },
  });
});
afterAll(() => world.stop());

async function admit(): Promise<Readonly<Record<string, string>>> {
  const issue = await world.agents.github("POST", `${SHOP}/issues`, { title: "Sell hats", labels: ["runyard"] });
  const number = String(issue["number"]);
  return await world.step("admit", await world.workflow(`task-${number}`, { number, label: "runyard" }));
}

it("is in the plan of every stage, and a run takes from it what the operator allows", async () => {
  const plan = JSON.parse((await admit())["plan"] ?? "") as Plan;

  const { taskRequirements = "" } = plan.author ?? {};
  expect(Buffer.from(taskRequirements, "base64").toString()).toBe(REQUIREMENTS);
  expect(plan.tests?.taskRequirements).toBe(taskRequirements);
  const run = codeRun({ spec: { taskRequirements } });
  expect(readRunInput(run, { ...CONFIGURATION, requirementSecretsAllowed: ["payments"] })).toMatchObject({
    kind: "input",
    input: {
      requirements: { environment: { REGION: "eu" }, secrets: [{ secret: "payments", key: "token", name: "PAY" }] },
    },
  });
  expect(readRunInput(run, CONFIGURATION)).toMatchObject({
    kind: "invalid",
    problem: expect.stringContaining('secret "payments" may not be used by runs') as string,
  });
});

it("that is too large is refused with its path", async () => {
  await expect(admit()).rejects.toThrow("acme/handbook/.taskmaster/docs/task-2/requirements.yaml has 20026 bytes");
});

it("that is not there asks for nothing", async () => {
  const plan = JSON.parse((await admit())["plan"] ?? "") as Plan;

  expect(plan.author?.taskRequirements).toBe("");
});
