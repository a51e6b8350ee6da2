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

const port = z.int().min(1).max(65_535);
const labels = z.record(z.string(), z.string());
/** Written into a manifest as it is; Kubernetes checks it. */
const manifestPart = z.looseObject({});

/** Addresses like `10.0.0.0/8`. */
const cidr = z.string().regex(/^[0-9a-fA-F.:]+\/[0-9]{1,3}$/, "must be an address range such as 10.0.0.0/8");

const ingress = z.strictObject({
  enabled: z.boolean(),
  className: z.string(),
  host: z.string(),
  tlsSecret: z.string(),
  annotations: labels,
});
const route = z.strictObject({
  enabled: z.boolean(),
  parentRefs: z.array(manifestPart),
  hostnames: z.array(z.string()),
});
const webhook = z.strictObject({ port, ingress, route });

/** What a Deployment of the chart may be given beside what it needs. */
const scheduling = {
  resources: manifestPart,
  nodeSelector: labels,
  tolerations: z.array(manifestPart),
  affinity: manifestPart,
};

/** Only of a cluster; one machine has no use for them. */
const cluster = {
  systemNamespace: z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/, "must be the name of a namespace"),
  controller: z.strictObject({ replicas: count, ...scheduling }),
  gateway: z.strictObject({
    ...scheduling,
    storage: z.strictObject({ enabled: z.boolean(), size: z.string().min(1), className: z.string() }),
    proxy: z.strictObject({ http: z.string(), https: z.string(), noProxy: z.string() }),
  }),
  eventBus: z.strictObject({
    create: z.boolean(),
    replicas: z.literal([1, 3, 5]),
    version: z.string().min(1),
    maxPayload: z.string().min(1),
    storage: z.strictObject({ enabled: z.boolean(), size: z.string().min(1), className: z.string() }),
  }),
  externalSecrets: z.strictObject({
    enabled: z.boolean(),
    store: z.strictObject({ kind: z.enum(["SecretStore", "ClusterSecretStore"]), name: z.string() }),
    prefix: z.string(),
    refreshInterval: z.string().min(1),
  }),
  networkPolicy: z.strictObject({
    enabled: z.boolean(),
    directEgress: z.enum(["refuse", "allow"]),
    apiServer: z.strictObject({ addresses: z.array(cidr), ports: z.array(port) }),
  }),
  metrics: z.strictObject({ podMonitor: z.boolean() }),
  checks: z.strictObject({ argo: z.boolean() }),
};

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
    controller: z.string().min(1),
    pullPolicy: z.enum(["Always", "IfNotPresent", "Never"]),
    pullSecrets: z.array(z.string()),
  }),
  ...cluster,
  /** Helm hands these to every chart. */
  global: z.looseObject({}).optional(),
});

export type Values = z.infer<typeof VALUES_SCHEMA>;
