// Pods and a real runner for tests that need real sandboxes.
import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { checkSandbox } from "../../src/platform/embedded/sandbox/check-sandbox.ts";
import type { PodRunner, PodState } from "../../src/platform/pod-runner.ts";
import type { Container, Pod, PodSpec } from "../../src/resources/pod.ts";

export const SEARCH_PATH = process.env["PATH"] ?? "/usr/bin:/bin";

/** Why sandboxes cannot be tried here, loudly, or undefined. */
export async function whyNoSandbox(): Promise<string | undefined> {
  const check = await checkSandbox({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, path: SEARCH_PATH });
  if (check.kind === "available") return undefined;
  console.error(`SKIPPED: no sandbox here: ${check.cause.message} Fix: ${check.cause.fix}`);
  return check.cause.message;
}

/** A container that runs a shell script. */
export function shell(script: string, changes: Partial<Container> = {}): Container {
  return { name: "main", command: ["/bin/sh", "-c", script], ...changes };
}

export function podOf(
  container: Container,
  spec: Partial<PodSpec> = {},
  annotations: Record<string, string> = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "pod", namespace: "default", uid: randomUUID(), annotations },
    spec: { restartPolicy: "Never", containers: [container], ...spec },
  };
}

/** Waits for a change of the pod until `isReached`; fails when it takes too long. */
export async function waitFor(
  runner: PodRunner,
  pod: Pod,
  isReached: (state: PodState) => boolean = (state) => state.finished || state.lost,
  timeoutMs = 15_000,
): Promise<PodState> {
  const uid = pod.metadata.uid ?? "";
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const changes = runner.changes(controller.signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const state = await runner.observe(uid);
      if (state !== undefined && isReached(state)) return state;
      const next = await changes.next();
      if (next.done === true) throw new Error(`the pod did not get there: ${JSON.stringify(state)}`);
    }
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}

/** Command lines of all processes that contain the text. */
export async function processesWith(text: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, "utf8").catch(() => "");
    if (line.includes(text)) found.push(line.replaceAll("\0", " "));
  }
  return found;
}

/** Until there is none, for at most two seconds; returns what is left. */
export async function processesLeft(text: string): Promise<readonly string[]> {
  for (let tries = 0; ; tries += 1) {
    const found = await processesWith(text);
    if (found.length === 0 || tries === 40) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

export async function readLogs(runner: PodRunner, pod: Pod, container = "main", follow = false): Promise<string> {
  let text = "";
  for await (const chunk of runner.logs(pod.metadata.uid ?? "", container, { follow }))
    text += Buffer.from(chunk).toString();
  return text;
}
