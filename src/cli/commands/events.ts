// `runyard events`: what became of the deliveries that came in, as the Sensors report it.
import { SENSOR } from "../../resources/argo-kinds.ts";
import type { EventFate, Sensor } from "../../resources/sensor.ts";
import { usageError } from "../cli-error.ts";
import { type CommandDefinition, textOption } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { notFound } from "../not-found.ts";
import { ageOf, formatAsYaml, formatJson } from "../print-objects.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { type Colour, paintFor, type Paint, tableLines } from "../style.ts";

const FATES = ["Triggered", "NotMatched", "Waiting", "Failed"] as const;
const SHOWN_DEFAULT = 50;

export const EVENTS: CommandDefinition = {
  name: "events",
  summary: "Show what became of deliveries from GitHub",
  description:
    "For each delivery and each trigger that looked at it: what was made of it, or why nothing happened. Newest first. " +
    "Sensors keep the last events only.",
  arguments: [{ name: "SENSOR", description: "only those of this Sensor" }],
  options: [
    { flags: "--fate <fate>", description: "only events that ended like this", choices: FATES },
    { flags: "--limit <number>", description: `how many (default: ${SHOWN_DEFAULT})` },
    { flags: "-o, --output <format>", description: "print for programs instead of people", choices: ["json", "yaml"] },
    NAMESPACE_OPTION,
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard events", explanation: "the last deliveries and what they became" },
    { command: "runyard events --fate Failed", explanation: "events whose trigger failed, with the reason" },
  ],
  run: async (input, dependencies) => {
    const limit = parseLimit(textOption(input, "limit"));
    return await withServer(input, dependencies, async ({ store }, namespace) => {
      const [name] = input.arguments;
      const sensors = (await store.list(SENSOR, { namespace })).items;
      const chosen = sensors.filter((sensor) => name === undefined || sensor.metadata.name === name);
      if (name !== undefined && chosen.length === 0) throw await notFound(store, SENSOR, { namespace, name });
      const fate = textOption(input, "fate");
      const fates = chosen
        .flatMap(fatesOf)
        .filter((each) => fate === undefined || each.fate === fate)
        .toSorted((a, b) => b.time.localeCompare(a.time))
        .slice(0, limit);
      const { out, err, clock, environment } = dependencies;
      const output = textOption(input, "output");
      if (output !== undefined) out.write(output === "json" ? formatJson(fates) : formatAsYaml(fates));
      else if (fates.length > 0) out.write(table(fates, clock.now(), paintFor(out, environment)));
      else err.write(`No events are reported by the Sensors of namespace ${namespace}.\n`);
      return EXIT_CODES.ok;
    });
  },
};

type SensorFate = EventFate & { readonly sensor: string };

function fatesOf({ metadata, status }: Sensor): readonly SensorFate[] {
  return (status?.recentEvents ?? []).map((fate) => Object.assign({ sensor: metadata.name }, fate));
}

const COLOURS: Readonly<Record<EventFate["fate"], Colour>> = {
  Triggered: "green",
  NotMatched: "dim",
  Waiting: "yellow",
  Failed: "red",
};

function table(fates: readonly SensorFate[], now: number, paint: Paint): string {
  const rows = fates.map(({ time, eventId, sensor, trigger, fate, message }) => [
    ageOf(time, now),
    eventId,
    `${sensor}/${trigger}`,
    fate,
    message,
  ]);
  const paintFate: Paint = (colour, text) => paint(COLOURS[text as EventFate["fate"]] ?? colour, text);
  return `${tableLines({ header: ["AGE", "EVENT", "TRIGGER", "FATE", "WHAT HAPPENED"], rows }, paintFate).join("\n")}\n`;
}

function parseLimit(text: string | undefined): number {
  if (text === undefined) return SHOWN_DEFAULT;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usageError(`--limit: "${text}" is no number of events`, "give a whole number above 0");
}
