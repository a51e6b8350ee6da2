// Which rule of values.yaml serves a repository: its own name first, then its owner's `owner/*`.
import type { RepositoryRule } from "./configuration.ts";
import { serviceName } from "./to-configuration.ts";

/** The rule with the wildcard filled in, or undefined when the repository is not served. GitHub names compare without case. */
export function ruleFor(rules: readonly RepositoryRule[], repository: string): RepositoryRule | undefined {
  const wanted = repository.toLowerCase();
  const [owner = "", name = ""] = wanted.split("/");
  if (name === "") return undefined;
  const rule =
    rules.find((candidate) => candidate.name.toLowerCase() === wanted) ??
    rules.find((candidate) => candidate.name.toLowerCase() === `${owner}/*`);
  if (rule === undefined || !rule.name.endsWith("/*")) return rule;
  return {
    ...rule,
    name: repository,
    docsRepository: rule.docsRepository === rule.name ? repository : rule.docsRepository,
    service: rule.service === "" ? serviceName(name) : rule.service,
  };
}
