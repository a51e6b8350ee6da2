import { expect, onTestFinished, test } from "vitest";
import { type Controller, type Outcome, SETTLED } from "../../../src/controllers/loop/controller.ts";
import { runControllers, type RunControllersOptions } from "../../../src/controllers/loop/run-controllers.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import { CONFIG_MAP, SECRET, type ConfigMap } from "../../../src/resources/core.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../../src/resources/object-meta.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const FAST = { backoffFirstMs: 2, backoffMaxMs: 8, watchRestartMs: 1 };

function configMap(name: string, labels: Record<string, string> = {}): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "alpha", labels } };
}

/** A controller of config maps that keeps the names it was called for. */
function recorder(reconcile: (key: ObjectKey, count: number) => Promise<Outcome> = async () => SETTLED): {
  readonly controller: Controller;
  readonly seen: string[];
} {
  const seen: string[] = [];
  const controller: Controller = {
    name: "recorder",
    watches: [{ kind: CONFIG_MAP, map: (object) => [keyOf(object)] }],
    reconcile: (key) => {
      seen.push(key.name);
      return reconcile(key, seen.filter((name) => name === key.name).length);
    },
  };
  return { controller, seen };
}

function start(options: Omit<RunControllersOptions, "clock" | "log" | "signal">): {
  readonly log: RecordingLog;
  readonly stop: () => Promise<void>;
} {
  const log = new RecordingLog();
  const abort = new AbortController();
  const running = runControllers({ clock: SYSTEM_CLOCK, limits: FAST, ...options, log, signal: abort.signal });
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  onTestFinished(stop);
  return { log, stop };
}

async function until(isReached: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !isReached(); turn += 1) await SYSTEM_CLOCK.sleep(2);
  expect(isReached()).toBe(true);
}

test("every object wakes its controller at the start, and each change wakes it again", async () => {
  const store = await temporaryStore();
  await store.create(CONFIG_MAP, configMap("a"));
  const { controller, seen } = recorder();
  start({ controllers: [controller], store });
  await until(() => seen.includes("a"));

  await store.create(CONFIG_MAP, configMap("b"));
  await until(() => seen.includes("b"));
  await store.delete(CONFIG_MAP, { namespace: "alpha", name: "a" });
  await until(() => seen.length >= 3);

  expect(seen).toEqual(["a", "b", "a"]);
});

test("a pass that wants to look again is called again without a change", async () => {
  const store = await temporaryStore();
  await store.create(CONFIG_MAP, configMap("a"));
  const { controller, seen } = recorder(async (_key, count) =>
    count === 1 ? { kind: "checkAgainAfter", ms: 5 } : { kind: "waitingFor", reason: "test", ms: 60_000 },
  );
  start({ controllers: [controller], store });

  await until(() => seen.length === 2);
  await SYSTEM_CLOCK.sleep(20);

  expect(seen).toEqual(["a", "a"]);
});

test("a Conflict is repeated at once and not logged", async () => {
  const store = await temporaryStore();
  await store.create(CONFIG_MAP, configMap("a"));
  const { controller, seen } = recorder(async (_key, count) => {
    if (count < 4) throw new PlatformError({ code: "Conflict", message: "changed meanwhile" });
    return SETTLED;
  });
  const { log } = start({ controllers: [controller], store, limits: { ...FAST, backoffFirstMs: 60_000 } });

  await until(() => seen.length === 4);

  expect(log.entries).toEqual([]);
});

test("Conflicts in a row wait, and are logged only when they do not end", async () => {
  const store = await temporaryStore();
  for (const name of ["busy", "stuck"]) await store.create(CONFIG_MAP, configMap(name));
  const { controller, seen } = recorder(async (key, count) => {
    if (count < (key.name === "busy" ? 9 : 12)) throw new PlatformError({ code: "Conflict", message: "changed" });
    return SETTLED;
  });
  const limits = { ...FAST, conflictsAtOnceMax: 2, conflictsUnreportedMax: 10 };
  const { log } = start({ controllers: [controller], store, limits });

  await until(() => seen.length === 9 + 12);

  expect(log.entries.map((entry) => [entry.level, entry.fields["key"]])).toEqual([
    ["error", "alpha/stuck"],
    ["info", "alpha/stuck"],
  ]);
});

test("a pass that keeps failing is logged once, blocks no other, and is tried again until it succeeds", async () => {
  const store = await temporaryStore();
  for (const name of ["bad", "good"]) await store.create(CONFIG_MAP, configMap(name));
  const { controller, seen } = recorder(async (key, count) => {
    if (key.name === "bad" && count < 5) throw new Error("broken on purpose");
    return SETTLED;
  });
  const { log } = start({ controllers: [controller], store });

  await until(() => log.entries.length === 2);

  expect(log.entries.map((entry) => [entry.level, entry.fields["key"]])).toEqual([
    ["error", "alpha/bad"],
    ["info", "alpha/bad"],
  ]);
  expect(seen.filter((name) => name === "good")).toHaveLength(1);
  expect(seen.filter((name) => name === "bad")).toHaveLength(5);
});

