// What the parts of the ResourceStore contract share: the classes of kinds, objects of them, and a recorder of watches.
import { describe, expect, test } from "vitest";
import { PlatformError, type PlatformErrorCode } from "../../src/platform/errors.ts";
import type { ResourceStore, WatchEvent } from "../../src/platform/resource-store.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CONFIG_MAP, SECRET } from "../../src/resources/core.ts";
import { CLUSTER_ROLE } from "../../src/resources/rbac.ts";
import { apiVersionOf, type Kind } from "../../src/resources/kind.ts";
import type { KubernetesObject, ObjectKey, ObjectMeta } from "../../src/resources/object-meta.ts";

export interface StoreUnderTest {
  readonly store: ResourceStore;
  /** Two that exist, for objects with a namespace. */
  readonly namespaces: readonly [string, string];
  close(): Promise<void>;
}

export interface ContractOptions {
  readonly name: string;
  /** Called once; the cases share the store and keep apart by their objects' names and labels. */
  readonly createStore: () => Promise<StoreUnderTest>;
  /** After this many further writes to a kind, an older resourceVersion must be Expired; undefined: that takes time, not writes. */
  readonly versionsKept: number | undefined;
  /** Default: a page of Secrets shows what is there when it is read. */
  readonly keepsSecretHistory?: boolean;
  /** Default: nobody removes the finalizers of a cascading deletion. */
  readonly collectsGarbage?: boolean;
  /** Cases that this store does not keep, and why. Each is run, and must fail: a difference that is gone is removed. */
  readonly differences?: readonly { readonly reason: string; readonly cases: readonly string[] }[];
}

/** Any object, with the fields that the cases look at. */
export interface AnyObject extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly object[];
}

export interface KindClass {
  readonly title: string;
  readonly kind: Kind<AnyObject>;
  /** Legal content, different for each number. */
  content(number: number): Partial<AnyObject>;
  readonly labels?: Readonly<Record<string, string>>;
}

export const CODE_RUNS: KindClass = {
  title: "CodeRun: schema and status subresource",
  kind: CODE_RUN as Kind,
  content: (number) => ({
    spec: {
      taskId: number,
      service: "shop",
      repositoryUrl: "https://github.com/acme/shop",
      docsRepositoryUrl: "https://github.com/acme/docs",
      workingDirectory: ".",
      model: "scripted",
    },
  }),
};

export const KIND_CLASSES: readonly KindClass[] = [
  CODE_RUNS,
  {
    title: "Workflow: no status subresource",
    kind: WORKFLOW as Kind,
    content: (number) => ({ spec: { entrypoint: `main-${number}` } }),
    // Another controller's, so that one that is at work beside the test leaves them alone.
    labels: { "workflows.argoproj.io/controller-instanceid": "nobody" },
  },
  {
    title: "ConfigMap: plain",
    kind: CONFIG_MAP,
    content: (number) => ({ data: { value: String(number) } }),
  },
  {
    title: "ClusterRole: cluster-scoped",
    kind: CLUSTER_ROLE,
    content: (number) => ({
      rules: [{ apiGroups: [""], resources: ["pods"], resourceNames: [`pod-${number}`], verbs: ["get"] }],
    }),
  },
  {
    title: "Secret: confidential",
    kind: SECRET,
    content: (number) => ({ data: { value: Buffer.from(`secret ${number}`).toString("base64") } }),
  },
];

/** What one case works with. */
export interface CaseContext {
  readonly store: ResourceStore;
  readonly versionsKept: number | undefined;
  readonly keepsSecretHistory: boolean;
  readonly collectsGarbage: boolean;
  readonly class: KindClass;
  readonly kind: Kind<AnyObject>;
  /** "" for a cluster-scoped kind. */
  readonly namespace: string;
  readonly otherNamespace: string;
  /** Unique to the case: a prefix for names, and the value of the label `case`. */
  readonly id: string;
  /** An object of the case that is not stored yet. */
  readonly make: (name: string, metadata?: Partial<ObjectMeta>, number?: number) => AnyObject;
  readonly key: (name: string) => ObjectKey;
  /** Starts a watch and records its events until the case ends it. */
  record(options: { resourceVersion: string; labelSelector?: string; fieldSelector?: string }): Recorder;
}

export type ContractCase = (
  name: string,
  /** The Kubernetes document, or its section, that the case follows. */
  document: string,
  run: (context: CaseContext) => Promise<void>,
) => void;

