// What the cluster's programs are told on their command line, by the chart; and the values, read from the mounted file.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { checkValues } from "../../configuration/parse-values.ts";
import type { Values } from "../../configuration/values-schema.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { PlatformError } from "../../platform/errors.ts";

export interface ClusterOptions {
  /** Path of values.json. */
  readonly configuration: string;
  /** Of the runs. */
  readonly namespace: string;
  readonly systemNamespace: string;
  readonly port: number;
  /** Instead of the pod's own account, for a program outside of the cluster. */
  readonly kubeconfig: string | undefined;
  /** Of the gateway. */
  readonly dataDirectory: string;
}

/** Invalid, with the usage, for arguments that are none. */
export function readClusterOptions(program: string, args: readonly string[]): ClusterOptions {
  const usage =
    `usage: ${program} --configuration FILE --namespace NAME --system-namespace NAME --port NUMBER` +
    ` [--kubeconfig FILE] [--data-directory DIRECTORY]`;
  const values = parse(args, usage);
  const required = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined || value === "") throw invalid(`--${name} is missing`, usage);
    return value;
  };
  const port = Number(required("port"));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw invalid(`--port: "${values.port}" is no port`, usage);
  return {
    configuration: required("configuration"),
    namespace: required("namespace"),
    systemNamespace: required("system-namespace"),
    port,
    kubeconfig: values.kubeconfig,
    dataDirectory: values["data-directory"] ?? "/var/lib/runyard",
  };
}

function parse(args: readonly string[], usage: string) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        configuration: text,
        namespace: text,
        "system-namespace": text,
        port: text,
        kubeconfig: text,
        "data-directory": text,
      },
    }).values;
  } catch (error) {
    throw invalid((error as Error).message, usage);
  }
}

/** Invalid when the file cannot be read or holds a value that the schema refuses. */
export async function readMountedValues(path: string): Promise<Values> {
  try {
    return checkValues(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const said = error instanceof LanguageError ? message.replace(/^values\.yaml/, path) : `${path}: ${message}`;
    throw invalid(said, "correct the values, then helm upgrade", error);
  }
}

function invalid(message: string, hint: string, cause?: unknown): PlatformError {
  return new PlatformError({ code: "Invalid", message, hint, ...(cause === undefined ? {} : { cause }) });
}
