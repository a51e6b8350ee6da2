// `runyard get`: what is there, as a table or for programs, and with -w every change.
import type { ListOptions } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { usageError } from "../cli-error.ts";
import { type CliDependencies, type CommandDefinition, hasOption, type Server, textOption } from "../command.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type NamedObjects, objectsNamed } from "../kind-name.ts";
import { notFound } from "../not-found.ts";
import {
  formatAsYaml,
  formatJson,
  formatName,
  listObject,
  OUTPUT_OPTION,
  type OutputFormat,
  tableOf,
} from "../print-objects.ts";
import { NAMESPACE_OPTION, SERVER_OPTIONS, withServer } from "../server.ts";
import { columnWidths, paintFor, tableLine, tableLines } from "../style.ts";
import { watchObjects } from "../watch-objects.ts";

export const GET: CommandDefinition = {
  name: "get",
  summary: "List objects",
  description:
    "Lists the objects of a kind, or those that are named. Kinds may be written in the singular, the plural or short, " +
    "several of them with commas in between.",
  arguments: [
    { name: "KIND", description: "kind, or KIND/NAME", required: true, completes: "kinds" },
    { name: "NAME", description: "names of objects", variadic: true, completes: "names" },
  ],
  options: [
    OUTPUT_OPTION,
    { flags: "-w, --watch", description: "go on and print every change until Ctrl-C" },
    NAMESPACE_OPTION,
    { flags: "-A, --all-namespaces", description: "objects of all namespaces" },
    { flags: "-l, --selector <labels>", description: "only objects with these labels: a=b,c in (d,e),!f" },
    ...SERVER_OPTIONS,
  ],
  examples: [
    { command: "runyard get workflows", explanation: "every task and where it stands" },
    { command: "runyard get cr -w", explanation: "CodeRuns, and their changes as they happen" },
    { command: "runyard get pods -l runyard.dev/run=task-1-author -o name", explanation: "the pods of a run" },
  ],
  run: async (input, dependencies) => {
    const targets = objectsNamed(input.arguments);
    return await withServer(input, dependencies, async (server, namespace) => {
      const isAll = hasOption(input, "allNamespaces");
      const selector = textOption(input, "selector");
      const request: GetRequest = {
        targets,
        format: textOption(input, "output") as OutputFormat | undefined,
        showNamespace: isAll,
        options: { ...(!isAll && { namespace }), ...(selector !== undefined && { labelSelector: selector }) },
      };
      if (isAll && targets.some(({ names }) => names.length > 0)) {
        throw usageError("an object cannot be named across all namespaces", "leave out -A or the name");
      }
      if (hasOption(input, "watch")) return await watch(request, server, dependencies);
      return await list(request, server, dependencies);
    });
  },
};

interface GetRequest {
  readonly targets: readonly NamedObjects[];
  readonly format: OutputFormat | undefined;
  readonly showNamespace: boolean;
  readonly options: ListOptions;
}

interface Found {
  readonly kind: Kind;
  readonly objects: readonly KubernetesObject[];
}

async function list(request: GetRequest, server: Server, dependencies: CliDependencies): Promise<ExitCode> {
  const found: Found[] = [];
  for (const target of request.targets) found.push(await find(target, request, server));
  const { out, err } = dependencies;
  const isEmpty = found.every(({ objects }) => objects.length === 0);
  const isForPeople = request.format === undefined || request.format === "wide";
  if (isEmpty && isForPeople) {
    const place = request.options.namespace === undefined ? "any namespace" : `namespace ${request.options.namespace}`;
    err.write(`No ${request.targets.map(({ kind }) => kind.plural).join(", ")} in ${place}.\n`);
  }
  out.write(formatFound(found, request, dependencies));
  return EXIT_CODES.ok;
}

