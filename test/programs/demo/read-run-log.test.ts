import { expect, test } from "vitest";
import { RunLogReader } from "../../../src/programs/demo/read-run-log.ts";

const line = (second: number, message: string) =>
  JSON.stringify({ time: new Date(second * 1000).toISOString(), level: "info", message });

test("a run's log tells its commands, how they ended, and how long the agent worked between them", () => {
  const reader = new RunLogReader();
  const lines = [
    line(0, "$ npm ci"),
    line(2, "= exit 0 after 2.0 s"),
    line(5, "AgentFinished: the agent finished its turn"),
    line(5, "$ node scripts/lint.js"),
    line(6, "src/a.js:3: use const (no-var)"),
    line(6, "lint: 1 problems"),
    line(6, "= exit 1 after 0.5 s"),
  ];

  const told = lines.map((text) => reader.read(text)?.text).filter((text) => text !== undefined);

  expect(reader.commands.map(({ command, passed, durationMs }) => [command, passed, durationMs])).toEqual([
    ["npm ci", true, 2000],
    ["node scripts/lint.js", false, 500],
  ]);
  expect(reader.agentMs).toBe(3000);
  expect(reader.turns).toBe(1);
  expect(told.at(-1)).toContain("src/a.js:3: use const (no-var)");
});

test("a command that prints what looks like a command starts none", () => {
  const reader = new RunLogReader();

  for (const text of [line(0, "$ one"), line(0, "$ two"), line(1, "= exit none after 0.1 s")]) reader.read(text);

  expect(reader.commands).toMatchObject([{ command: "one", passed: false }]);
});
