// Argo's "any string": parameter values, defaults and enum items, where a manifest may hold a number or a boolean.
import { formatFloatShortest } from "../../languages/go-number.ts";

/**
 * The string that a JSON value becomes. Numbers pass through a float64, as in Argo: `1.0` is "1", `1e3` is "1000",
 * large integers lose digits. Lists and objects silently become "". Null stays unset (undefined).
 */
export function anyString(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  return typeof value === "number" ? formatFloatShortest(value, "f") : "";
}
