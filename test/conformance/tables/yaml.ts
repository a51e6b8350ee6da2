import { formatFloatShortest } from "../../../src/languages/go-number.ts";
import { writeJson } from "../../../src/languages/go-json.ts";
import { type GoMap, type GoValue } from "../../../src/languages/go-value.ts";
import { readYaml } from "../../../src/languages/yaml.ts";

export function evaluate(input: unknown, _documents: unknown, group: string): unknown {
  const value = readYaml(String(input));
  // The group `parameter` shows what spec.arguments of a Workflow become in Argo's own types.
  return writeJson(group === "parameter" ? argumentsOf(value) : value);
}

function argumentsOf(workflow: GoValue): GoValue {
  const { parameters } = ((workflow as GoMap)["spec"] as GoMap)["arguments"] as { parameters: readonly GoMap[] };
  writeJson(workflow);
  return {
    parameters: parameters.map(({ name = null, value = null }) =>
      value === null ? { name } : { name, value: parameterText(value) },
    ),
  };
}

function parameterText(value: GoValue): string {
  if (typeof value === "number") return formatFloatShortest(value, "f");
  return typeof value === "object" ? "" : String(value);
}
