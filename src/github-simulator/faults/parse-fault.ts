// A fault as it comes over HTTP.

import { z } from "zod";

import type { Fault } from "./faults.ts";

const times = z.number().int().positive().exactOptional();

const routeFault = z.strictObject({
  kind: z.enum(["5xx", "timeout-after-apply", "secondary-limit", "422-draft"]),
  method: z.string().exactOptional(),
  path: z.string().min(1),
  times,
  status: z.number().int().min(400).max(599).exactOptional(),
  retryAfterSeconds: z.number().int().nonnegative().exactOptional(),
});

const deliveryFault = z.strictObject({
  kind: z.enum(["lose", "duplicate", "delay"]),
  event: z.string().exactOptional(),
  action: z.string().exactOptional(),
  times,
  logged: z.boolean().exactOptional(),
  delayMs: z.number().int().nonnegative().exactOptional(),
});

/** The fault, or what is wrong with it. */
export function parseFault(value: unknown): Fault | string {
  const parsed = z.discriminatedUnion("kind", [routeFault, deliveryFault]).safeParse(value);
  if (parsed.success) {
    return parsed.data;
  }
  return parsed.error.issues.map((issue) => `${issue.path.join(".") || "the fault"}: ${issue.message}`).join("; ");
}
