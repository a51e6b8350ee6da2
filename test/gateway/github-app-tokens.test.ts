// Tokens of GitHub in the gateway: what they are asked for, that nobody sees one, and that none outlives its owner.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCS_PERMISSIONS, permissionsOf } from "../../src/gateway/github/permissions.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { POD } from "../../src/resources/pod.ts";
import { GatewayWorld, NAMESPACE } from "../support/gateway-world.ts";
import { startGitHubRecorder } from "../support/github-recorder.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

const PERMISSION = "/github/repos/acme/shop/collaborators/wes/permission";

/** Waits fifty times shorter than it is asked to, so that the next sweep comes soon. */
const HURRIED_CLOCK: Clock = { ...REAL_CLOCK, sleep: (ms, signal) => REAL_CLOCK.sleep(ms / 50, signal) };

describe("installation tokens", () => {
  it.each([
    ["the phase of the run says so", "phase"],
    ["the run is deleted", "deleted"],
  ])("are revoked when %s", async (_name, how) => {
    const own = await GatewayWorld.start();
    const ending = await own.addRun();
    await own.call("/github/repos/acme/shop/pulls", await ending.token("prepare"));
    const before = own.github.liveTokenCount();

    const key = { namespace: NAMESPACE, name: ending.run.metadata.name };
    if (how === "phase") await own.store.updateStatus(CODE_RUN, { ...ending.run, status: { phase: "Succeeded" } });
    else await own.store.delete(CODE_RUN, key);

    expect(before).toBe(1);
    await until(() => own.github.liveTokenCount() === 0);
    await own.stop();
  });

  it("of a step are revoked when it says that it has finished, and those of other steps are not", async () => {
    const own = await GatewayWorld.start();
    const [ending, other] = [await own.addStep("admit"), await own.addStep("finish")];
    for (const step of [ending, other]) await own.call(PERMISSION, step.token);
    const before = own.github.liveTokenCount();

    const answer = await own.call("/step/finished", ending.token, { method: "POST" });

    expect([before, answer.status]).toEqual([2, 202]);
    await until(() => own.github.liveTokenCount() === 1);
    await own.stop();
  });

  it.each(["Failed", "deleted"])("of a step that was killed are revoked by the next sweep: %s", async (how) => {
    const own = await GatewayWorld.start({ clock: HURRIED_CLOCK });
    const step = await own.addStep("admit");
    await own.call(PERMISSION, step.token);
    const before = own.github.liveTokenCount();

    const pod = await own.store.get(POD, { namespace: NAMESPACE, name: step.pod });
    if (pod === undefined) throw new Error("the step has a pod");
    if (how === "deleted") await own.store.delete(POD, { namespace: NAMESPACE, name: step.pod });
    else await own.store.updateStatus(POD, { ...pod, status: { phase: "Failed" } });

    expect(before).toBe(1);
    await until(() => own.github.liveTokenCount() === 0);
    await own.stop();
  });

  it("that a call mints after the run has ended are revoked by the next sweep", async () => {
    const own = await GatewayWorld.start({ clock: HURRIED_CLOCK });
    const late = await own.addRun();
    await own.store.updateStatus(CODE_RUN, { ...late.run, status: { phase: "Failed" } });

    const answer = await own.call("/github/repos/acme/shop/pulls", await late.token("prepare"));

    expect(answer.status).toBe(200);
    await until(() => own.github.liveTokenCount() === 0);
    await own.stop();
  });

  it("E.1 are minted anew before they expire, however long the run is", async () => {
    let aheadMs = 0;
    const own = await GatewayWorld.start({ clock: { ...REAL_CLOCK, now: () => REAL_CLOCK.now() + aheadMs } });
    const recorder = await startGitHubRecorder(own.github.apiUrl);
    await own.gateway.close();
    await own.startGateway({ apiUrl: recorder.apiUrl });
    const token = await (await own.addRun()).token("prepare");
    const pulls = async () => (await own.call("/github/repos/acme/shop/pulls", token)).status;

    const early = [await pulls(), await pulls()];
    aheadMs = 55 * 60_000;
    const late = await pulls();

    expect([...early, late]).toEqual([200, 200, 200]);
    expect(recorder.tokens).toHaveLength(2);
    expect(own.github.liveTokenCount()).toBe(1);
    await own.stop();
    await recorder.close();
  });

  it("E.2 are of the installation on the run's own repository, not of the App's first", async () => {
    const permissions = { contents: "read", pull_requests: "read", issues: "read", checks: "read" } as const;
    const reads = { ...permissions, statuses: "read", actions: "read", deployments: "read" } as const;
    const installations = [{ account: "widgets" }, { account: "acme" }];
    const own = await GatewayWorld.start({
      github: {
        repositories: [{ fullName: "widgets/shop" }, { fullName: "acme/shop" }],
        apps: [{ slug: "runyard-author", permissions: reads, installations }],
      },
    });
    const token = await (await own.addRun()).token("prepare");

    const repository = await (await own.call("/github/repos/acme/shop", token)).json();
    const other = await own.call("/github/repos/widgets/shop", token);

    expect(repository).toMatchObject({ full_name: "acme/shop" });
    expect(other.status).toBe(403);
    await own.stop();
  });

  it("are asked for by name of their permissions, for one repository, per run and role", async () => {
    const own = await GatewayWorld.start();
    const recorder = await startGitHubRecorder(own.github.apiUrl);
    await own.gateway.close();
    await own.startGateway({ apiUrl: recorder.apiUrl });
    const runs = [await own.addRun({ name: "one" }), await own.addRun({ name: "two" })];

    for (const one of runs) {
      await own.call("/github/repos/acme/shop/pulls", await one.token("prepare"));
      await own.call("/github/repos/acme/shop/pulls", await one.token("publish"));
      await own.call("/git/acme/handbook.git/info/refs?service=git-upload-pack", await one.token("prepare"));
    }
    await own.call(PERMISSION, (await own.addStep("admit")).token);

    const shop = { repository_ids: [own.github.repositoryIdOf("acme/shop")] };
    const ofRun = [
      { ...shop, permissions: permissionsOf("prepare") },
      { ...shop, permissions: permissionsOf("publish") },
      { repositories: ["handbook"], permissions: DOCS_PERMISSIONS },
    ];
    expect(recorder.asked).toEqual([...ofRun, ...ofRun, { ...shop, permissions: permissionsOf("admit") }]);
    await own.stop();
    await recorder.close();
  });

  it.each(["opaque", "stateless"] as const)(
    "of the form %s are in no answer and no log, and unreadable on disk",
    async (tokenFormat) => {
      const own = await GatewayWorld.start({ github: { tokenFormat } });
      const token = await (await own.addRun()).token("publish");
      const calls: readonly (readonly [path: string, init?: RequestInit])[] = [
        ["/github/repos/acme/shop/pulls"],
        ["/github/repos/acme/shop/pulls/99"],
        ["/github/repos/acme/shop/issues/99/comments", { method: "POST", body: JSON.stringify({ body: "x" }) }],
        ["/git/acme/shop.git/info/refs?service=git-receive-pack"],
        ["/git/acme/vault.git/info/refs?service=git-upload-pack"],
      ];

      const answers: unknown[] = [];
      for (const [path, init] of calls) {
        const answer = await own.call(path, token, init);
        answers.push([...answer.headers], await answer.text());
      }
      const journal = join(own.directory, "gateway/token-journal");
      const kept = await Promise.all((await readdir(journal)).map((name) => readFile(join(journal, name), "utf8")));

      expect(kept).toHaveLength(1);
      expect(JSON.stringify([answers, own.log.entries, kept])).not.toContain("ghs_");
      await own.stop();
    },
  );

  it("are revoked after a crash by the next start", async () => {
    const crashed = await GatewayWorld.start();
    const token = await (await crashed.addRun()).token("prepare");
    await crashed.call("/github/repos/acme/shop/pulls", token);
    const first = crashed.gateway;
    const before = crashed.github.liveTokenCount();

    // The first gateway is still there, as a crashed one's token is at GitHub: nothing of it has been cleaned up.
    await crashed.startGateway();
    const after = crashed.github.liveTokenCount();

    expect([before, after]).toEqual([1, 0]);
    await first.close();
    await crashed.stop();
  });
});

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !condition(); attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  expect(condition()).toBe(true);
}
