// Any sequence of writes, restarts included, against a model of what the API conventions say: the answers, the list, and
// what a watch from the beginning tells must agree.
import fc from "fast-check";
import { expect, test } from "vitest";
import { openSqliteResourceStore } from "../../../src/platform/embedded/sqlite-resource-store.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { CODE_RUN, type CodeRun } from "../../../src/resources/code-run.ts";
import { KINDS } from "../../../src/resources/kinds.ts";
import type { ObjectKey } from "../../../src/resources/object-meta.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

const NAMES = ["a", "b", "c"] as const;
const HOLD = "example.com/hold";

interface Step {
  readonly verb: "create" | "update" | "updateStatus" | "hold" | "release" | "delete" | "reopen";
  readonly name: (typeof NAMES)[number];
  readonly content: number;
  /** Which resourceVersion the writer sends: the stored one, the object's first, or none. */
  readonly version: "stored" | "first" | "none";
}

const WRITES = ["create", "create", "update", "updateStatus", "hold", "hold", "release", "delete", "delete"] as const;

const STEPS = fc.array(
  fc.record<Step>({
    verb: fc.oneof(
      { weight: 40, arbitrary: fc.constantFrom(...WRITES) },
      { weight: 1, arbitrary: fc.constant("reopen" as const) },
    ),
    name: fc.constantFrom(...NAMES),
    content: fc.nat(3),
    version: fc.constantFrom("stored", "stored", "first", "none"),
  }),
  { minLength: 20, maxLength: 40 },
);

/** What the conventions say of one object. */
interface Expected {
  readonly content: number;
  readonly phase: string | undefined;
  readonly generation: number;
  readonly isHeld: boolean;
  readonly isDeleted: boolean;
  /** Writes that changed something, from 1 for the creation. */
  readonly writes: number;
}

type Answer = "ok" | "AlreadyExists" | "NotFound" | "Conflict";

interface Prediction {
  readonly answer: Answer;
  /** Undefined: the object is gone, or never was. */
  readonly next: Expected | undefined;
}

function predict(step: Step, before: Expected | undefined): Prediction {
  if (step.verb === "create") {
    if (before !== undefined) return { answer: "AlreadyExists", next: before };
    const made = { content: step.content, phase: undefined, generation: 1, isHeld: false, isDeleted: false, writes: 1 };
    return { answer: "ok", next: made };
  }
  if (before === undefined) return { answer: "NotFound", next: undefined };
  if (step.verb !== "delete" && step.version === "first" && before.writes > 1)
    return { answer: "Conflict", next: before };
  return { answer: "ok", next: changed(step, before) };
}

/** The object after a write that is let through; undefined when it is gone. */
function changed(step: Step, before: Expected): Expected | undefined {
  if (step.verb === "delete") return deleted(before);
  if (step.verb === "release" && before.isHeld && before.isDeleted) return undefined;
  const after = { ...before, ...changeOf(step, before) };
  const isSame = after.content === before.content && after.phase === before.phase && after.isHeld === before.isHeld;
  return isSame ? before : { ...after, writes: before.writes + 1 };
}

function changeOf(step: Step, { generation, content }: Expected): Partial<Expected> {
  switch (step.verb) {
    case "update":
      return { content: step.content, generation: step.content === content ? generation : generation + 1 };
    case "updateStatus":
      return { phase: phaseOf(step) };
    case "hold":
    case "release":
      return { isHeld: step.verb === "hold" };
    case "create":
    case "delete":
    case "reopen":
      return {};
  }
}

function deleted(before: Expected): Expected | undefined {
  if (!before.isHeld) return undefined;
  if (before.isDeleted) return before;
  return { ...before, isDeleted: true, generation: before.generation + 1, writes: before.writes + 1 };
}

function phaseOf({ content }: Step): string {
  return `phase-${content}`;
}

function codeRun({ namespace, name }: ObjectKey, content: number): CodeRun {
  const urls = { repositoryUrl: "acme/shop", docsRepositoryUrl: "acme/docs" };
  return {
    apiVersion: "agents.platform/v1",
    kind: "CodeRun",
    metadata: { name, namespace },
    spec: { taskId: content, service: "shop", ...urls, workingDirectory: ".", model: "scripted" },
  };
}

/** One run of the property: the store, and what must be true of it. */
class Story {
  readonly #namespace: string;
  readonly #expected = new Map<string, Expected>();
  readonly #firstVersions = new Map<string, string>();
  readonly #directory: string;
  #store: Awaited<ReturnType<typeof openSqliteResourceStore>> | undefined;

  constructor(directory: string, namespace: string) {
    this.#directory = directory;
    this.#namespace = namespace;
  }

  async tell(steps: readonly Step[]): Promise<void> {
    try {
      const start = (await (await this.store()).list(CODE_RUN)).resourceVersion;
      for (const step of steps) {
        if (step.verb === "reopen") await this.close();
        else await this.#take(step);
      }
      await this.#compareList();
      await this.#compareWatch(start);
    } finally {
      await this.close();
    }
  }

