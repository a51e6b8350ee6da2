import { expect, it } from "vitest";
import { z } from "zod";
import { describeIssues } from "../../src/configuration/describe-issues.ts";

const schema = z.strictObject({
  agents: z.array(z.strictObject({ name: z.string().min(1), appId: z.int().min(0) })).min(1),
  limits: z.strictObject({ runUsdMax: z.number().positive(), list: z.array(z.string()).min(2).optional() }).optional(),
  mode: z.enum(["live", "dry-run"]).default("live"),
  host: z
    .string()
    .regex(/^[a-z]+$/, "must be lower-case letters")
    .optional(),
  prices: z.record(z.string(), z.strictObject({ input: z.number() })).optional(),
  pair: z.tuple([z.strictObject({ a: z.number() })]).optional(),
});

function problemsOf(value: unknown): readonly string[] {
  const result = schema.safeParse(value);
  return describeIssues(result.error?.issues ?? [], { schema, whole: "the file" });
}

const agents = [{ name: "a", appId: 1 }];

it.each([
  [[], ["the file: must be a map, not a list"]],
  [{}, ["agents: is missing; it must be a list"]],
  [{ agents: [] }, ["agents: must have at least one entry"]],
  [{ agents: {} }, ["agents: must be a list, not a map"]],
  [{ agents: [{ nmae: "a", name: "a", appId: 1 }] }, ['agents[0]: unknown field "nmae"; did you mean "name"?']],
  [{ agents: [{ name: "", appId: 1 }] }, ["agents[0].name: must not be empty"]],
  [
    { agents: [{ name: 7, appId: "1" }] },
    ["agents[0].name: must be a text, not a number", "agents[0].appId: must be a number, not a text"],
  ],
  [{ agents: [{ name: "a", appId: 1.5 }] }, ["agents[0].appId: must be a whole number"]],
  [{ agents, limits: { runUsdMax: 0 } }, ["limits.runUsdMax: must be more than 0"]],
  [{ agents, limits: { runUsdMax: 1, list: ["a"] } }, ["limits.list: must have at least 2 entries"]],
  [
    { agents, limits: { runUsdMax: 1, unheardOf: 1 } },
    ['limits: unknown field "unheardOf"; known are runUsdMax, list'],
  ],
  [{ agents, mode: "dryrun" }, ["mode: must be one of live, dry-run"]],
  [{ agents, host: "A" }, ["host: must be lower-case letters"]],
  [{ agents: [{ name: "a", appId: -1 }] }, ["agents[0].appId: must be at least 0"]],
  [{ agents, pair: [{ a: 1, b: 2 }] }, ['pair[0]: unknown field "b"; remove it']],
  [{ agents, prices: { x: { inptu: 1, input: 1 } } }, ['prices.x: unknown field "inptu"; did you mean "input"?']],
])("says of %j what is wrong and where", (value, problems) => {
  expect(problemsOf(value)).toEqual(problems);
});
