import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

const PROGRAM = fileURLToPath(new URL("../../src/programs/gateway.ts", import.meta.url));

it("ends in silence when its engine has ended before it told the settings", async () => {
  const gateway = spawn(process.execPath, [PROGRAM], { stdio: ["pipe", "inherit", "inherit"] });
  onTestFinished(() => void gateway.kill("SIGKILL"));

  gateway.stdin.end();
  const [exitCode] = await once(gateway, "exit");

  expect(exitCode).toBe(0);
});
