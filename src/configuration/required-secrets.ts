// The Secrets that an installation needs, by its configuration. Who may read them is decided by roles.
import type { Configuration } from "./configuration.ts";

export interface RequiredSecret {
  readonly name: string;
  readonly keys: readonly string[];
  /** What is not done without it. */
  readonly use: string;
}

/** `github-app-<name>`, as existing installations have it: lower case, underscores and spaces become dashes. */
export function appSecretName(githubApp: string): string {
  return `github-app-${githubApp.toLowerCase().replaceAll(/[_ ]/gu, "-")}`;
}

/** In the order in which an operator makes them; each Secret once. */
export function requiredSecrets({ agents, models }: Configuration): readonly RequiredSecret[] {
  const apps = new Set(agents.map(({ githubApp }) => appSecretName(githubApp)));
  const used = models.filter(({ name }) => agents.some(({ model }) => model === name));
  const credentials = Map.groupBy(
    used.map(({ credential }) => credential),
    ({ secret }) => secret,
  );
  return [
    { name: "github-webhook", keys: ["secret"], use: "GitHub's deliveries are answered with 503" },
    ...[...apps].map((name) => ({ name, keys: ["app-id", "private-key"], use: "nothing is done on GitHub" })),
    ...[...credentials].map(([name, found]) => ({
      name,
      keys: [...new Set(found.map(({ key }) => key))],
      use: "no agent can ask its model",
    })),
  ];
}
