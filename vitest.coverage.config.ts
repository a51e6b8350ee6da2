// Every branch of a pure file is taken by a test: `npm run coverage` names the lines where one is not, and fails. Only the
// tests that need no process and no network run, so that it is quick.
import { defineConfig } from "vitest/config";

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
      include: ["src/{resources,languages,argo,configuration}/**/*.ts", "src/**/{decide,build,summarize}-*.ts"],
      reporter: [["text", { skipFull: true }]],
      thresholds: { branches: 100 },
    },
  },
});
