// What the scenario has in hand.
import type { DemoModel } from "./demo-model.ts";
import type { DemoWorld } from "./demo-world.ts";
import type { Expectations } from "./expectations.ts";
import type { Progress } from "./progress.ts";
import type { GitHubReader } from "./read-back.ts";
import type { EngineWatch } from "./watch-engine.ts";

export interface Scene {
  readonly world: DemoWorld;
  readonly watch: EngineWatch;
  readonly progress: Progress;
  readonly model: DemoModel;
  readonly expectations: Expectations;
  readonly reader: GitHubReader;
  readonly signal: AbortSignal;
}
