// Which branches of the pure files no test takes: `npm run coverage`. Only the tests that need no process and no network
// run, so that it is quick; what runs in them besides is counted too.
import { defineConfig } from "vitest/config";
import { PURE_FILES } from "./test/coverage/branch-coverage.ts";

export default defineConfig({
  test: {
    include: [
      "test/{resources,languages,argo,configuration,conformance,pipelines}/**/*.test.ts",
      "test/agent/{admission,finish,patch}/*.test.ts",
      "test/controllers/workflow/*.test.ts",
      "test/gateway/{egress,git,github,models}/*.test.ts",
      "test/github-simulator/state/*.test.ts",
      "test/**/{decide,build,summarize}-*.test.ts",
    ],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: "forks",
    coverage: {
      enabled: true,
      provider: "v8",
      include: [...PURE_FILES],
      reporter: ["json"],
      reportsDirectory: "coverage",
    },
  },
});
