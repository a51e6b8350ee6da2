import { expect, it } from "vitest";

import { MissingVariable, substituteIn } from "../../../src/argo/workflow/substitution.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";

const sources = { now: () => 0, random: () => 0 };
const known = new Map([["inputs.parameters.name", "a"]]);

it("what another step has not given yet may be there later; other unknown tags stay", () => {
  const substitute = (text: string): string => substituteIn(text, known, { mode: "stepsAndTasks", sources });

  expect(substitute("{{inputs.parameters.name}} {{other}}")).toBe("a {{other}}");
  expect(() => substitute("{{steps.a.outputs.result}}")).toThrow(MissingVariable);
  expect(() => substitute("{{tasks.a.outputs.result}}")).toThrow(MissingVariable);
});

it("a tag that is unknown for good is another error", () => {
  const error = (text: string): unknown => {
    try {
      return substituteIn(text, known, { mode: "strict", sources });
    } catch (thrown) {
      return thrown;
    }
  };

  expect(error("{{steps.a.outputs.result}}")).toBeInstanceOf(LanguageError);
  expect(error("{{steps.a.outputs.result}}")).not.toBeInstanceOf(MissingVariable);
});
