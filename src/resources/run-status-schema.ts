// The status of CodeRun and DocsRun in the CustomResourceDefinition: every field that a controller writes is here,
// so that none is pruned.
import type { StructuralSchema } from "./kind.ts";

const text = { type: "string" };

export const RUN_STATUS_SCHEMA: StructuralSchema = {
  type: "object",
  properties: {
    phase: text,
    message: text,
    lastUpdate: text,
    jobName: text,
    pullRequestUrl: text,
    retryCount: { type: "integer" },
    conditions: {
      type: "array",
      items: {
        type: "object",
        required: ["type", "status"],
        properties: {
          type: text,
          status: text,
          lastTransitionTime: text,
          reason: text,
          message: text,
          observedGeneration: { type: "integer" },
        },
      },
    },
    configmapName: text,
    contextVersion: { type: "integer" },
    promptModification: text,
    promptMode: text,
    sessionId: text,
    remediationStatus: text,
    qaStatus: text,
    finishedAt: text,
    expireAt: text,
    cleanupCompletedAt: text,
    workCompleted: { type: "boolean" },
    observedGeneration: { type: "integer" },
  },
};
