// The shape of values.yaml. charts/runyard/values.schema.json is generated from here, so helm and the engine refuse the same.
import { z } from "zod";

const count = z.int().min(1);
const secretKey = z.strictObject({ secret: z.string().min(1), key: z.string().min(1) });
const httpUrl = z.url({ protocol: /^https?$/ });
const dashedName = z.string().regex(/^[a-z0-9-]+$/, "must be lower-case letters, digits and dashes");
const repositoryName = z.string().regex(/^[A-Za-z0-9-]+\/(\*|[A-Za-z0-9._-]+)$/, "must be owner/name or owner/*");

const agent = z.strictObject({
  name: dashedName,
  githubApp: z
    .string()
    .regex(/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/, "must be the slug of a GitHub App: letters, digits and single dashes"),
  appId: z.int().min(0),
  clientId: z.string().default(""),
  role: z.enum(["author", "clippy", "tests", "deploy", "acceptance", "remediate-comment", "remediate-ci", "docs"]),
  model: z.string().min(1),
  cli: z.enum(["codex", "claude"]),
  expertise: z.array(z.string()).default([]),
  description: z.string().default(""),
  systemPrompt: z.string().min(1),
});

const repository = z.strictObject({
  name: repositoryName,
  label: z.string().min(1).default("runyard"),
  service: dashedName.optional(),
  docsRepository: repositoryName.optional(),
  docsProjectDirectory: z.string().default("."),
  docsBranch: z.string().default("main"),
  allowForks: z.boolean().default(false),
});

const price = z.strictObject({
  input: z.number().min(0),
  cacheRead: z.number().min(0),
  cacheWrite: z.number().min(0),
  output: z.number().min(0),
});

const model = z.strictObject({
  name: z.string().min(1),
  protocol: z.enum(["anthropic-messages", "openai-responses", "openai-chat-completions"]),
  upstream: httpUrl,
  credential: secretKey,
  price,
  outputTokensMax: count.default(32_000),
});

const limits = z.strictObject({
  runUsdMax: z.number().positive(),
  runTokensMax: count,
  taskUsdMax: z.number().positive(),
  stageWallSeconds: count,
  stageIdleSeconds: count,
  gateIterationsMax: count,
  remediationAttemptsMax: count,
  infrastructureRetriesMax: z.int().min(0),
  repositoryConcurrency: count,
  organisationConcurrency: count,
  globalConcurrency: count,
  patchBytesMax: count,
  memoryBytes: count,
  processesMax: count,
});

const webhook = z.strictObject({ port: z.int().min(1).max(65_535) });

export const VALUES_SCHEMA = z.strictObject({
  agents: z.array(agent).min(1),
  repositories: z.array(repository),
  github: z.strictObject({ apiUrl: httpUrl, webUrl: httpUrl, webhook }),
  models: z.array(model),
  registries: z.array(z.strictObject({ name: dashedName, upstream: httpUrl })),
  limits,
  publish: z.strictObject({ mode: z.enum(["live", "dry-run"]) }),
  requirementSecretsAllowed: z.array(z.string()),
  mcpServersAllowed: z.array(z.string()),
  images: z.strictObject({
    agent: z.string().min(1),
    pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]),
  }),
  /** Helm hands these to every chart. */
  global: z.looseObject({}).optional(),
});

export type Values = z.infer<typeof VALUES_SCHEMA>;
