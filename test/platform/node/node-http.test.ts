import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** What Node has loaded of itself when a program's modules are loaded. */
function loadedBy(modules: readonly string[]): readonly string[] {
  const imports = modules.map((path) => `await import(${JSON.stringify(new URL(path, import.meta.url).href)});`);
  const text = `${imports.join("\n")} console.log(JSON.stringify(process.moduleLoadList));`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", text], { encoding: "utf8" });
  return JSON.parse(output) as readonly string[];
}

it.each([
  { program: "engine", modules: ["../../../src/programs/engine.ts", "../../../src/programs/engine/controllers.ts"] },
  { program: "gateway", modules: ["../../../src/programs/gateway.ts"] },
])("an idle $program does without Node's WebSocket client", ({ modules }) => {
  const loaded = loadedBy(modules);

  expect(loaded).toContain("NativeModule _http_server");
  expect(loaded).not.toContain("NativeModule internal/deps/undici/undici");
});
