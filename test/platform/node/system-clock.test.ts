import { expect, test } from "vitest";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";

test("now is the time of the machine", () => {
  expect(Math.abs(SYSTEM_CLOCK.now() - Date.now())).toBeLessThan(1_000);
});

test("a sleep takes as long as it says", async () => {
  const start = SYSTEM_CLOCK.now();

  await SYSTEM_CLOCK.sleep(20);

  expect(SYSTEM_CLOCK.now() - start).toBeGreaterThanOrEqual(18);
});

test("an abort ends a sleep with the signal's reason, before it or during it, and however long it is", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const century = SYSTEM_CLOCK.sleep(100 * 365 * 86_400_000, abort.signal);
  abort.abort(reason);

  await expect(century).rejects.toBe(reason);
  await expect(SYSTEM_CLOCK.sleep(1, abort.signal)).rejects.toBe(reason);
});
