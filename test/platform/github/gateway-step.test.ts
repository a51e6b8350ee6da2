// A step of a workflow that tells the gateway that it has finished.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createGatewayGitHubApi } from "../../../src/platform/github/gateway-github-api.ts";
import { tellStepFinished } from "../../../src/platform/github/gateway-step.ts";
import { GatewayWorld } from "../../support/gateway-world.ts";
import { REAL_CLOCK } from "../../support/real-clock.ts";

it("leaves no token of GitHub behind", async () => {
  const world = await GatewayWorld.start();
  const { token } = await world.addStep("finish");
  const tokenFile = join(world.directory, "token");
  await writeFile(tokenFile, token);
  const gateway = { gatewayUrl: world.gateway.url ?? "", tokenFile, clock: REAL_CLOCK };
  await createGatewayGitHubApi(gateway).get("/repos/acme/shop/issues/1");
  const before = world.github.liveTokenCount();

  await tellStepFinished(gateway);

  const deadline = Date.now() + 4_000;
  while (world.github.liveTokenCount() > 0 && Date.now() < deadline) await REAL_CLOCK.sleep(20);
  expect([before, world.github.liveTokenCount()]).toEqual([1, 0]);
  await world.stop();
});
