import { expect, test } from "vitest";
import { jsonLog, type JsonLog } from "../../../src/platform/node/json-log.ts";

const SECRET = 'pass"word\nünicode';

function recorded(level?: "debug" | "warn"): { readonly log: JsonLog; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const log = jsonLog({
    write,
    now: () => Date.parse("2026-01-02T03:04:05Z"),
    ...(level === undefined ? {} : { level }),
  });
  return { log, lines };
}

test("an entry is one line of JSON with its own fields and those of its log", () => {
  const { log, lines } = recorded();

  log.with({ run: "a" }).with({ stage: "tests" }).write("info", "line\nbreak", { count: 3, nothing: undefined });

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(lines[0] ?? "")).toEqual({
    time: "2026-01-02T03:04:05.000Z",
    level: "info",
    message: "line\nbreak",
    run: "a",
    stage: "tests",
    count: 3,
  });
});

test("entries below the level are dropped", () => {
  const { log, lines } = recorded("warn");

  for (const level of ["debug", "info", "warn", "error"] as const) log.write(level, level);

  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(["warn", "error"]);
});

test("a registered secret appears nowhere, in no encoding, whichever log writes it", () => {
  const { log, lines } = recorded();
  const child = log.with({ run: "a" });
  log.maskSecret(SECRET);
  const bytes = Buffer.from(SECRET);
  const forms = [
    SECRET,
    encodeURIComponent(SECRET),
    ...(["base64", "base64url", "hex"] as const).map((as) => bytes.toString(as)),
  ];

  for (const form of forms) {
    child.write("info", `message ${form}`, {
      text: form,
      deep: [{ inside: `x${form}y` }],
      [form]: 1,
      error: new Error(form),
    });
  }

  expect(lines).toHaveLength(forms.length);
  for (const form of forms) {
    expect(lines.join("")).not.toContain(form);
    expect(lines.join("")).not.toContain(JSON.stringify(form).slice(1, -1));
  }
  expect(lines.every((line) => line.includes("***"))).toBe(true);
});

test.each([
  ["opaque", `ghs_${"aB3".repeat(12)}`],
  ["stateless", `ghs_12345_${"eyJ0".repeat(9)}.${"aB-_".repeat(50)}.${"zZ9".repeat(40)}`],
  ["of a person", `github_pat_${"aB3_".repeat(15)}`],
])("a token of GitHub is masked though nobody registered it: %s", (_form, token) => {
  const { log, lines } = recorded();

  log.write("warn", `remote: https://x-access-token:${token}@github.example`, { error: new Error(token) });

  expect(lines.join("")).not.toContain(token.slice(0, 12));
  expect(lines.join("")).not.toContain(token.slice(-12));
  expect(lines.join("")).toContain("@github.example");
});

test("errors keep their stack, circles and big integers do not break the log", () => {
  const { log, lines } = recorded();
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = circle;
  const shared = { a: 1 };

  log.write("error", "trouble", {
    error: new TypeError("broken", { cause: new Error("the disk") }),
    circle,
    big: 10n,
    twice: [shared, shared],
  });

  const entry = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
  expect(entry["error"]).toMatch(/^TypeError: broken\n\s+at /);
  expect(entry["error"]).toContain("caused by Error: the disk");
  expect(entry).toMatchObject({ circle: { self: "(circular)" }, big: "10", twice: [{ a: 1 }, { a: 1 }] });
});

test("an entry of enormous size is cut", () => {
  const { log, lines } = recorded();

  log.write("info", "large", { text: "x".repeat(10_000_000) });

  expect(lines[0]?.length).toBeLessThan(70_000);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ message: "large", level: "info" });
});
