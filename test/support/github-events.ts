// Every example delivery that GitHub documents, as raw bodies.
import { createRequire } from "node:module";

export interface ExampleDelivery {
  /** `pull_request.opened #0`. */
  readonly title: string;
  readonly event: string;
  readonly body: string;
}

interface Definition {
  readonly name: string;
  readonly examples: readonly { readonly action?: string }[];
}

export function exampleDeliveries(): readonly ExampleDelivery[] {
  const definitions = createRequire(import.meta.url)("@octokit/webhooks-examples") as readonly Definition[];
  return definitions.flatMap(({ name, examples }) =>
    examples.map((example, at) => ({
      title: `${name}.${example.action ?? ""} #${at}`,
      event: name,
      body: JSON.stringify(example),
    })),
  );
}
