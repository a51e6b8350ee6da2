// Credentials from an exec plugin, as managed clusters use them.
// Source: Kubernetes documentation, "Authenticating", section "client-go credential plugins".
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import type { Credential, ShownCredential } from "./credential.ts";

export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Directory of the kubeconfig: a relative command is looked for there. */
  readonly directory: string;
  readonly installHint?: string;
  /** Told to the plugin when it asks for it. */
  readonly cluster?: Readonly<Record<string, unknown>>;
}

const PLUGIN_TIMEOUT_MS = 60_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;
/** Renewed a little before the end, so that no request starts with a credential that ends on its way. */
const RENEWAL_MARGIN_MS = 30_000;

/** Runs the plugin when a credential is needed, and keeps what it gave until it expires or is refused. */
export function execCredential(plugin: ExecPlugin, clock: Pick<Clock, "now">): Credential {
  let kept: Promise<ExecResult> | undefined;
  return {
    async current() {
      const known = await kept?.catch(() => undefined);
      if (known === undefined || clock.now() >= known.expiresAt - RENEWAL_MARGIN_MS) kept = runPlugin(plugin);
      return (await (kept as Promise<ExecResult>)).shown;
    },
    invalidate() {
      kept = undefined;
      return true;
    },
  };
}

interface ExecResult {
  readonly shown: ShownCredential;
  /** Milliseconds since the epoch; infinity when the plugin sets no end. */
  readonly expiresAt: number;
}

async function runPlugin(plugin: ExecPlugin): Promise<ExecResult> {
  const info = {
    apiVersion: plugin.apiVersion,
    kind: "ExecCredential",
    spec: { interactive: false, ...(plugin.cluster !== undefined && { cluster: plugin.cluster }) },
  };
  try {
    const { stdout } = await promisify(execFile)(plugin.command, plugin.args, {
      cwd: plugin.directory,
      env: { ...process.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: PLUGIN_TIMEOUT_MS,
      maxBuffer: OUTPUT_BYTES_MAX,
    });
    return parseResult(JSON.parse(stdout));
  } catch (error) {
    // Neither the output nor the error object goes on: both may hold the credential.
    const { code, killed } = error as { readonly code?: string | number; readonly killed?: boolean };
    const reason =
      killed === true ? `no answer in ${PLUGIN_TIMEOUT_MS / 1000} s` : `exit ${String(code ?? "with no credential")}`;
    throw new PlatformError({
      code: "Unauthorized",
      message: `the credential plugin ${plugin.command} of the kubeconfig failed (${reason})`,
      hint: plugin.installHint ?? `run it by hand to see why: ${plugin.command} ${plugin.args.join(" ")}`,
    });
  }
}

function parseResult(output: unknown): ExecResult {
  const { kind, status } = output as { readonly kind?: unknown; readonly status?: Readonly<Record<string, unknown>> };
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status ?? {};
  const hasCertificate = typeof clientCertificateData === "string" && typeof clientKeyData === "string";
  if (kind !== "ExecCredential" || (typeof token !== "string" && !hasCertificate)) throw new Error("no credential");
  const expiresAt =
    typeof expirationTimestamp === "string" ? Date.parse(expirationTimestamp) : Number.POSITIVE_INFINITY;
  return {
    shown: {
      ...(typeof token === "string" && { token }),
      ...(hasCertificate && { clientCertificate: { certificate: clientCertificateData, key: clientKeyData } }),
    },
    expiresAt,
  };
}
