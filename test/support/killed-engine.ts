// An engine in a process of its own that is killed at random moments and started again, behind a front that keeps
// GitHub's deliveries until the engine takes them.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DemoEngine } from "../../src/programs/demo/demo-world.ts";
import type { Engine, EngineOptions } from "../../src/programs/engine.ts";
import { freePort } from "./free-port.ts";

const RUN_ENGINE = fileURLToPath(new URL("./run-engine.ts", import.meta.url));
const OFFER_EVERY_MS = 100;
const OFFERS_MAX = 1_200;

export interface Kills {
  readonly count: number;
  /** Between two of them, at most; each pause is a random part of it. */
  readonly pauseMsMax: number;
  /** In [0, 1). */
  readonly random: () => number;
}

export interface KilledEngine extends DemoEngine {
  readonly killed: () => number;
}

export async function startKilledEngine(options: EngineOptions, kills: Kills): Promise<KilledEngine> {
  // The same address after each start, as an operator would have it.
  const life = new EngineLife({ ...options, port: await freePort() });
  const addresses = await life.start();
  const front = await startFront(addresses.webhookUrl);
  const killing = killAgainAndAgain(life, kills);
  return {
    ...addresses,
    webhookUrl: front.url,
    killed: () => life.deaths,
    async close() {
      life.isClosing = true;
      await killing;
      await life.stop();
      await front.close();
    },
  };
}

async function killAgainAndAgain(life: EngineLife, { count, pauseMsMax, random }: Kills): Promise<void> {
  while (life.deaths < count && !life.isClosing) {
    const until = Date.now() + random() * pauseMsMax;
    while (Date.now() < until && !life.isClosing) await sleep(50);
    if (!life.isClosing) await life.restart();
  }
}

type Addresses = Pick<Engine, "apiUrl" | "webhookUrl" | "kubeconfigPath">;

class EngineLife {
  deaths = 0;
  isClosing = false;
  readonly #options: EngineOptions;
  #child: ChildProcess | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  async start(): Promise<Addresses> {
    const { environment, ...options } = this.#options;
    const child = spawn(process.execPath, [RUN_ENGINE, JSON.stringify(options)], {
      env: environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as Addresses;
    throw new Error("the engine did not start");
  }

  async restart(): Promise<void> {
    await this.#end("SIGKILL");
    this.deaths += 1;
    await this.start();
  }

  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}

/** Answers each request as the engine does, as soon as there is one. */
async function startFront(target: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => void forward(target, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${new URL(target).pathname}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function forward(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const { host: _, connection: __, ...headers } = request.headers;
  for (let offer = 1; offer <= OFFERS_MAX; offer += 1) {
    const answer = await fetch(target, {
      method: "POST",
      headers: headers as Record<string, string>,
      body: new Uint8Array(body),
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (answer !== undefined && text !== undefined && answer.status !== 404) {
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
      response.end(text);
      return;
    }
    await sleep(OFFER_EVERY_MS);
  }
  response.writeHead(502).end();
}
