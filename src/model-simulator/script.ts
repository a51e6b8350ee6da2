// The script of a scripted model: what it says and does, turn by turn, and how it fails. Written by tests and demos in
// neutral words; translate-action.ts turns the actions into the tools that the asking coding agent has.
import { z } from "zod";

/** Most scripts, steps and texts that one simulator keeps. */
export const STEPS_MAX = 1_000;

const write = z.strictObject({ write: z.strictObject({ path: z.string().min(1), content: z.string() }) });
const shell = z.strictObject({ sh: z.string().min(1) });
const mcp = z.strictObject({
  mcp: z.strictObject({
    server: z.string().min(1),
    tool: z.string().min(1),
    input: z.record(z.string(), z.unknown()).default({}),
  }),
});

const tokens = z.number().int().nonnegative();
const usage = z.strictObject({
  /** Tokens read from no cache. */
  input: tokens.default(100),
  cacheRead: tokens.default(0),
  cacheWrite: tokens.default(0),
  output: tokens.default(20),
});

const fault = z.strictObject({
  /** An HTTP error before any answer, in the error shape of the protocol. */
  error: z
    .strictObject({
      status: z.number().int().min(400).max(599),
      type: z.string().optional(),
      message: z.string().default("scripted error"),
      headers: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
  /** An error event in the middle of a stream that began with 200. */
  streamError: z.strictObject({ type: z.string(), message: z.string() }).optional(),
  /** `html`, `empty`, `json`: a bad body with 200. `event`, `cut`, `end`: a stream that goes bad in the middle. */
  malformed: z.enum(["html", "empty", "json", "event", "cut", "end"]).optional(),
  /** Never answers, or never goes on. */
  hang: z.enum(["headers", "body"]).optional(),
  /** Closes the connection with a reset. */
  reset: z.literal(true).optional(),
  /** How often this fault is served before the next step; 0 is for ever. */
  times: z.number().int().nonnegative().default(1),
});

const step = z
  .strictObject({
    say: z.string().optional(),
    think: z.string().optional(),
    do: z.array(z.union([write, shell, mcp])).default([]),
    usage: usage.optional(),
    /** Wait before the first byte, and between the pieces of a text. */
    delayMs: z.number().nonnegative().default(0),
    pieceDelayMs: z.number().nonnegative().default(0),
    /** The stop reason in the words of the protocol, instead of the natural one. */
    stop: z.string().optional(),
    fault: fault.optional(),
  })
  .refine((value) => value.fault !== undefined || value.say !== undefined || value.do.length > 0, {
    message: "a step says something, does something or is a fault",
  });

const script = z.strictObject({
  /** Without a path key, a request belongs to the script all of whose texts occur in its instructions and user texts. */
  match: z.array(z.string().min(1)).default([]),
  steps: z.array(step).max(STEPS_MAX),
  /**
   * `requests`: every request with tools takes the next step. `conversation`: the step is the number of turns that the
   * model has already taken in this conversation since the texts of `match` were all there, so that a conversation
   * asked again gets the same answer.
   */
  progress: z.enum(["requests", "conversation"]).default("requests"),
  /** What requests without tools (titles, probes) are answered. */
  sideText: z.string().default("scripted title"),
});

export type Script = z.output<typeof script>;
export type ScriptInput = z.input<typeof script>;
export type Step = Script["steps"][number];
export type Fault = NonNullable<Step["fault"]>;
export type Action = Step["do"][number];
export type Usage = z.output<typeof usage>;

export const USAGE_DEFAULT: Usage = { input: 100, cacheRead: 0, cacheWrite: 0, output: 20 };
export const USAGE_OF_SIDE_REQUEST: Usage = { input: 7, cacheRead: 0, cacheWrite: 0, output: 3 };

/** Parses a script; throws an error that names the path of the first mistake. */
export function parseScript(value: unknown): Script {
  const result = script.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue === undefined ? "" : issue.path.map(String).join(".");
  throw new Error(`script${path === "" ? "" : `.${path}`}: ${issue?.message ?? "not a script"}`);
}
