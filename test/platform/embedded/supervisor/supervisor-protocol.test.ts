import { expect, it } from "vitest";
import {
  encodeMessage,
  MESSAGE_BYTES_MAX,
  messageReader,
} from "../../../../src/platform/embedded/supervisor/supervisor-protocol.ts";

it("messages are whole again however they were cut", () => {
  const seen: unknown[] = [];
  const read = messageReader((message) => seen.push(message));
  const text = encodeMessage({ kind: "hello" }) + encodeMessage({ kind: "changed", uid: "u" });

  for (const character of text) read(character);

  expect(seen).toEqual([{ kind: "hello" }, { kind: "changed", uid: "u" }]);
});

it("a peer that sends too much, or no JSON, is an error", () => {
  expect(() => messageReader(() => undefined)("x".repeat(MESSAGE_BYTES_MAX + 1))).toThrow("too long");
  expect(() => messageReader(() => undefined)("{\n")).toThrow();
});
