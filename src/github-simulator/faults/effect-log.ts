// What really changed, written so that two runs can be compared: no ids, times or commit SHAs, which differ between
// runs that do the same.

export interface Effect {
  readonly actor: string;
  /** Object and verb: "pull.opened", "check_run.completed", "branch.updated". */
  readonly kind: string;
  /** "owner/name". */
  readonly repository: string;
  /** What it happened to: "issue 3", "pull runyard/fix", "check runyard/tests", "refs/heads/main". */
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

const EFFECTS_MAX = 100_000;

export class EffectLog {
  readonly #effects: Effect[] = [];
  readonly #treeOfCommit = new Map<string, string>();
  readonly #pageBase: string;

  constructor(pageBase: string) {
    this.#pageBase = pageBase;
  }

  /** Names a commit by its tree from now on: the same content pushed at another time is the same effect. */
  learnCommit(sha: string, tree: string): void {
    this.#treeOfCommit.set(sha, tree);
  }

  record(effect: Effect): void {
    this.#effects.push(effect);
    if (this.#effects.length > EFFECTS_MAX) {
      this.#effects.shift();
    }
  }

  /** Normalised and sorted: equal lists are equal multisets of effects. */
  all(): readonly Effect[] {
    const normalised = this.#effects.map((effect) => this.#normalise(effect));
    return normalised.sort((one, other) => compare(JSON.stringify(one), JSON.stringify(other)));
  }

  #normalise(effect: Effect): Effect {
    const detail = Object.fromEntries(
      Object.entries(effect.detail).map(([key, value]) => [key, this.#normaliseValue(value)]),
    );
    return { ...effect, subject: this.#normaliseText(effect.subject), detail };
  }

  #normaliseValue(value: unknown): unknown {
    if (typeof value === "string") {
      return this.#normaliseText(value);
    }
    return Array.isArray(value) ? value.map((item) => this.#normaliseValue(item)) : value;
  }

  #normaliseText(text: string): string {
    return text
      .replaceAll(this.#pageBase, "<github>")
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>")
      .replaceAll(/\b[0-9a-f]{7,40}\b/g, (sha) => this.#nameCommit(sha));
  }

  #nameCommit(sha: string): string {
    for (const [commit, tree] of this.#treeOfCommit) {
      if (commit.startsWith(sha)) {
        return `<tree ${tree.slice(0, 12)}>`;
      }
    }
    return sha;
  }
}

function compare(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}
