// Makes certificates. Apart from the authority that keeps them, because it is needed once a year and slow to load.
import "reflect-metadata";
import type { webcrypto } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { CERTIFICATE_ALGORITHM, type CertificateProfile } from "./certificate-profile.ts";

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
const SIGNED_DAYS = 365;
/** Certificates are valid from a little before their making, for clocks that lag. */
const BACKDATE_MS = 5 * 60_000;
const AUTHORITY_NAME = "CN=runyard-ca";

/** PEM of the authority's own certificate. */
export async function signAuthority(keys: webcrypto.CryptoKeyPair, now: number): Promise<string> {
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: AUTHORITY_NAME,
    keys,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: CERTIFICATE_ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n`;
}

/** PEM of a certificate that the authority has signed. */
export async function signCertificate(request: {
  readonly profile: CertificateProfile;
  readonly publicKey: webcrypto.CryptoKey;
  readonly authorityKeys: webcrypto.CryptoKeyPair;
  readonly now: number;
}): Promise<string> {
  const { profile, publicKey, authorityKeys, now } = request;
  const usage = profile.usage === "server" ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([usage]),
    await AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
  ];
  const names = [
    ...(profile.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(profile.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  if (names.length > 0) extensions.push(new SubjectAlternativeNameExtension(names));
  const certificate = await X509CertificateGenerator.create({
    subject: [...(profile.organizations ?? []).map((group) => ({ O: [group] })), { CN: [profile.commonName] }],
    issuer: AUTHORITY_NAME,
    publicKey,
    signingKey: authorityKeys.privateKey,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + SIGNED_DAYS * DAY_MS),
    signingAlgorithm: CERTIFICATE_ALGORITHM,
    extensions,
  });
  return `${certificate.toString("pem")}\n`;
}
