import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLog } from "../../../../src/platform/embedded/pod-runner/follow-log.ts";
import { LOG_LINE_BYTES_MAX, openContainerLog } from "../../../../src/platform/embedded/supervisor/container-log.ts";
import type { LogOptions } from "../../../../src/platform/pod-runner.ts";

describe("the log of a container", () => {
  let directory: string;
  let path: string;
  const now = (): Date => new Date("2026-01-02T03:04:05.678Z");

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "log-"));
    path = join(directory, "main.log");
  });
  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  async function read(options: LogOptions, hasEnded = async (): Promise<boolean> => true): Promise<string> {
    let text = "";
    for await (const chunk of readLog(path, options, hasEnded)) text += Buffer.from(chunk).toString();
    return text;
  }

  it("has time and stream before every line, and keeps lines whole over chunks", async () => {
    const log = openContainerLog(path, now);
    log.write("stdout", Buffer.from("one\ntw"));
    log.write("stderr", Buffer.from("oops\n"));
    log.write("stdout", Buffer.from("o\nunfinished"));
    log.close();

    expect(await readFile(path, "utf8")).toBe(
      ["stdout F one", "stderr F oops", "stdout F two", "stdout F unfinished", ""]
        .map((line) => (line === "" ? "" : `2026-01-02T03:04:05.678Z ${line}`))
        .join("\n"),
    );
    expect(await read({})).toBe("one\noops\ntwo\nunfinished\n");
    expect(await read({ tailLines: 2, timestamps: true })).toBe(
      "2026-01-02T03:04:05.678Z two\n2026-01-02T03:04:05.678Z unfinished\n",
    );
    expect(await read({ tailLines: 0 })).toBe("");
  });

  it("cuts a long line into parts and gives it back whole", async () => {
    const long = "x".repeat(LOG_LINE_BYTES_MAX * 2 + 5);
    const log = openContainerLog(path, now);
    log.write("stdout", Buffer.from(`${long}\nshort\n`));
    log.close();

    expect(await read({})).toBe(`${long}\nshort\n`);
    expect(await read({ tailLines: 2, timestamps: true })).toBe(
      `2026-01-02T03:04:05.678Z ${long}\n2026-01-02T03:04:05.678Z short\n`,
    );
  });

  it("stays below its bound: the oldest file goes", async () => {
    const log = openContainerLog(path, now, 100);
    for (let index = 0; index < 20; index += 1)
      log.write("stdout", Buffer.from(`line ${String(index)} ${"y".repeat(40)}\n`));
    log.close();

    expect((await readdir(directory)).sort()).toEqual([
      "main.log",
      "main.log.1",
      "main.log.2",
      "main.log.3",
      "main.log.4",
    ]);
    expect(
      (await read({}))
        .split("\n")
        .map((line) => line.slice(0, 7))
        .filter(Boolean),
    ).toEqual(["line 15", "line 16", "line 17", "line 18", "line 19"]);
  });

  it("is followed until the container has ended, over a rotation", async () => {
    const log = openContainerLog(path, now, 100);
    log.write("stdout", Buffer.from("first\n"));
    let asked = 0;
    const hasEnded = async (): Promise<boolean> => {
      asked += 1;
      if (asked === 2) log.write("stdout", Buffer.from(`${"z".repeat(80)}\nlast\n`));
      return asked === 3;
    };

    const text = await read({ follow: true }, hasEnded);
    log.close();

    expect(text).toBe(`first\n${"z".repeat(80)}\nlast\n`);
  });

  it("of a container that has not started is empty", async () => {
    expect(await read({})).toBe("");
  });
});
