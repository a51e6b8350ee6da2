import { describe, expect, it } from "vitest";
import { decidePush } from "../../../src/gateway/git/decide-push.ts";
import { readPushCommands } from "../../../src/gateway/git/read-push-commands.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);
const ZERO = "0".repeat(40);

function packet(text: string): string {
  return (text.length + 4).toString(16).padStart(4, "0") + text;
}

function read(text: string) {
  return readPushCommands(Buffer.from(text));
}

describe("the commands of a push", () => {
  it("are the lines before the pack", () => {
    const lines =
      packet(`shallow ${A}\n`) + packet(`${A} ${B} refs/heads/x\0report-status`) + packet(`${A} ${B} refs/tags/v1\n`);

    expect(read(`${lines}0000PACK`)).toEqual({
      kind: "commands",
      updates: [
        { oldId: A, newId: B, ref: "refs/heads/x" },
        { oldId: A, newId: B, ref: "refs/tags/v1" },
      ],
    });
  });

  it("are none in the request with which git asks whether it may", () => {
    expect(read("0000")).toEqual({ kind: "commands", updates: [] });
  });

  it("are incomplete until their end has come", () => {
    const whole = `${packet(`${A} ${B} refs/heads/x\0agent=git`)}0000`;

    for (let length = 0; length < whole.length; length += 1) {
      expect(read(whole.slice(0, length))).toEqual({ kind: "incomplete" });
    }
    expect(read(whole).kind).toBe("commands");
  });

  it.each([
    ["no length", "zzzz"],
    ["a special line", "0001"],
    ["a signed push", packet("push-cert\0report-status")],
    ["a short id", packet(`abc ${B} refs/heads/x`)],
    ["a ref with a space", packet(`${A} ${B} refs/heads/x y`)],
  ])("are malformed with %s", (_name, text) => {
    expect(read(text).kind).toBe("malformed");
  });
});

describe("a push", () => {
  const scope = { branch: "feature/x", baseBranch: "main", defaultBranch: "trunk" };
  const update = { oldId: A, newId: B, ref: "refs/heads/feature/x" };

  it("of the run's branch goes on", () => {
    expect(decidePush([update], scope)).toEqual({ kind: "push", sha: B });
    expect(decidePush([{ ...update, oldId: ZERO }], scope).kind).toBe("push");
  });

  it("without commands is a probe", () => {
    expect(decidePush([], scope)).toEqual({ kind: "probe" });
  });

  it.each([
    ["two updates", [update, update], scope],
    ["no branch of the run's", [update], { ...scope, branch: undefined }],
    ["another ref", [{ ...update, ref: "refs/heads/feature/x2" }], scope],
    ["a tag of the same name", [{ ...update, ref: "refs/tags/feature/x" }], scope],
    ["the default branch", [{ ...update, ref: "refs/heads/trunk" }], { ...scope, branch: "trunk" }],
    ["the base branch", [{ ...update, ref: "refs/heads/main" }], { ...scope, branch: "main" }],
    ["a deletion", [{ ...update, newId: ZERO }], scope],
  ])("with %s is refused", (_name, updates, where) => {
    expect(decidePush(updates, where).kind).toBe("refuse");
  });
});
