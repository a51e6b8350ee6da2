import { describe, expect, it } from "vitest";
import { ACCOUNT_KEY, ledgerKey, spentMicroUsd } from "../../src/resources/run-ledger.ts";
import { codeRun } from "../support/runs.ts";

function ledger(text: string) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x-ledger" }, data: { [ACCOUNT_KEY]: text } };
}

describe("a run's ledger", () => {
  it("lies beside the run", () => {
    expect(ledgerKey(codeRun({ name: "x" }))).toEqual({ namespace: "runyard", name: "x-ledger" });
    expect(ledgerKey({ apiVersion: "v1", kind: "CodeRun", metadata: { name: "x" } }).namespace).toBe("");
  });

  it("tells what was spent, and 0 where nothing can be read", () => {
    expect(spentMicroUsd(ledger('{"spentMicroUsd":12}'))).toBe(12);
    expect(spentMicroUsd(ledger('{"spentMicroUsd":"12"}'))).toBe(0);
    expect(spentMicroUsd(ledger("{"))).toBe(0);
    expect(spentMicroUsd(undefined)).toBe(0);
  });
});
