// The API's own certificate authority: client-go sends no credentials over plain HTTP, so even loopback needs TLS.
// The authority's key is made once; what it signs is renewed when a third of its life is left.
import { createPrivateKey, createPublicKey, generateKeyPair, webcrypto, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "../platform/clock.ts";
import { PlatformError } from "../platform/errors.ts";
import { keepPrivateFile, readPrivateFile, writePrivateFile } from "../platform/node/private-file.ts";
import { CERTIFICATE_ALGORITHM, type CertificateProfile } from "./certificate-profile.ts";

/** PEM texts. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateAuthority {
  /** PEM; clients trust this. */
  readonly certificate: string;
  /** The kept key pair of this profile, made or renewed when needed. Repeatable. */
  keep(profile: CertificateProfile): Promise<KeyPair>;
}

/**
 * Opens the authority kept in `directory`, or makes it. Its key stays the same when its certificate is renewed,
 * so what it has signed stays valid. Forbidden when a key file may be read by others.
 */
export async function openCertificateAuthority(options: {
  readonly directory: string;
  readonly clock: Clock;
}): Promise<CertificateAuthority> {
  const { directory, clock } = options;
  const keyPem = await keepPrivateFile(join(directory, "ca.key"), makePrivateKey);
  const keys = await importKeyPair(keyPem, join(directory, "ca.key"));
  const certificatePath = join(directory, "ca.crt");
  let certificate = await readPrivateFile(certificatePath);
  if (certificate === undefined || !isFit(certificate, certificate, clock.now())) {
    const { signAuthority } = await loadSigning();
    certificate = await signAuthority(keys, clock.now());
    await writePrivateFile(certificatePath, certificate);
  }
  const authority = certificate;
  return {
    certificate: authority,
    async keep(profile) {
      const path = join(directory, profile.name);
      const key = await keepPrivateFile(`${path}.key`, makePrivateKey);
      const existing = await readPrivateFile(`${path}.crt`);
      if (existing !== undefined && isFit(existing, authority, clock.now()) && hasNames(existing, profile)) {
        return { certificate: existing, key };
      }
      const publicKey = (await importKeyPair(key, `${path}.key`)).publicKey;
      const { signCertificate } = await loadSigning();
      const made = await signCertificate({ profile, publicKey, authorityKeys: keys, now: clock.now() });
      await writePrivateFile(`${path}.crt`, made);
      return { certificate: made, key };
    },
  };
}

/** Only when something is to be signed, once a year: the library of certificates takes long to load. */
async function loadSigning() {
  return await import("./sign-certificate.ts");
}

async function makePrivateKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: CERTIFICATE_ALGORITHM.namedCurve });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

async function importKeyPair(pem: string, path: string): Promise<webcrypto.CryptoKeyPair> {
  try {
    const privateBytes = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
    const publicBytes = createPublicKey(pem).export({ type: "spki", format: "der" });
    return {
      privateKey: await webcrypto.subtle.importKey("pkcs8", privateBytes, CERTIFICATE_ALGORITHM, true, ["sign"]),
      publicKey: await webcrypto.subtle.importKey("spki", publicBytes, CERTIFICATE_ALGORITHM, true, ["verify"]),
    };
  } catch (error) {
    throw new PlatformError({
      code: "Invalid",
      message: `${path} is not an ECDSA P-256 private key in PEM form`,
      hint: `delete ${path} and start again: a new key is made, and clients need the new kubeconfig`,
      cause: error,
    });
  }
}

/** Signed by the authority, valid now, and with more than a third of its life left. */
function isFit(pem: string, authorityPem: string, now: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    const from = certificate.validFromDate.getTime();
    const until = certificate.validToDate.getTime();
    const isSigned = certificate.verify(new X509Certificate(authorityPem).publicKey);
    return isSigned && from <= now && until - now > (until - from) / 3;
  } catch {
    return false; // Not a certificate: it is made anew.
  }
}

function hasNames(pem: string, profile: CertificateProfile): boolean {
  const certificate = new X509Certificate(pem);
  const groups = (profile.organizations ?? []).map((group) => `O=${group}`);
  const subject = certificate.subject.split("\n");
  return (
    [...groups, `CN=${profile.commonName}`].every((part) => subject.includes(part)) &&
    subject.length === groups.length + 1 &&
    (profile.dnsNames ?? []).every((name) => certificate.checkHost(name) !== undefined) &&
    (profile.addresses ?? []).every((address) => certificate.checkIP(address) !== undefined)
  );
}
