// The scripts of a simulator and how far each has got: which script a request belongs to, and which step is next.
import { turnsSince, type Conversation } from "./conversation.ts";
import type { Script, Step } from "./script.ts";

/** Most requests whose records are kept per script; the counts go on. */
export const REQUESTS_KEPT_MAX = 1_000;

export interface RequestRecord {
  readonly path: string;
  readonly protocol: string;
  readonly model: string;
  readonly stream: boolean;
  /** What became of it: `step`, `fault`, `side` (no tools), `exhausted`, `refused` (the script cannot be played). */
  readonly outcome: string;
  /** Index of the step, where there was one. */
  readonly step: number | undefined;
  readonly tools: readonly string[];
  /** The value of `x-api-key` or `authorization`: what the caller authenticated with. */
  readonly credential: string | undefined;
}

export interface ScriptReport {
  readonly calls: number;
  /** Calls that were answered with a turn of the script. */
  readonly turns: number;
  readonly steps: number;
  readonly requests: readonly RequestRecord[];
}

interface Progress {
  readonly script: Script;
  next: number;
  calls: number;
  turns: number;
  readonly faultsServed: Map<number, number>;
  readonly requests: RequestRecord[];
}

export interface NextStep {
  readonly step: Step;
  readonly index: number;
}

export class ScriptBook {
  readonly #scripts = new Map<string, Progress>();

  /** Sets a script anew; its progress starts from the beginning. */
  set(key: string, script: Script): void {
    this.#scripts.delete(key);
    this.#scripts.set(key, { script, next: 0, calls: 0, turns: 0, faultsServed: new Map(), requests: [] });
  }

  get(key: string): Script | undefined {
    return this.#scripts.get(key)?.script;
  }

  /**
   * The key of the script that matches a conversation without a key in its path: the one with the most texts, the newest
   * of several. A script without texts is reached by its key only.
   */
  match(conversation: Conversation): string | undefined {
    let best: { readonly key: string; readonly texts: number } | undefined;
    for (const [key, { script }] of this.#scripts) {
      const texts = script.match.length;
      if (texts === 0 || texts < (best?.texts ?? 0)) continue;
      if (turnsSince(conversation.entries, script.match) !== undefined) best = { key, texts };
    }
    return best?.key;
  }

  /** Takes the next step of a script for this conversation; undefined when the script is exhausted. */
  take(key: string, conversation: Conversation): NextStep | undefined {
    const progress = this.#scripts.get(key);
    if (progress === undefined) return undefined;
    const index =
      progress.script.progress === "requests" ? nextInOrder(progress) : nextInConversation(progress, conversation);
    const step = progress.script.steps[index];
    if (step === undefined) return undefined;
    if (step.fault === undefined) progress.turns += 1;
    else progress.faultsServed.set(index, (progress.faultsServed.get(index) ?? 0) + 1);
    return { step, index };
  }

  record(key: string, record: RequestRecord): void {
    const progress = this.#scripts.get(key);
    if (progress === undefined) return;
    progress.calls += 1;
    if (progress.requests.length < REQUESTS_KEPT_MAX) progress.requests.push(record);
  }

  report(key: string): ScriptReport | undefined {
    const progress = this.#scripts.get(key);
    if (progress === undefined) return undefined;
    const { calls, turns, script, requests } = progress;
    return { calls, turns, steps: script.steps.length, requests: [...requests] };
  }
}

function nextInOrder(progress: Progress): number {
  const { steps } = progress.script;
  while (isFaultOver(progress, progress.next)) progress.next += 1;
  const index = progress.next;
  if (steps[index]?.fault === undefined) progress.next += 1;
  return index;
}

/** The step after as many turns as the model has taken; the faults that stand before that step come first. */
function nextInConversation(progress: Progress, conversation: Conversation): number {
  let turns = turnsSince(conversation.entries, progress.script.match) ?? 0;
  let index = 0;
  for (; index < progress.script.steps.length; index += 1) {
    const isFault = progress.script.steps[index]?.fault !== undefined;
    if (isFault ? turns === 0 && !isFaultOver(progress, index) : turns === 0) break;
    if (!isFault) turns -= 1;
  }
  return index;
}

function isFaultOver(progress: Progress, index: number): boolean {
  const fault = progress.script.steps[index]?.fault;
  return fault !== undefined && fault.times > 0 && (progress.faultsServed.get(index) ?? 0) >= fault.times;
}
