// Every command, in the order of the help and of the reference.
import type { CommandDefinition } from "./command.ts";
import { APPLY } from "./commands/apply.ts";
import { completionCommand } from "./commands/completion.ts";
import { DELETE } from "./commands/delete.ts";
import { DESCRIBE } from "./commands/describe.ts";
import { EVENTS } from "./commands/events.ts";
import { GET } from "./commands/get.ts";
import { LOGS } from "./commands/logs.ts";
import { RETRY } from "./commands/retry.ts";
import { STOP } from "./commands/stop.ts";
import { SUBMIT } from "./commands/submit.ts";
import { UP } from "./commands/up.ts";
import { VERSION } from "./commands/version.ts";

export const ALL_COMMANDS: readonly CommandDefinition[] = [
  UP,
  SUBMIT,
  GET,
  DESCRIBE,
  LOGS,
  EVENTS,
  STOP,
  RETRY,
  APPLY,
  DELETE,
  VERSION,
  completionCommand(() => ALL_COMMANDS),
];