function formatFound(found: readonly Found[], request: GetRequest, dependencies: CliDependencies): string {
  switch (request.format) {
    case "json":
      return formatJson(oneValue(found, request));
    case "yaml":
      return formatAsYaml(oneValue(found, request));
    case "name":
      return found.flatMap(({ kind, objects }) => objects.map((object) => `${formatName(kind, object)}\n`)).join("");
    case "wide":
    case undefined:
      return printTables(found, request, dependencies);
  }
}

/** The object that was named, or a list. */
function oneValue(found: readonly Found[], { targets }: GetRequest): unknown {
  const objects = found.flatMap((each) => each.objects);
  const isOne = targets.length === 1 && targets[0]?.names.length === 1;
  return isOne ? objects[0] : listObject(objects);
}

async function find({ kind, names }: NamedObjects, { options }: GetRequest, { store }: Server): Promise<Found> {
  if (names.length === 0) return { kind, objects: (await store.list(kind, scoped(kind, options))).items };
  const objects: KubernetesObject[] = [];
  for (const name of names) {
    const key = { namespace: kind.namespaced ? (options.namespace ?? "") : "", name };
    const object = await store.get(kind, key);
    if (object === undefined) throw await notFound(store, kind, key);
    objects.push(object);
  }
  return { kind, objects };
}

function printTables(found: readonly Found[], request: GetRequest, dependencies: CliDependencies): string {
  const paint = paintFor(dependencies.out, dependencies.environment);
  const tables = found.filter(({ objects }) => objects.length > 0);
  return tables
    .map(({ kind, objects }) => `${tableLines(tableFor(kind, objects, request, dependencies), paint).join("\n")}\n`)
    .join("\n");
}

function tableFor(
  kind: Kind,
  objects: readonly KubernetesObject[],
  { format, showNamespace }: GetRequest,
  { clock }: CliDependencies,
): ReturnType<typeof tableOf> {
  return tableOf(kind, objects, { wide: format === "wide", showNamespace, now: clock.now() });
}

async function watch(request: GetRequest, server: Server, dependencies: CliDependencies): Promise<ExitCode> {
  const [target, ...others] = request.targets;
  if (target === undefined || others.length > 0 || target.names.length > 1) {
    throw usageError("only one kind, or one object, can be watched", "run one `runyard get -w` for each");
  }
  const { kind, names } = target;
  const [name] = names;
  if (name !== undefined) await find(target, request, server);
  const options = {
    ...scoped(kind, request.options),
    ...(name !== undefined && { fieldSelector: `metadata.name=${name}` }),
  };
  const print = changePrinter(kind, request, dependencies);
  const source = { store: server.store, clock: dependencies.clock, signal: dependencies.interruption() };
  for await (const change of watchObjects(source, kind, options)) {
    print("initial" in change ? change.initial : [change.object]);
  }
  return EXIT_CODES.ok;
}

/** Prints what changed; a table's columns stay where the first lines put them as far as they can. */
function changePrinter(
  kind: Kind,
  request: GetRequest,
  dependencies: CliDependencies,
): (objects: readonly KubernetesObject[]) => void {
  const { out, environment } = dependencies;
  const paint = paintFor(out, environment);
  let widths: readonly number[] | undefined;
  const printTable = (objects: readonly KubernetesObject[]): void => {
    if (objects.length === 0) return;
    const table = tableFor(kind, objects, request, dependencies);
    const isFirst = widths === undefined;
    widths = columnWidths(table, widths);
    for (const cells of isFirst ? [table.header, ...table.rows] : table.rows) {
      out.write(`${tableLine(cells, widths, paint)}\n`);
    }
  };
  switch (request.format) {
    case "json":
      return (objects) => objects.forEach((object) => out.write(formatJson(object)));
    case "yaml":
      return (objects) => objects.forEach((object) => out.write(`---\n${formatAsYaml(object)}`));
    case "name":
      return (objects) => objects.forEach((object) => out.write(`${formatName(kind, object)}\n`));
    case "wide":
    case undefined:
      return printTable;
  }
}

function scoped(kind: Kind, options: ListOptions): ListOptions {
  if (kind.namespaced) return options;
  const { namespace: _namespace, ...others } = options;
  return others;
}
