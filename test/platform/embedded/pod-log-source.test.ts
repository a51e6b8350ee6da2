import { describe, expect, it } from "vitest";
import { createPodLogSource } from "../../../src/platform/embedded/pod-log-source.ts";
import type { LogRequest } from "../../../src/platform/log-source.ts";
import type { LogOptions } from "../../../src/platform/pod-runner.ts";

const NOW = Date.parse("2030-01-01T00:01:00Z");
const pieces = ["2030-01-01T00:00:00.000Z old\n2030-01-01T00:00:5", "0.000Z new: a b\n2030-01-01T00:00:59.000Z cut"];

async function read(
  request: Partial<LogRequest>,
): Promise<{ readonly text: string; readonly asked: readonly LogOptions[] }> {
  const asked: LogOptions[] = [];
  const runner = {
    async *logs(_uid: string, _container: string, options: LogOptions) {
      asked.push(options);
      for (const piece of pieces) yield Buffer.from(piece);
    },
  };
  const source = createPodLogSource(runner, { now: () => NOW });
  const chunks: Uint8Array[] = [];
  const pod = { namespace: "a", name: "p" };
  for await (const chunk of source.read({ pod, uid: "u", container: "c", ...request })) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), asked };
}

describe("the log of a pod", () => {
  it("is what the supervisor kept, with the wishes passed on", async () => {
    const { text, asked } = await read({ follow: true, tailLines: 3, timestamps: true });

    expect(text).toBe(pieces.join(""));
    expect(asked).toEqual([{ follow: true, tailLines: 3, timestamps: true }]);
  });

  it("since so many seconds leaves older lines out, and shows times only when asked", async () => {
    expect((await read({ sinceSeconds: 30 })).text).toBe("new: a b\ncut");
    expect((await read({ sinceSeconds: 30, timestamps: true })).text).toBe(
      "2030-01-01T00:00:50.000Z new: a b\n2030-01-01T00:00:59.000Z cut",
    );
    expect((await read({ sinceSeconds: 0 })).text).toBe("");
  });
});