test("passes run up to concurrencyMax at once, and never twice for one key", async () => {
  const store = await temporaryStore();
  for (const name of ["a", "b", "c", "d"]) await store.create(CONFIG_MAP, configMap(name));
  const running: string[] = [];
  let most = 0;
  const { controller, seen } = recorder(async (key) => {
    expect(running).not.toContain(key.name);
    running.push(key.name);
    most = Math.max(most, running.length);
    await SYSTEM_CLOCK.sleep(10);
    running.splice(running.indexOf(key.name), 1);
    return SETTLED;
  });
  start({ controllers: [{ ...controller, concurrencyMax: 3 }], store });
  await until(() => seen.length === 4);

  expect(most).toBe(3);
});

test("two controllers of one kind share a watch, and a selector has a watch of its own", async () => {
  const inner = await temporaryStore();
  const watched: (string | undefined)[] = [];
  const store = new (class extends FailingResourceStore {
    override watch: FailingResourceStore["watch"] = (kind, options) => {
      watched.push(options.labelSelector);
      return super.watch(kind, options);
    };
  })(inner);
  const [one, two, three] = [recorder(), recorder(), recorder()];
  const map = (object: KubernetesObject): readonly ObjectKey[] => [keyOf(object)];
  const chosen = { ...three.controller, watches: [{ kind: CONFIG_MAP, labelSelector: "tier=front", map }] };
  start({ controllers: [one.controller, two.controller, chosen], store });
  await until(() => watched.length === 2);

  await inner.create(CONFIG_MAP, configMap("plain"));
  await inner.create(CONFIG_MAP, configMap("front", { tier: "front" }));
  await until(() => one.seen.length === 2 && two.seen.length === 2 && three.seen.length === 1);

  expect(new Set(watched)).toEqual(new Set(["tier=front", undefined]));
  expect(three.seen).toEqual(["front"]);
});

test("a watch that ends or fails goes on where it was, and misses nothing", async () => {
  const inner = await temporaryStore();
  const store = new FailingResourceStore(inner);
  const { controller, seen } = recorder();
  const { log } = start({ controllers: [controller], store });
  await inner.create(CONFIG_MAP, configMap("first"));
  await until(() => seen.includes("first"));

  store.cutWatches();
  await inner.create(CONFIG_MAP, configMap("second"));
  await until(() => seen.includes("second"));
  store.cutWatches(new PlatformError({ code: "Unavailable", message: "the server is gone" }));
  await inner.create(CONFIG_MAP, configMap("third"));
  await until(() => seen.includes("third"));

  expect(seen).toEqual(["first", "second", "third"]);
  expect(log.entries.map((entry) => entry.level)).toEqual(["warn", "info"]);
});

test("after Expired the kind is listed again, and the controller's other kinds wake it too", async () => {
  const inner = await temporaryStore();
  const store = new FailingResourceStore(inner);
  await inner.create(CONFIG_MAP, configMap("owner"));
  const { controller, seen } = recorder();
  const map = (object: KubernetesObject): readonly ObjectKey[] => [keyOf(object)];
  start({ controllers: [{ ...controller, watches: [...controller.watches, { kind: SECRET, map }] }], store });
  await until(() => seen.length === 1);
  await inner.create(SECRET, { ...configMap("secret"), kind: "Secret" });
  await until(() => seen.length === 2);

  store.cutWatches(new PlatformError({ code: "Expired", message: "too old" }));
  await until(() => seen.filter((name) => name === "owner").length >= 2);

  expect(seen.slice(0, 2)).toEqual(["owner", "secret"]);
  await until(() => seen.filter((name) => name === "secret").length >= 2);
});

test("a map that throws is logged once and stops no other controller", async () => {
  const store = await temporaryStore();
  const { controller, seen } = recorder();
  const broken: Controller = {
    ...recorder().controller,
    name: "broken",
    watches: [
      {
        kind: CONFIG_MAP,
        map: () => {
          throw new Error("broken on purpose");
        },
      },
    ],
  };
  const { log } = start({ controllers: [broken, controller], store });

  for (const name of ["a", "b"]) await store.create(CONFIG_MAP, configMap(name));
  await until(() => seen.length === 2);

  expect(log.entries.map((entry) => entry.fields["controller"])).toEqual(["broken"]);
});

test("the loop ends only after the passes under way have ended", async () => {
  const store = await temporaryStore();
  await store.create(CONFIG_MAP, configMap("a"));
  let hasEnded = false;
  const { controller, seen } = recorder(async () => {
    await SYSTEM_CLOCK.sleep(30);
    hasEnded = true;
    return SETTLED;
  });
  const { stop } = start({ controllers: [controller], store });
  await until(() => seen.length === 1);

  await stop();

  expect(hasEnded).toBe(true);
});
