// The two forms in which manifests name a repository, `owner/name` and an https URL, as one value.

export interface RepositoryName {
  readonly owner: string;
  readonly name: string;
}

const FORM = /^(?:https?:\/\/[^/]+\/|git@[^:]+:)?([A-Za-z0-9][\w.-]{0,99})\/([A-Za-z0-9_.-]{1,100}?)(?:\.git)?\/?$/u;

/** Undefined when the text names no repository. */
export function parseRepositoryName(text: string): RepositoryName | undefined {
  const [, owner, name] = FORM.exec(text.trim()) ?? [];
  return owner === undefined || name === undefined || name === "." || name === ".." ? undefined : { owner, name };
}

/** GitHub compares names without regard to case. */
export function isSameRepository(one: RepositoryName, other: RepositoryName): boolean {
  return one.owner.toLowerCase() === other.owner.toLowerCase() && one.name.toLowerCase() === other.name.toLowerCase();
}

export function repositoryText(repository: RepositoryName): string {
  return `${repository.owner}/${repository.name}`;
}

/** True when a rule `owner/name` or `owner/*` of the configuration covers the repository. */
export function isCoveredBy(rule: string, repository: RepositoryName): boolean {
  const [owner = "", name = ""] = rule.split("/");
  return isSameRepository({ owner, name: name === "*" ? repository.name : name }, repository);
}
