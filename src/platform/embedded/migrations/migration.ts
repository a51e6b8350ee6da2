// One step of the database's schema. Steps are never edited once released; a change is a new step.

export interface Migration {
  /** Rises by one from step to step; it is the database's user_version after the step. */
  readonly version: number;
  readonly statements: readonly string[];
}
