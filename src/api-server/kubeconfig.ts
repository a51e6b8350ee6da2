// The kubeconfig that the engine leaves for its operator: kubectl, argo and our own CLI all read it.
import { stringify } from "yaml";
import { writePrivateFile } from "../platform/node/private-file.ts";
import type { KeyPair } from "./certificate-authority.ts";

export type KubeconfigCredential =
  | { readonly kind: "clientCertificate"; readonly keyPair: KeyPair }
  | { readonly kind: "token"; readonly token: string };

export interface KubeconfigOptions {
  readonly path: string;
  /** Base URL of the API. */
  readonly server: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly authority: string;
  readonly user: string;
  readonly credential: KubeconfigCredential;
  /** The context's default namespace. */
  readonly namespace: string;
}

/** Writes a kubeconfig with one context named `runyard`, mode 0600, in one step. */
export async function writeKubeconfig(options: KubeconfigOptions): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "runyard", cluster: { server: options.server, "certificate-authority-data": base64(options.authority) } },
    ],
    users: [{ name: options.user, user: credentialFields(options.credential) }],
    contexts: [{ name: "runyard", context: { cluster: "runyard", user: options.user, namespace: options.namespace } }],
    "current-context": "runyard",
    preferences: {},
  };
  await writePrivateFile(options.path, stringify(config, { lineWidth: 0 }));
}

function credentialFields(credential: KubeconfigCredential): Readonly<Record<string, string>> {
  if (credential.kind === "token") return { token: credential.token };
  return {
    "client-certificate-data": base64(credential.keyPair.certificate),
    "client-key-data": base64(credential.keyPair.key),
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
