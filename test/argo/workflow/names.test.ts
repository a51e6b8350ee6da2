import { expect, it } from "vitest";

import { callNameOf, displayNameOf } from "../../../src/argo/workflow/names.ts";

it.each([
  ["wf[0].a", "wf", "a"],
  ["wf.a(0:x)", "wf", "a(0:x)"],
  ["other.a", "wf", "other.a"],
  ["wf", undefined, "wf"],
])("node %s inside of %s is shown as %s", (name, boundary, shown) => {
  expect(displayNameOf(name, boundary)).toBe(shown);
});

it.each([
  ["wf[0].a", "a"],
  ["wf[0].a(1:x.y)(0)", "a"],
  ["wf.a.b[2]", "b"],
  ["wf", "wf"],
])("node %s belongs to the call %s", (name, call) => {
  expect(callNameOf(name)).toBe(call);
});
