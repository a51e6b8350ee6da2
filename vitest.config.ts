// One suite; contracts and scenarios are ordinary test files. Cluster tests need a kubeconfig and run on request.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/cluster/**", "node_modules/**"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Most tests wait for processes of their own, so that a core that is left free stays idle.
    maxWorkers: "100%",
  },
});
