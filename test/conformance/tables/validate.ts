// Which manifests are accepted, and with which words the others are refused. Manifests that use what the engine does not
// interpret are told apart by `outsideSubset`: they must be refused with that path, whatever upstream says of them.
import { Facts, templateKey, type TemplateFact } from "../../../src/argo/workflow/facts.ts";
import { formatProblems, parseWorkflowSpec } from "../../../src/argo/workflow/parse-spec.ts";
import { TemplateLookup } from "../../../src/argo/workflow/template-lookup.ts";
import { validateWorkflow } from "../../../src/argo/workflow/validation/validate-workflow.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import { parseYaml } from "../../../src/languages/yaml.ts";
import type { Workflow } from "../../../src/resources/workflow.ts";

interface Manifest {
  readonly kind: string;
  readonly metadata?: Partial<Workflow["metadata"]>;
  readonly spec?: unknown;
}

/** Paths of what upstream knows and the engine refuses; the one that the manifest uses. */
const outsidePaths = ["templates.main.memoize"];

/** Kinds that the engine does not serve. */
const outsideKinds = new Set(["CronWorkflow"]);

export function outsideSubset(input: unknown): string | undefined {
  const manifest = read(input);
  if (manifest === undefined) return undefined;
  if (outsideKinds.has(manifest.kind)) return `kind: ${manifest.kind}`;
  const parsed = parseWorkflowSpec(manifest.spec);
  if (parsed.isValid) return undefined;
  return outsidePaths.find((path) => parsed.problems.some((problem) => problem.path === path));
}

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const manifest = parseYaml(input as string) as unknown as Manifest;
  if (outsideKinds.has(manifest.kind)) throw new LanguageError(`kind: ${manifest.kind} is not supported`);
  const parsed = parseWorkflowSpec(manifest.spec);
  if (!parsed.isValid) throw new LanguageError(formatProblems(parsed.problems));
  const library = parseYaml(documents?.["library"] ?? "{}") as unknown as Manifest;
  const facts = new Facts({
    pods: [],
    workflowTemplates: new ProvidedTemplates([
      [templateKey("lib", false), { parsed: parseWorkflowSpec(library.spec) }],
    ]),
    configMaps: new Map(),
    serviceAccounts: new Map(),
    resources: new Map(),
    refusedPods: new Map(),
  });
  const problem = validateWorkflow({
    metadata: { name: "", ...manifest.metadata },
    spec: parsed.spec,
    templates: new TemplateLookup(facts, {}, undefined),
    kind: manifest.kind === "WorkflowTemplate" ? "WorkflowTemplate" : "Workflow",
  });
  if (problem !== undefined) throw new LanguageError(problem);
  return "accepted";
}

/** Every template that was not provided is known not to exist. */
class ProvidedTemplates extends Map<string, TemplateFact | null> {
  override get(key: string): TemplateFact | null {
    return super.get(key) ?? null;
  }
}

function read(input: unknown): Manifest | undefined {
  try {
    return parseYaml(input as string) as unknown as Manifest;
  } catch (error) {
    if (error instanceof LanguageError) return undefined;
    throw error;
  }
}
