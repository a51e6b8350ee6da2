// The chart in the hands of the real programs that read it: `argo lint` and `helm`. Where one is not installed, its
// tests are skipped and say so; RUNYARD_ARGO and RUNYARD_HELM name programs that are not on PATH.
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const run = promisify(execFile);
const chart = fileURLToPath(new URL("../../charts/runyard", import.meta.url));
const argo = await findProgram(process.env["RUNYARD_ARGO"] ?? "argo");
const helm = await findProgram(process.env["RUNYARD_HELM"] ?? "helm");

async function findProgram(name: string): Promise<string | undefined> {
  try {
    await run(name, ["version"]);
    return name;
  } catch {
    console.warn(`SKIPPED: ${name} is not installed, so the chart is not read by it`);
    return undefined;
  }
}

describe.skipIf(argo === undefined)("argo lint", () => {
  it("finds no fault in the pipelines", async () => {
    const templates = readdirSync(`${chart}/pipelines`).filter((name) => /^orchestrator-|-template/.test(name));

    const { stdout } = await run(argo ?? "", [
      "lint",
      "--offline",
      "--no-color",
      ...templates.map((name) => `${chart}/pipelines/${name}`),
    ]);

    expect(templates.length).toBeGreaterThan(4);
    expect(stdout).toContain("no linting errors found");
  });
});

describe.skipIf(helm === undefined)("helm", () => {
  it("finds no fault in the chart", async () => {
    const { stdout } = await run(helm ?? "", ["lint", chart]);

    expect(stdout).toContain("0 chart(s) failed");
  });

  it("refuses a misspelt value with its path", async () => {
    const attempt = run(helm ?? "", ["template", "runyard", chart, "--set", "limits.runUsdMx=1"]);

    await expect(attempt).rejects.toThrow(/limits.*runUsdMx/s);
  });
});
