// The private keys of the GitHub Apps, in Secrets named after the App as existing installations have them.
import { appSecretName } from "../../configuration/required-secrets.ts";
import type { Secrets } from "../secrets.ts";

export interface AppKey {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
}

/** Misconfigured when the Secret or one of its keys is missing. */
export async function readAppKey(secrets: Secrets, githubApp: string): Promise<AppKey> {
  const secret = appSecretName(githubApp);
  return {
    appId: Number((await secrets.read(secret, "app-id")).trim()),
    privateKey: await secrets.read(secret, "private-key"),
  };
}
