// Reads a kubeconfig: which server, how to trust it, what to show it.
// Source: Kubernetes documentation, "Organizing Cluster Access Using kubeconfig Files"; kubeconfig (v1) reference.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseYaml } from "../../languages/yaml.ts";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import type { Connection } from "./connection.ts";
import { type ClientCertificate, type Credential, fixedCredential, tokenFileCredential } from "./credential.ts";
import { execCredential } from "./exec-credential.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface KubeconfigSource {
  readonly path: string;
  /** Absent: the file's current-context. */
  readonly context?: string;
}

/** Reads one context of a kubeconfig. Invalid with the place in the file when it cannot be used. */
export async function readKubeconfig(source: KubeconfigSource, clock: Pick<Clock, "now">): Promise<Connection> {
  const { path } = source;
  const config = await readFields(path);
  const contextName = source.context ?? textAt(config, "current-context");
  if (contextName === undefined) throw unusable(path, "current-context", "is not set");
  const context = named(path, config, { list: "contexts", name: contextName, field: "context" });
  const clusterName = textAt(context, "cluster") ?? "";
  const cluster = named(path, config, { list: "clusters", name: clusterName, field: "cluster" });
  const userName = textAt(context, "user") ?? "";
  const user = userName === "" ? {} : named(path, config, { list: "users", name: userName, field: "user" });
  return {
    ...(await clusterOf(path, cluster)),
    credential: await credentialOf({ path, user, cluster, clock }),
    namespace: textAt(context, "namespace") ?? "default",
  };
}

async function readFields(path: string): Promise<Fields> {
  try {
    const value = parseYaml(await readFile(path, "utf8"));
    if (isFields(value)) return value;
  } catch (error) {
    throw new PlatformError({
      code: "Invalid",
      message: `the kubeconfig ${path} cannot be read: ${(error as Error).message}`,
      hint: "give the path of a kubeconfig file that this user may read",
      cause: error,
    });
  }
  throw unusable(path, "the file", "holds no kubeconfig");
}

async function clusterOf(path: string, cluster: Fields): Promise<Omit<Connection, "credential" | "namespace">> {
  const server = textAt(cluster, "server");
  if (server === undefined || !URL.canParse(server)) throw unusable(path, "cluster.server", "must be a URL");
  const authority = await inlineOrFile(path, cluster, "certificate-authority");
  const serverName = textAt(cluster, "tls-server-name");
  const proxyUrl = textAt(cluster, "proxy-url");
  return {
    server: server.replace(/\/+$/, ""),
    ...(authority !== undefined && { authority }),
    ...(serverName !== undefined && { serverName }),
    ...(proxyUrl !== undefined && { proxyUrl }),
    ...(cluster["insecure-skip-tls-verify"] === true && { skipsVerification: true }),
  };
}

interface CredentialSource {
  readonly path: string;
  readonly user: Fields;
  readonly cluster: Fields;
  readonly clock: Pick<Clock, "now">;
}

async function credentialOf({ path, user, cluster, clock }: CredentialSource): Promise<Credential> {
  for (const field of ["auth-provider", "username", "as"]) {
    if (user[field] !== undefined)
      throw unusable(path, `user.${field}`, "is not supported; use a certificate, token or exec");
  }
  if (isFields(user["exec"])) return execCredential(pluginOf(path, user["exec"], cluster), clock);
  const clientCertificate = await certificateOf(path, user);
  const token = textAt(user, "token");
  const tokenFile = textAt(user, "tokenFile");
  // As in client-go, the file wins over the text; a certificate may stand beside either.
  if (tokenFile !== undefined && clientCertificate === undefined) {
    return tokenFileCredential(resolve(dirname(path), tokenFile), clock);
  }
  return fixedCredential({
    ...(token !== undefined && { token }),
    ...(clientCertificate !== undefined && { clientCertificate }),
  });
}

async function certificateOf(path: string, user: Fields): Promise<ClientCertificate | undefined> {
  const certificate = await inlineOrFile(path, user, "client-certificate");
  const key = await inlineOrFile(path, user, "client-key");
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw unusable(path, "user.client-certificate", "and client-key must both be set");
  }
  return { certificate, key };
}

function pluginOf(path: string, exec: Fields, cluster: Fields): Parameters<typeof execCredential>[0] {
  const command = textAt(exec, "command");
  const apiVersion = textAt(exec, "apiVersion");
  if (command === undefined || apiVersion === undefined) {
    throw unusable(path, "user.exec", "needs command and apiVersion");
  }
  const installHint = textAt(exec, "installHint");
  const variables = listAt(exec, "env").map((entry) => [textAt(entry, "name") ?? "", textAt(entry, "value") ?? ""]);
  const args = Array.isArray(exec["args"]) ? exec["args"].filter((arg) => typeof arg === "string") : [];
  return {
    apiVersion,
    command: command.includes("/") ? resolve(dirname(path), command) : command,
    args,
    env: Object.fromEntries(variables) as Readonly<Record<string, string>>,
    directory: dirname(path),
    ...(installHint !== undefined && { installHint }),
    ...(exec["provideClusterInfo"] === true && { cluster }),
  };
}

/** `<field>-data` holds base64, `<field>` a path relative to the kubeconfig; the data wins. */
async function inlineOrFile(path: string, fields: Fields, field: string): Promise<string | undefined> {
  const data = textAt(fields, `${field}-data`);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const file = textAt(fields, field);
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(dirname(path), file), "utf8");
  } catch (error) {
    throw unusable(path, field, `names a file that cannot be read: ${(error as Error).message}`);
  }
}

function named(
  path: string,
  config: Fields,
  wanted: { readonly list: string; readonly name: string; readonly field: string },
): Fields {
  const entry = listAt(config, wanted.list).find((candidate) => candidate["name"] === wanted.name);
  const fields = entry?.[wanted.field];
  if (isFields(fields)) return fields;
  throw unusable(path, wanted.list, `has no entry named ${JSON.stringify(wanted.name)}`);
}

function listAt(fields: Fields, field: string): readonly Fields[] {
  const list = fields[field];
  return Array.isArray(list) ? list.filter(isFields) : [];
}

function textAt(fields: Fields, field: string): string | undefined {
  const value = fields[field];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unusable(path: string, place: string, problem: string): PlatformError {
  return new PlatformError({
    code: "Invalid",
    message: `kubeconfig ${path}: ${place} ${problem}`,
    hint: "correct the file, or choose another with --kubeconfig",
  });
}
