// The chart's own values, for tests that change some of them.
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { checkValues } from "../../src/configuration/parse-values.ts";
import type { Values } from "../../src/configuration/values-schema.ts";

const TEXT = readFileSync(new URL("../../charts/runyard/values.yaml", import.meta.url), "utf8");

export const CHART_VALUES: Values = checkValues(parse(TEXT));
