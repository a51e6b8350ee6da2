// What a program counts about itself. Names and units as Prometheus has them: seconds, `_total` for what only grows.

export type MetricLabels = Readonly<Record<string, string>>;

export interface Metrics {
  /** Adds to a number that only grows. */
  count(name: string, labels: MetricLabels, by?: number): void;
  /** Says how large something is now. */
  gauge(name: string, labels: MetricLabels, value: number): void;
  /** Adds one duration, in seconds. */
  time(name: string, labels: MetricLabels, seconds: number): void;
}
