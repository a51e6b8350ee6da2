// A client that outlives its API server: on a real server that is ended and started again, and with time in hand.
import { describe, expect, it, onTestFinished } from "vitest";
import { startApiServer } from "../../src/api-server/api-server.ts";
import { PlatformError } from "../../src/platform/errors.ts";
import { patientReviewer, patientStore, SERVER_AWAY_MS_MAX } from "../../src/platform/patient-resource-store.ts";
import { CONFIG_MAP } from "../../src/resources/core.ts";
import { startTestApi } from "../support/api-server.ts";
import { FailingResourceStore } from "../support/failing-resource-store.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const KEY = { namespace: "default", name: "kept" };
const OBJECT = { apiVersion: "v1", kind: "ConfigMap", metadata: KEY, data: { value: "1" } } as const;

describe("a store whose API server is away", () => {
  it("waits until the server is there again, with reads, writes and reviews of tokens", async () => {
    const api = await startTestApi();
    onTestFinished(() => api.close());
    const { store, tokens } = api.operator;
    const patience = { clock: REAL_CLOCK };
    await api.server.close();

    const calls = Promise.all([
      patientStore(store, patience).get(CONFIG_MAP, KEY),
      patientStore(store, patience).create(CONFIG_MAP, { ...OBJECT, metadata: { ...KEY, name: "made" } }),
      patientReviewer(tokens, patience).review("no token", ["any"]),
    ]);
    const isEarly = await Promise.race([calls.then(() => true), REAL_CLOCK.sleep(300).then(() => false)]);
    const again = await startApiServer({ ...api.serverOptions, port: api.server.port });
    onTestFinished(() => again.close());

    expect(isEarly).toBe(false);
    expect(await calls).toMatchObject([undefined, { data: { value: "1" } }, undefined]);
  });

  it("fails as before when the server stays away for longer than it waits", async () => {
    const clock = new ManualClock();
    const inner = new FailingResourceStore(await temporaryStore(clock), { write: 1, when: "before", isFinal: true });
    const began = clock.now();

    const created = patientStore(inner, { clock }).create(CONFIG_MAP, OBJECT);
    const ended = created.then(
      () => "created",
      (error: PlatformError) => ({ code: error.code, afterMs: clock.now() - began }),
    );
    await clock.advance(2 * SERVER_AWAY_MS_MAX);

    expect(await ended).toEqual({ code: "Unavailable", afterMs: SERVER_AWAY_MS_MAX });
  });

  it("tells a caller whose answer was lost what it has done itself", async () => {
    const clock = REAL_CLOCK;
    const inner = new FailingResourceStore(await temporaryStore(clock), { write: 1, when: "after" });

    const created = patientStore(inner, { clock }).create(CONFIG_MAP, OBJECT);

    await expect(created).rejects.toMatchObject({ code: "AlreadyExists" });
  });

  it("does not repeat a refusal", async () => {
    const clock = new ManualClock();
    const error = new PlatformError({ code: "Invalid", message: "no" });
    const inner = new FailingResourceStore(await temporaryStore(clock), { write: 1, when: "before", error });

    await expect(patientStore(inner, { clock }).create(CONFIG_MAP, OBJECT)).rejects.toBe(error);

    expect(inner.writeCount).toBe(1);
  });

  it("stops waiting when it is told to", async () => {
    const clock = new ManualClock();
    const inner = new FailingResourceStore(await temporaryStore(clock), { write: 1, when: "before", isFinal: true });
    const stop = new AbortController();

    const created = patientStore(inner, { clock, signal: stop.signal }).create(CONFIG_MAP, OBJECT);
    const ended = expect(created).rejects.toThrow("the program ends");
    await clock.advance(10);
    stop.abort(new Error("the program ends"));

    await ended;
  });
});