/** Registers cases for one class of kinds. */
export function contractCases(
  options: ContractOptions,
  current: () => StoreUnderTest,
  kindClass: KindClass,
  register: (contractCase: ContractCase) => void,
): void {
  describe(kindClass.title, () => {
    register((name, document, run) => {
      const difference = options.differences?.find((entry) => entry.cases.includes(name));
      const execute = async (): Promise<void> => run(contextOf(current(), options, kindClass));
      if (difference === undefined) test(`${name} (${document})`, execute);
      else {
        test(`${name} is different: ${difference.reason}`, async () => {
          await expect(execute()).rejects.toThrow();
        });
      }
    });
  });
}

let caseCount = 0;

function contextOf(current: StoreUnderTest, options: ContractOptions, kindClass: KindClass): CaseContext {
  const { store, namespaces } = current;
  const { kind } = kindClass;
  caseCount += 1;
  const id = `case-${Date.now().toString(36)}-${caseCount}`;
  const [namespace, otherNamespace] = kind.namespaced ? namespaces : ["", ""];
  const nameOf = (name: string): string => `${id}-${name}`;
  return {
    store,
    versionsKept: options.versionsKept,
    keepsSecretHistory: options.keepsSecretHistory ?? false,
    collectsGarbage: options.collectsGarbage ?? false,
    class: kindClass,
    kind,
    namespace,
    otherNamespace,
    id,
    key: (name) => ({ namespace, name: nameOf(name) }),
    make: (name, metadata = {}, number = 1) => ({
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      ...kindClass.content(number),
      metadata: {
        name: nameOf(name),
        ...(namespace === "" ? {} : { namespace }),
        ...metadata,
        labels: { case: id, ...kindClass.labels, ...metadata.labels },
      },
    }),
    record: (place) => {
      const inside = kind.namespaced ? { namespace } : {};
      return new Recorder((signal) => store.watch(kind, { ...inside, ...place, signal }), id);
    },
  };
}

/** Runs a watch beside the case. Events of other cases are left out; bookmarks are kept apart. */
export class Recorder {
  readonly events: WatchEvent<AnyObject>[] = [];
  readonly bookmarks: string[] = [];
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  #failure: Error | undefined;
  #hasEnded = false;

  constructor(start: (signal: AbortSignal) => AsyncIterable<WatchEvent<AnyObject>>, id: string) {
    this.#done = this.#run(start, id);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** `ADDED a` for an object named `<case>-a`. */
  get summary(): readonly string[] {
    return this.events.map((event) => `${event.type} ${event.object.metadata.name.split("-").at(-1) ?? ""}`);
  }

  /** Waits until so many events were recorded; throws what the watch threw. */
  async waitForEvents(count: number): Promise<void> {
    await this.waitUntil(() => this.events.length >= count, `${count} events`);
  }

  async waitUntil(isReached: () => boolean, what: string, msMax = 10_000): Promise<void> {
    const end = Date.now() + msMax;
    while (!isReached()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#hasEnded) throw new Error(`the watch ended before ${what}; seen: ${this.summary.join(", ")}`);
      if (Date.now() > end) throw new Error(`no ${what} in time; seen: ${this.summary.join(", ")}`);
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
  }

  /** Ends the watch by its signal, and throws what it threw. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.ended();
  }

  /** Waits until the watch ends by itself or by `stop`; throws what it threw. */
  async ended(): Promise<void> {
    await Promise.race([this.#done, this.waitUntil(() => this.#hasEnded, "end of the watch").catch(() => undefined)]);
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#hasEnded) throw new Error(`the watch did not end; seen: ${this.summary.join(", ")}`);
  }

  async #run(start: (signal: AbortSignal) => AsyncIterable<WatchEvent<AnyObject>>, id: string): Promise<void> {
    try {
      for await (const event of start(this.#abort.signal)) {
        const { metadata } = event.object;
        if (event.type === "BOOKMARK") this.bookmarks.push(metadata.resourceVersion ?? "");
        else if (metadata.labels?.["case"] === id) this.events.push(event);
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.#hasEnded = true;
    }
  }
}

/** The code of the PlatformError that the promise rejects with; fails when it resolves. */
export async function refusal(promise: Promise<unknown>): Promise<PlatformError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error("the write was not refused");
}

export async function refusalCode(promise: Promise<unknown>): Promise<PlatformErrorCode> {
  return (await refusal(promise)).code;
}

/** The object with content `number` and everything else as it was. */
export function withContent(context: CaseContext, object: AnyObject, number: number): AnyObject {
  return { ...object, ...context.class.content(number) };
}
