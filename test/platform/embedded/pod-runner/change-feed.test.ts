import { expect, it } from "vitest";
import { ChangeFeed } from "../../../../src/platform/embedded/pod-runner/change-feed.ts";

it("a slow reader gets each pod once, and ends with its signal", async () => {
  const feed = new ChangeFeed();
  const abort = new AbortController();
  const reader = feed.subscribe(abort.signal);
  feed.publish("a");
  feed.publish("b");
  feed.publish("a");

  const seen: string[] = [];
  for await (const uid of reader) {
    seen.push(uid);
    if (seen.length === 2) setTimeout(() => abort.abort(), 5);
  }

  expect(seen).toEqual(["a", "b"]);
});

it("who waits for a pod hears of it, and everybody when the feed closes", async () => {
  const feed = new ChangeFeed();
  const waiting = [feed.next("a"), feed.next("a")];
  const closing = feed.next("b");
  const reader = feed.subscribe(new AbortController().signal);

  feed.publish("a");
  await Promise.all(waiting);
  feed.close();
  await closing;

  const seen: string[] = [];
  for await (const uid of reader) seen.push(uid);
  expect(seen).toEqual([]);
});
