// The structural schema of CodeRun, as the CustomResourceDefinition carries it (charts/runyard/crds is generated from here).
import type { StructuralSchema } from "./kind.ts";
import { RUN_STATUS_SCHEMA } from "./run-status-schema.ts";

const text = { type: "string" };

export const CODE_RUN_SCHEMA: StructuralSchema = {
  type: "object",
  required: ["spec"],
  properties: {
    spec: {
      type: "object",
      required: ["taskId", "service", "repositoryUrl", "docsRepositoryUrl", "workingDirectory", "model"],
      properties: {
        taskId: { type: "integer", minimum: 0 },
        service: text,
        repositoryUrl: text,
        docsRepositoryUrl: text,
        docsProjectDirectory: text,
        docsBranch: { type: "string", default: "main" },
        workingDirectory: text,
        model: text,
        githubUser: text,
        githubApp: text,
        localTools: text,
        remoteTools: text,
        contextVersion: { type: "integer", default: 1 },
        promptModification: text,
        continueSession: { type: "boolean", default: false },
        overwriteMemory: { type: "boolean", default: false },
        env: { type: "object", additionalProperties: text, default: {} },
        envFromSecrets: {
          type: "array",
          default: [],
          items: {
            type: "object",
            required: ["name", "secretName", "secretKey"],
            properties: { name: text, secretName: text, secretKey: text },
          },
        },
        taskRequirements: text,
        enableDocker: { type: "boolean", default: true },
        serviceAccountName: text,
        cliConfig: {
          type: "object",
          required: ["cliType", "model"],
          properties: {
            cliType: text,
            model: text,
            settings: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            maxTokens: { type: "integer", format: "int32" },
            temperature: { type: "number", format: "float" },
            modelRotation: { type: "array", items: text },
          },
        },
      },
    },
    status: RUN_STATUS_SCHEMA,
  },
};
