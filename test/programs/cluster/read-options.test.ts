import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseYaml } from "../../../src/languages/yaml.ts";
import { readClusterOptions, readMountedValues } from "../../../src/programs/cluster/read-options.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

const REQUIRED = ["--configuration", "/etc/v.json", "--namespace", "runs", "--system-namespace", "system"];

describe("the arguments of a cluster's program", () => {
  it("name the values, both namespaces and the port; the rest has a default", () => {
    expect(readClusterOptions("controller", [...REQUIRED, "--port", "8081"])).toEqual({
      configuration: "/etc/v.json",
      namespace: "runs",
      systemNamespace: "system",
      port: 8081,
      kubeconfig: undefined,
      dataDirectory: "/var/lib/runyard",
    });
  });

  it.each([
    [["--port", "8081"], "--configuration is missing"],
    [[...REQUIRED, "--port", "high"], '--port: "high" is no port'],
    [[...REQUIRED, "--port", "65536"], '--port: "65536" is no port'],
    [[...REQUIRED, "--prot", "1"], "--prot"],
    [[...REQUIRED, "--port", "1", "--namespace", ""], "--namespace is missing"],
  ])("are refused with the usage: %j", (args, said) => {
    const read = () => readClusterOptions("controller", args);

    expect(read).toThrow(expect.objectContaining({ code: "Invalid", message: expect.stringContaining(said) }));
    expect(read).toThrow(expect.objectContaining({ hint: expect.stringContaining("usage: controller") }));
  });
});

describe("the mounted values", () => {
  async function mounted(text: string): Promise<string> {
    const path = join(await temporaryDirectory(), "values.json");
    await writeFile(path, text);
    return path;
  }

  it("are the chart's, as JSON", async () => {
    const chart = parseYaml(
      await readFile(new URL("../../../charts/runyard/values.yaml", import.meta.url), "utf8"),
    ) as Readonly<Record<string, unknown>>;

    const values = await readMountedValues(await mounted(JSON.stringify(chart)));

    expect(values.limits).toEqual(chart["limits"]);
  });

  it("are refused with the file and the field when they are none", async () => {
    const path = await mounted(JSON.stringify({ limits: { runUsdMx: 1 } }));

    await expect(readMountedValues(path)).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringMatching(/values\.json is refused.*runUsdMx/s),
    });
    await expect(readMountedValues(await mounted("{"))).rejects.toMatchObject({ code: "Invalid" });
    await expect(readMountedValues("/nowhere/values.json")).rejects.toMatchObject({
      message: expect.stringContaining("/nowhere/values.json"),
    });
  });
});
