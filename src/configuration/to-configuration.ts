// Checked values → Configuration. The installation keeps its values as JSON where its programs find them, so that there is one
// reading of values, on both engines.
import type { Configuration, RepositoryRule } from "./configuration.ts";
import { VALUES_SCHEMA, type Values } from "./values-schema.ts";

/** Of values that were checked when they were kept; throws when the text is none. */
export function readKeptValues(text: string): Values {
  return VALUES_SCHEMA.parse(JSON.parse(text));
}

/** The typed configuration of checked values. */
export function toConfiguration(values: Values): Configuration {
  return {
    agents: values.agents.map((agent) => ({ ...agent, key: agent.name })),
    limits: values.limits,
    repositories: values.repositories.map((rule) => repositoryRule(rule)),
    models: values.models,
    registries: values.registries,
    github: { apiUrl: withoutSlash(values.github.apiUrl), webUrl: withoutSlash(values.github.webUrl) },
    requirementSecretsAllowed: values.requirementSecretsAllowed,
    mcpServersAllowed: values.mcpServersAllowed,
    publishMode: values.publish.mode,
    directEgress: values.networkPolicy.directEgress,
  };
}

function repositoryRule(rule: Values["repositories"][number]): RepositoryRule {
  const short = rule.name.slice(rule.name.indexOf("/") + 1);
  return {
    name: rule.name,
    label: rule.label,
    docsRepository: rule.docsRepository ?? rule.name,
    docsProjectDirectory: rule.docsProjectDirectory,
    docsBranch: rule.docsBranch,
    service: rule.service ?? serviceName(short),
    allowForks: rule.allowForks,
  };
}

/** The default service of a repository: its short name as a legal label value; empty for `owner/*`, decided per repository. */
export function serviceName(repository: string): string {
  return repository
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}
