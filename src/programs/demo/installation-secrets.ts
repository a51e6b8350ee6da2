// The Secrets that an operator creates once: the Apps' keys, the webhook's key and the model provider's key.
import { randomBytes } from "node:crypto";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { SECRET } from "../../resources/core.ts";
import type { DemoModel } from "./demo-model.ts";
import type { DemoGitHub } from "./github-setup.ts";

export interface SecretsOptions {
  readonly store: ResourceStore;
  /** Of the webhook's. */
  readonly namespace: string;
  /** Of all others. */
  readonly systemNamespace: string;
  readonly github: DemoGitHub;
  readonly model: DemoModel;
}

/** Creates them and returns the webhook's key. */
export async function createSecrets(options: SecretsOptions): Promise<string> {
  const { store, systemNamespace, github, model } = options;
  const create = async (name: string, texts: Readonly<Record<string, string>>, namespace = systemNamespace) => {
    const entries = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
    const data = Object.fromEntries(entries) as Record<string, string>;
    await store.create(SECRET, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type: "Opaque",
      data,
    });
  };
  const { simulator } = github;
  for (const slug of github.apps) {
    const { id } = simulator.app(slug);
    await create(`github-app-${slug}`, { "app-id": String(id), "private-key": simulator.privateKeyOf(slug) });
  }
  await create("model-keys", {
    demo: model.kind === "real" ? model.key : `scripted-${randomBytes(16).toString("hex")}`,
  });
  const webhookSecret = randomBytes(32).toString("hex");
  await create("github-webhook", { secret: webhookSecret }, options.namespace);
  return webhookSecret;
}
