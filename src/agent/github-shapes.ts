// The parts of GitHub's answers about checks that more than one place reads; other fields are ignored.
import { z } from "zod";

export const CHECK_RUN_SHAPE = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullable(),
});

export const WORKFLOW_RUN_SHAPE = z.object({
  id: z.number(),
  status: z.string().nullable(),
  conclusion: z.string().nullable(),
  html_url: z.string(),
});
