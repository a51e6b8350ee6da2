// Reads the chart's values and the operator's file over them, as helm would.
import { readFile } from "node:fs/promises";
import { LanguageError } from "../../languages/language-error.ts";
import { parseYaml } from "../../languages/yaml.ts";
import { checkValues, mergeValues } from "../../configuration/parse-values.ts";
import type { Values } from "../../configuration/values-schema.ts";
import { PlatformError } from "../../platform/errors.ts";

/** Invalid when a file cannot be read, is no YAML, or holds a field that the schema refuses. */
export async function loadValues(chartDirectory: string, overlayPath: string | undefined): Promise<Values> {
  const base = await readValues(`${chartDirectory}/values.yaml`);
  const overlay = overlayPath === undefined ? {} : await readValues(overlayPath);
  try {
    return checkValues(mergeValues(base, overlay ?? {}));
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    const message = error.message.replace(/^values\.yaml/, overlayPath ?? "values.yaml");
    throw new PlatformError({
      code: "Invalid",
      message,
      hint: "correct these fields; charts/runyard/values.yaml shows every one with its default",
    });
  }
}

type Json = Parameters<typeof mergeValues>[0];

async function readValues(path: string): Promise<Json> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const message = `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`;
    throw new PlatformError({ code: "Invalid", message, hint: "name an existing file with --values", cause: error });
  }
  try {
    return parseYaml(text);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    throw new PlatformError({
      code: "Invalid",
      message: `${path} is no YAML: ${error.message.replace(/^yaml: /, "")}`,
      hint: "correct the file",
      cause: error,
    });
  }
}
