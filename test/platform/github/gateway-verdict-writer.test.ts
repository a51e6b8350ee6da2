import { describe, expect, it } from "vitest";
import { gatewayVerdictWriter, type GatewayCall } from "../../../src/platform/github/gateway-verdict-writer.ts";

const verdict = {
  namespace: "runyard",
  runKind: "CodeRun" as const,
  runName: "task-1-author",
  repository: "acme/shop",
  stage: "author",
  headSha: "a".repeat(40),
  reason: "InfrastructureLost",
  message: "its pod was lost",
};

/** A GitHub that keeps the check runs it was given. */
function gitHub(): {
  readonly call: GatewayCall;
  readonly checks: { name: string; external_id: string; html_url: string }[];
} {
  const checks: { name: string; external_id: string; html_url: string }[] = [];
  const call: GatewayCall = async ({ method, body }) => {
    if (method === "GET") return { total_count: checks.length, check_runs: checks };
    const { name, external_id: externalId } = body as { name: string; external_id: string };
    const check = { name, external_id: externalId, html_url: `https://github.example/checks/${checks.length + 1}` };
    checks.push(check);
    return check;
  };
  return { call, checks };
}

describe("gatewayVerdictWriter", () => {
  it("writes one failing check run for a run, however often it is asked", async () => {
    const { call, checks } = gitHub();
    const writer = gatewayVerdictWriter(call);

    const first = await writer.writeFailure(verdict);
    const second = await writer.writeFailure(verdict);

    expect(first).toBe("https://github.example/checks/1");
    expect(second).toBe(first);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ name: "runyard/author", external_id: "CodeRun/runyard/task-1-author" });
  });

  it("says that a verdict was not written when GitHub's answer is not understood", async () => {
    const writer = gatewayVerdictWriter(async () => ({}));

    await expect(writer.writeFailure(verdict)).rejects.toThrow(
      "the failing verdict of CodeRun/runyard/task-1-author was not written",
    );
  });
});
