import { describe, expect, it } from "vitest";
import { createPrometheusMetrics } from "../../../src/platform/node/prometheus-metrics.ts";

describe("metrics for Prometheus", () => {
  it("are what was counted, set and measured, beside those of the process", async () => {
    const metrics = createPrometheusMetrics();
    const controller = "code-run";
    metrics.count("runyard_reconcile_total", { controller, result: "settled" });
    metrics.count("runyard_reconcile_total", { controller, result: "settled" }, 2);
    metrics.gauge("runyard_leader", {}, 1);
    metrics.time("runyard_reconcile_seconds", { controller }, 0.02);

    const text = await metrics.text();

    expect(text).toContain('runyard_reconcile_total{controller="code-run",result="settled"} 3');
    expect(text).toContain("runyard_leader 1");
    expect(text).toContain('runyard_reconcile_seconds_bucket{le="0.01",controller="code-run"} 0');
    expect(text).toContain('runyard_reconcile_seconds_bucket{le="0.025",controller="code-run"} 1');
    expect(text).toMatch(/^process_cpu_seconds_total \d/m);
  });

  it("of a name or a label that nobody declared are a fault", () => {
    const metrics = createPrometheusMetrics();

    expect(() => metrics.count("runyard_unknown_total", {})).toThrow("runyard_unknown_total");
    expect(() => metrics.count("runyard_reconcile_total", { other: "x" })).toThrow();
  });
});
