// Tests on a real cluster, one after the other: they install the chart. See docs/guides/cluster.md.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
