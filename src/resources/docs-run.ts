// DocsRun (agents.platform/v1): one run of the documentation agent over a repository.
import type { RunStatus } from "./code-run.ts";
import type { Kind } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";
import { RUN_STATUS_SCHEMA } from "./run-status-schema.ts";

export interface DocsRunSpec {
  readonly repositoryUrl: string;
  readonly workingDirectory: string;
  readonly sourceBranch: string;
  readonly model?: string;
  readonly githubUser?: string;
  readonly githubApp?: string;
  readonly includeCodebase?: boolean;
}

export interface DocsRun extends KubernetesObject {
  readonly spec: DocsRunSpec;
  readonly status?: RunStatus;
}

const text = { type: "string" };

export const DOCS_RUN: Kind<DocsRun> = {
  group: "agents.platform",
  version: "v1",
  kind: "DocsRun",
  plural: "docsruns",
  singular: "docsrun",
  shortNames: ["dr"],
  namespaced: true,
  statusSubresource: true,
  generation: "spec",
  schema: {
    type: "object",
    required: ["spec"],
    properties: {
      spec: {
        type: "object",
        required: ["repositoryUrl", "workingDirectory", "sourceBranch"],
        oneOf: [{ required: ["githubUser"] }, { required: ["githubApp"] }],
        properties: {
          repositoryUrl: text,
          workingDirectory: text,
          sourceBranch: text,
          model: text,
          githubUser: text,
          githubApp: text,
          includeCodebase: { type: "boolean" },
        },
      },
      status: RUN_STATUS_SCHEMA,
    },
  },
  printerColumns: [
    { name: "Phase", type: "string", jsonPath: ".status.phase" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
};