  async store(): Promise<ResourceStore> {
    this.#store ??= await openSqliteResourceStore({
      directory: this.#directory,
      kinds: KINDS,
      clock: new ManualClock(),
      log: new RecordingLog(),
    });
    return this.#store;
  }

  async close(): Promise<void> {
    await this.#store?.close();
    this.#store = undefined;
  }

  async #take(step: Step): Promise<void> {
    const before = this.#expected.get(step.name);
    // An object that is being deleted takes no new finalizer; that refusal is a case of the contract.
    if (step.verb === "hold" && before?.isDeleted === true) return;
    const { answer, next } = predict(step, before);
    const store = await this.store();
    const key = { namespace: this.#namespace, name: step.name };
    const stored = await store.get(CODE_RUN, key);

    const given = await answerOf(this.#write(store, step, stored));

    expect(given, JSON.stringify(step)).toBe(answer);
    if (next === undefined) this.#expected.delete(step.name);
    else this.#expected.set(step.name, next);
    const written = await store.get(CODE_RUN, key);
    expect(written && summaryOf(written), JSON.stringify(step)).toEqual(next && summaryOfExpected(step.name, next));
    if (step.verb === "create" && answer === "ok") {
      this.#firstVersions.set(step.name, written?.metadata.resourceVersion ?? "");
    }
  }

  async #write(store: ResourceStore, step: Step, stored: CodeRun | undefined): Promise<unknown> {
    const key = { namespace: this.#namespace, name: step.name };
    if (step.verb === "create") return await store.create(CODE_RUN, codeRun(key, step.content));
    if (step.verb === "delete") return await store.delete(CODE_RUN, key);
    const { resourceVersion: current, ...metadata } = (stored ?? codeRun(key, step.content)).metadata;
    const version = { stored: current, first: this.#firstVersions.get(step.name), none: undefined }[step.version];
    const finalizers = step.verb === "hold" ? [HOLD] : step.verb === "release" ? [] : (metadata.finalizers ?? []);
    const object: CodeRun = {
      ...(stored ?? codeRun(key, step.content)),
      metadata: { ...metadata, finalizers, ...(version !== undefined && { resourceVersion: version }) },
    };
    if (step.verb === "updateStatus") {
      return await store.updateStatus(CODE_RUN, { ...object, status: { phase: phaseOf(step) as never } });
    }
    const spec = step.verb === "update" ? { ...object.spec, taskId: step.content } : object.spec;
    return await store.update(CODE_RUN, { ...object, spec });
  }

  async #compareList(): Promise<void> {
    const { items } = await (await this.store()).list(CODE_RUN, { namespace: this.#namespace });

    const expected = [...this.#expected].sort(([one], [other]) => one.localeCompare(other));
    expect(items.map(summaryOf)).toEqual(expected.map(([name, it]) => summaryOfExpected(name, it)));
  }

  /** A watch from the beginning, folded, is the list; and its versions only rise. */
  async #compareWatch(resourceVersion: string): Promise<void> {
    const store = await this.store();
    const last = await store.create(CODE_RUN, codeRun({ namespace: this.#namespace, name: "last" }, 0));
    const objects = new Map<string, CodeRun>();
    const versions: number[] = [];
    const end = new AbortController();
    const place = { namespace: this.#namespace, resourceVersion };
    for await (const { type, object } of store.watch(CODE_RUN, { ...place, signal: end.signal })) {
      if (type === "BOOKMARK") continue;
      versions.push(Number(object.metadata.resourceVersion));
      expect(type === "ADDED").toBe(!objects.has(object.metadata.name));
      if (type === "DELETED") objects.delete(object.metadata.name);
      else objects.set(object.metadata.name, object);
      if (object.metadata.uid === last.metadata.uid) break;
    }
    end.abort();

    expect(versions).toEqual([...new Set(versions)].sort((one, other) => one - other));
    const { items } = await store.list(CODE_RUN, { namespace: this.#namespace });
    expect([...objects.values()].sort((one, other) => one.metadata.name.localeCompare(other.metadata.name))).toEqual(
      items,
    );
  }
}

function summaryOf({ metadata, spec, status }: CodeRun): object {
  return {
    name: metadata.name,
    content: spec.taskId,
    phase: status?.phase,
    generation: metadata.generation,
    isHeld: (metadata.finalizers ?? []).length > 0,
    isDeleted: metadata.deletionTimestamp !== undefined,
  };
}

function summaryOfExpected(name: string, { writes: _writes, ...expected }: Expected): object {
  return { name, ...expected };
}

async function answerOf(write: Promise<unknown>): Promise<string> {
  try {
    await write;
    return "ok";
  } catch (error) {
    if (error instanceof PlatformError) return error.code;
    throw error;
  }
}

test("whatever is written in whatever order, the store answers, lists and tells as the conventions say", async () => {
  const directory = await temporaryDirectory();
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      runs += 1;
      await new Story(directory, `ns-${runs}`).tell(steps);
    }),
    { numRuns: 12 },
  );
}, 60_000);
