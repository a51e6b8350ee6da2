// Metrics for Prometheus, with those of the process itself. Every metric is declared here, once, with what it means.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Metrics } from "../metrics.ts";

interface Declaration {
  readonly help: string;
  readonly labelNames: readonly string[];
}

/** Upper bounds of durations, in seconds. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

const COUNTERS: Readonly<Record<string, Declaration>> = {
  runyard_reconcile_total: { help: "Passes of a controller, by how they ended.", labelNames: ["controller", "result"] },
  runyard_watch_failures_total: { help: "Watches that failed and were begun again.", labelNames: ["resource"] },
};

const GAUGES: Readonly<Record<string, Declaration>> = {
  runyard_leader: { help: "Whether this process leads: 1 or 0.", labelNames: [] },
  runyard_cached_objects: { help: "Objects that are kept in memory.", labelNames: ["resource"] },
};

const DURATIONS: Readonly<Record<string, Declaration>> = {
  runyard_reconcile_seconds: { help: "How long a pass of a controller took.", labelNames: ["controller"] },
};

export interface PrometheusMetrics extends Metrics {
  /** In the text format of Prometheus. */
  text(): Promise<string>;
}

/** Throws for a name that is not declared above, or labels that are not its own. */
export function createPrometheusMetrics(): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counters = build(COUNTERS, (name, declared) => new Counter({ name, ...declared, registers }));
  const gauges = build(GAUGES, (name, declared) => new Gauge({ name, ...declared, registers }));
  const durations = build(
    DURATIONS,
    (name, declared) => new Histogram({ name, ...declared, buckets: BUCKETS, registers }),
  );
  return {
    count: (name, labels, by = 1) => find(counters, name).inc(labels, by),
    gauge: (name, labels, value) => find(gauges, name).set(labels, value),
    time: (name, labels, seconds) => find(durations, name).observe(labels, seconds),
    text: () => registry.metrics(),
  };
}

function build<T>(
  declarations: Readonly<Record<string, Declaration>>,
  make: (name: string, declared: { readonly help: string; readonly labelNames: string[] }) => T,
): ReadonlyMap<string, T> {
  const built = Object.entries(declarations).map(
    ([name, { help, labelNames }]) => [name, make(name, { help, labelNames: [...labelNames] })] as const,
  );
  return new Map(built);
}

function find<T>(metrics: ReadonlyMap<string, T>, name: string): T {
  const found = metrics.get(name);
  if (found === undefined) throw new Error(`the metric ${name} is not declared`);
  return found;
}
