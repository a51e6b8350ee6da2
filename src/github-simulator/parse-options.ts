// A file of options as typed options: what a program reads that is not written in TypeScript. Typos are refused by path.

import { z } from "zod";

import { PlatformError } from "../platform/errors.ts";
import type { GitHubSimulatorOptions } from "./simulator-options.ts";

/** What a file can say: everything but the directory and the clock, which belong to the process. */
export type WrittenOptions = Omit<GitHubSimulatorOptions, "directory" | "clock">;

const text = z.string().min(1);
const texts = z.array(text);
const milliseconds = z.number().int().positive();

const user = z.strictObject({
  login: text,
  name: text.exactOptional(),
  email: text.exactOptional(),
  token: text.exactOptional(),
});

const ci = z.strictObject({
  argv: texts.min(1),
  workflowPath: text.exactOptional(),
  workflowName: text.exactOptional(),
  jobName: text.exactOptional(),
  timeoutMs: milliseconds.exactOptional(),
  branches: texts.exactOptional(),
  environment: z.record(z.string(), z.string()).exactOptional(),
});

const repository = z.strictObject({
  fullName: text,
  description: text.exactOptional(),
  isPrivate: z.boolean().exactOptional(),
  defaultBranch: text.exactOptional(),
  forkOf: text.exactOptional(),
  collaborators: z.record(z.string(), z.enum(["none", "read", "triage", "write", "maintain", "admin"])).exactOptional(),
  labels: texts.exactOptional(),
  files: z.record(z.string(), z.string()).exactOptional(),
  ci: ci.exactOptional(),
});

const app = z.strictObject({
  slug: text,
  id: z.number().int().positive().exactOptional(),
  clientId: text.exactOptional(),
  privateKeyPem: text.exactOptional(),
  permissions: z.record(z.string(), z.enum(["read", "write", "admin"])),
  events: texts.exactOptional(),
  installations: z.array(z.strictObject({ account: text, repositories: texts.exactOptional() })),
});

const webhook = z.strictObject({
  url: z.url(),
  secret: text,
  app: text.exactOptional(),
  events: texts.exactOptional(),
  timeoutMs: milliseconds.exactOptional(),
});

const options = z.strictObject({
  port: z.number().int().min(0).max(65_535).exactOptional(),
  socketPath: text.exactOptional(),
  users: z.array(user).exactOptional(),
  organizations: texts.exactOptional(),
  repositories: z.array(repository).exactOptional(),
  apps: z.array(app).exactOptional(),
  webhook: webhook.exactOptional(),
  requestsPerHour: z.number().int().positive().exactOptional(),
  tokenFormat: z.enum(["opaque", "stateless"]).exactOptional(),
  ciConcurrencyMax: z.number().int().positive().exactOptional(),
});

/** Throws an Invalid PlatformError with the path of every mistake. */
export function parseOptions(value: unknown): WrittenOptions {
  const parsed = options.safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  const causes = parsed.error.issues.map((issue) => ({ field: issue.path.join("."), message: issue.message }));
  const listed = causes.map(({ field, message }) => `${field === "" ? "the file" : field}: ${message}`).join("; ");
  throw new PlatformError({
    code: "Invalid",
    message: `The options of the GitHub simulator are wrong: ${listed}`,
    hint: "docs/reference/github-simulator.md shows a file of options.",
    causes,
  });
}
