import { describe, expect, it } from "vitest";
import { filesName, jobName, labelValue } from "../../../src/controllers/agent-run/run-names.ts";

const run = {
  kind: "CodeRun" as const,
  namespace: "runyard",
  name: "coderun-7-shop-x1",
  uid: "0123456789ab",
  taskId: 7,
  contextVersion: 1,
  retryCount: 0,
};

describe("jobName", () => {
  it("has the form of existing installations", () => {
    expect(jobName(run)).toBe("code-runyard-coderun-7-shop-x1-01234567-t7-v1");
    expect(jobName({ ...run, retryCount: 2 })).toBe("code-runyard-coderun-7-shop-x1-01234567-t7-v1-r2");
    expect(jobName({ ...run, kind: "DocsRun" })).toBe("docs-runyard-coderun-7-shop-x1-01234567-v1");
    expect(filesName("j")).toBe("j-files");
  });

  it("is cut to 63 characters, keeps what tells runs apart, and differs where long names begin alike", () => {
    const long = "a".repeat(80);
    const one = jobName({ ...run, name: `${long}-1` });
    const two = jobName({ ...run, name: `${long}-2` });

    expect(one).toHaveLength(63);
    expect(one).toMatch(/-01234567-t7-v1$/);
    expect(one).not.toBe(two);
    expect(jobName({ ...run, kind: "DocsRun", name: long })).toHaveLength(63);
  });
});

describe("labelValue", () => {
  it("makes any text a legal label value", () => {
    expect(labelValue("5DLabs Rex_[bot]")).toBe("5dlabs-rex-bot");
    expect(labelValue(`${"x".repeat(62)}-y`)).toBe("x".repeat(62));
  });
});
