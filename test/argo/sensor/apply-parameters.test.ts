// Bodies of requests; what Argo Events makes of them is in the oracle tables.
import { expect, it } from "vitest";

import { buildPayload } from "../../../src/argo/sensor/apply-parameters.ts";

it("a body that is to be the value of an event which did not come is empty", () => {
  const parameters = [{ dest: "", src: { dependencyName: "other", dataKey: "body" } }];

  expect(buildPayload(parameters, { events: new Map(), sources: { now: () => 0, random: () => 0 } })).toBe("");
});
