// The certificate of a cluster's gateway. The gateway is its own authority: key and certificate are kept in a Secret that the
// chart makes empty, so that every replica and every later start shows the same; the runs' namespace is told the authority.
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { openCertificateAuthority, type KeyPair } from "../../api-server/certificate-authority.ts";
import { AUTHORITY_KEY, GATEWAY_CONFIG_MAP } from "../../configuration/gateway-address.ts";
import { GATEWAY_SERVER_NAME } from "../../configuration/run-file.ts";
import type { Clock } from "../../platform/clock.ts";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import { writePrivateFile } from "../../platform/node/private-file.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { CONFIG_MAP, SECRET, type Secret } from "../../resources/core.ts";

export const CERTIFICATE_SECRET = "runyard-gateway-tls";
/** Replicas that start together write the Secret at the same time; the others then take what the first one wrote. */
const ATTEMPTS_MAX = 10;

export interface GatewayCertificateOptions {
  readonly store: ResourceStore;
  /** Of the runs. */
  readonly namespace: string;
  readonly systemNamespace: string;
  /** Holds the files while the program runs; emptied first. */
  readonly directory: string;
  readonly clock: Clock;
}

/** The certificate to show, made or renewed when needed, kept, and made known. Repeatable. */
export async function keepGatewayCertificate(options: GatewayCertificateOptions): Promise<KeyPair> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { pair, authority } = await keepInSecret(options);
      await publishAuthority(options, authority);
      return pair;
    } catch (error) {
      if (!hasCode(error, "Conflict") || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function keepInSecret({ store, systemNamespace, directory, clock }: GatewayCertificateOptions) {
  const key = { namespace: systemNamespace, name: CERTIFICATE_SECRET };
  const secret = await store.get(SECRET, key);
  if (secret === undefined) throw missing(`Secret ${key.namespace}/${key.name}`);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, value] of Object.entries(secret.data ?? {})) {
    await writePrivateFile(join(directory, name), Buffer.from(value, "base64").toString("utf8"));
  }
  const authority = await openCertificateAuthority({ directory, clock });
  const pair = await authority.keep({
    name: "tls",
    commonName: GATEWAY_SERVER_NAME,
    dnsNames: [GATEWAY_SERVER_NAME],
    usage: "server",
  });
  const data = await readAll(directory);
  if (!isSame(secret, data)) await store.update(SECRET, { ...secret, data });
  return { pair, authority: authority.certificate };
}

async function readAll(directory: string): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(directory);
  const read = async (name: string) => [name, (await readFile(join(directory, name))).toString("base64")] as const;
  return Object.fromEntries(await Promise.all(names.toSorted().map(read)));
}

function isSame({ data = {} }: Secret, wanted: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(data), ...Object.keys(wanted)]);
  return [...names].every((name) => data[name] === wanted[name]);
}

async function publishAuthority({ store, namespace }: GatewayCertificateOptions, authority: string): Promise<void> {
  const found = await store.get(CONFIG_MAP, { namespace, name: GATEWAY_CONFIG_MAP });
  if (found === undefined) throw missing(`ConfigMap ${namespace}/${GATEWAY_CONFIG_MAP}`);
  if (found.data?.[AUTHORITY_KEY] === authority) return;
  await store.update(CONFIG_MAP, { ...found, data: { ...found.data, [AUTHORITY_KEY]: authority } });
}

function missing(what: string): PlatformError {
  return new PlatformError({
    code: "NotFound",
    message: `${what} is missing, so the gateway has no certificate to show`,
    hint: "install the whole chart again: helm upgrade --install",
  });
}
