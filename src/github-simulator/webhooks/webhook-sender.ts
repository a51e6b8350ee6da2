// Delivers events to the one configured hook: signed, logged, never repeated unless somebody asks (as GitHub).

import { createHmac, randomUUID } from "node:crypto";

import type { Clock } from "../../platform/clock.ts";
import { ConcurrencySlots } from "../concurrency-slots.ts";
import type { DeliveryFault, Faults } from "../faults/faults.ts";
import type { WebhookOptions } from "../simulator-options.ts";
import type { Delivery } from "../state/check-rows.ts";
import type { App, Installation, Repository } from "../state/rows.ts";
import type { State } from "../state/state.ts";
import type { Json } from "../views/json.ts";

const DELIVERIES_IN_FLIGHT_MAX = 8;
/** GitHub gives a receiver ten seconds. */
const DELIVERY_TIMEOUT_MS = 10_000;
const RESPONSE_CHARACTERS_MAX = 64_000;
const DELIVERIES_KEPT_MAX = 20_000;
const HOOK_ID = 1;

export interface Hook {
  readonly id: number;
  readonly url: string;
  readonly app: App;
  readonly events: readonly string[];
}

export interface Message {
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository | null;
  /** Default: the installation of the hook's App in the repository. */
  readonly installation?: Installation;
  readonly payload: Json;
}

interface Attempt {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly repository: Repository | null;
  readonly installationId: number | null;
  readonly redelivery: boolean;
  readonly body: string;
}

export class WebhookSender {
  readonly #parts: { readonly clock: Clock; readonly state: State; readonly faults: Faults };
  readonly #slots = new ConcurrencySlots(DELIVERIES_IN_FLIGHT_MAX);
  readonly #closing = new AbortController();
  #hook: (Hook & { readonly secret: string; readonly timeoutMs: number }) | undefined;

  constructor(parts: { readonly clock: Clock; readonly state: State; readonly faults: Faults }) {
    this.#parts = parts;
  }

  get hook(): Hook | undefined {
    return this.#hook;
  }

  /** Sets the hook's address and secret from now on. */
  configure(app: App, options: WebhookOptions): void {
    this.#hook = {
      id: HOOK_ID,
      url: options.url,
      app,
      events: options.events ?? (app.events.length === 0 ? ["*"] : app.events),
      secret: options.secret,
      timeoutMs: options.timeoutMs ?? DELIVERY_TIMEOUT_MS,
    };
  }

  /** Whether an event of the repository goes out: a hook exists, listens to it, and its App is installed there. */
  listensTo(event: string, repository: Repository): boolean {
    const hook = this.#hook;
    if (hook === undefined || !(hook.events.includes("*") || hook.events.includes(event))) {
      return false;
    }
    return this.#parts.state.installationOf(hook.app, repository) !== undefined;
  }

  /** Queues a delivery. The payload is taken as it is now. */
  send(message: Message): void {
    const hook = this.#hook;
    if (hook === undefined || this.#closing.signal.aborted) {
      return;
    }
    const { repository } = message;
    const installation =
      message.installation ??
      (repository === null ? undefined : this.#parts.state.installationOf(hook.app, repository));
    const attempt: Attempt = {
      guid: randomUUID(),
      event: message.event,
      action: message.action,
      repository,
      installationId: installation?.id ?? null,
      redelivery: false,
      body: JSON.stringify(message.payload),
    };
    const fault = this.#parts.faults.takeForDelivery(attempt);
    this.#slots.start(() => this.#deliver(attempt, fault));
    if (fault?.kind === "duplicate") {
      this.#slots.start(() => this.#deliver(attempt, undefined));
    }
  }

  /** Sends a logged delivery again: same guid, same bytes. */
  redeliver(delivery: Delivery): void {
    this.#slots.start(() => this.#deliver({ ...delivery, redelivery: true }, undefined));
  }

  get isIdle(): boolean {
    return this.#slots.isIdle;
  }

  idle(): Promise<void> {
    return this.#slots.idle();
  }

  /** Ends deliveries under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#slots.idle();
  }

  async #deliver(attempt: Attempt, fault: DeliveryFault | undefined): Promise<void> {
    const hook = this.#hook;
    if (hook === undefined || this.#closing.signal.aborted) {
      return;
    }
    if (fault?.kind === "delay") {
      await this.#parts.clock.sleep(fault.delayMs ?? 1000, this.#closing.signal).catch(() => undefined);
    }
    const requestHeaders = signedHeaders(hook, attempt);
    if (fault?.kind === "lose") {
      if (fault.logged ?? true) {
        this.#log(attempt, requestHeaders, { ...NO_ANSWER, status: "failed to connect to host" });
      }
      return;
    }
    const startedMs = performance.now();
    const outcome = await this.#post(hook, requestHeaders, attempt.body);
    this.#log(attempt, requestHeaders, { ...outcome, durationSeconds: seconds(performance.now() - startedMs) });
  }

  async #post(
    hook: { readonly url: string; readonly timeoutMs: number },
    headers: Record<string, string>,
    body: string,
  ): Promise<Outcome> {
    const signal = AbortSignal.any([AbortSignal.timeout(hook.timeoutMs), this.#closing.signal]);
    try {
      const response = await fetch(hook.url, { method: "POST", headers, body, redirect: "manual", signal });
      const text = (await response.text()).slice(0, RESPONSE_CHARACTERS_MAX);
      return {
        status: response.ok ? "OK" : response.statusText || "Invalid HTTP Response",
        statusCode: response.status,
        responseHeaders: Object.fromEntries(response.headers),
        responseBody: text,
        durationSeconds: 0,
      };
    } catch (error) {
      const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
      return { ...NO_ANSWER, status: isTimeout ? "timed out" : "failed to connect to host" };
    }
  }

  #log(attempt: Attempt, requestHeaders: Record<string, string>, outcome: Outcome): void {
    const { deliveries } = this.#parts.state;
    const deliveredAt = `${new Date(this.#parts.clock.now()).toISOString().slice(0, 19)}Z`;
    const row = deliveries.insert((id) => ({ ...attempt, id, deliveredAt, requestHeaders, ...outcome }));
    deliveries.delete(row.id - DELIVERIES_KEPT_MAX);
  }
}

type Outcome = Pick<Delivery, "status" | "statusCode" | "responseHeaders" | "responseBody" | "durationSeconds">;

const NO_ANSWER: Outcome = { status: "", statusCode: 0, responseHeaders: {}, responseBody: "", durationSeconds: 0 };

function signedHeaders(hook: Hook & { readonly secret: string }, attempt: Attempt): Record<string, string> {
  const hmac = (algorithm: string): string => createHmac(algorithm, hook.secret).update(attempt.body).digest("hex");
  return {
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": "GitHub-Hookshot/simulator",
    "x-github-delivery": attempt.guid,
    "x-github-event": attempt.event,
    "x-github-hook-id": String(hook.id),
    "x-github-hook-installation-target-id": String(hook.app.id),
    "x-github-hook-installation-target-type": "integration",
    "x-hub-signature": `sha1=${hmac("sha1")}`,
    "x-hub-signature-256": `sha256=${hmac("sha256")}`,
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}
