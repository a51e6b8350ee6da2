// Pods without processes: each ends at once, as its supervisor would record it. Like supervisors it outlives the engine,
// and it counts what may happen only once.
import type { ContainerResult, LogOptions, PodRunner, PodState } from "../../src/platform/pod-runner.ts";
import { ChangeFeed } from "../../src/platform/embedded/pod-runner/change-feed.ts";
import type { Pod } from "../../src/resources/pod.ts";

const TIME = "2026-01-01T00:00:00Z";

/** What a pod does when it runs: the termination messages of its containers, and output files of `main`. */
export interface PodEnd {
  readonly messages?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

export class PlayedPodRunner implements PodRunner {
  /** Names of the pods that were started: their containers asked models and changed GitHub. */
  readonly started: string[] = [];
  readonly #play: (pod: Pod) => Promise<PodEnd>;
  readonly #states = new Map<string, PodState>();
  readonly #feed = new ChangeFeed();

  constructor(play: (pod: Pod) => Promise<PodEnd>) {
    this.#play = play;
  }

  async start(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    if (this.#states.has(uid)) return;
    this.started.push(pod.metadata.name);
    this.#states.set(uid, stateOf(pod, "running"));
    void this.#play(pod).then((end) => {
      this.#states.set(uid, stateOf(pod, "terminated", end));
      this.#feed.publish(uid);
    });
  }

  async observe(uid: string): Promise<PodState | undefined> {
    return this.#states.get(uid);
  }

  async refresh(): Promise<void> {}

  async stop(): Promise<void> {}

  async remove(uid: string): Promise<void> {
    this.#states.delete(uid);
  }

  async *logs(_uid: string, _container: string, _options: LogOptions): AsyncIterable<Uint8Array> {}

  changes(signal: AbortSignal): AsyncIterable<string> {
    return this.#feed.subscribe(signal);
  }
}

function stateOf(pod: Pod, state: "running" | "terminated", end: PodEnd = {}): PodState {
  const result = ({ name }: { readonly name: string }): ContainerResult => {
    if (state === "running") return { name, state, startedAt: TIME };
    const message = end.messages?.[name];
    const ended = { startedAt: TIME, finishedAt: TIME, exitCode: 0, reason: "Completed" };
    return { name, state, ...ended, ...(message === undefined ? {} : { message }) };
  };
  return {
    lost: false,
    finished: state === "terminated",
    startedAt: TIME,
    initContainers: (pod.spec.initContainers ?? []).map(result),
    containers: pod.spec.containers.map(result),
    outputs: end.files === undefined ? {} : { main: { files: end.files } },
    notes: [],
  };
}
