// Answers one model request by its script: finds the script, takes the step, plays it, with its faults.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../platform/clock.ts";
import { readConversation, type Conversation, type Protocol } from "./conversation.ts";
import { errorBody, renderTurn } from "./rendering.ts";
import { USAGE_DEFAULT, USAGE_OF_SIDE_REQUEST, type Step } from "./script.ts";
import type { ScriptBook } from "./script-book.ts";
import { breakOff, contentTypeOf, framesOf, serveFault } from "./serve-fault.ts";
import { translateAction } from "./translate-action.ts";
import type { Rendering, Turn } from "./turn.ts";
import { readBody, sendJson } from "./wire.ts";

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly book: ScriptBook;
  readonly clock: Clock;
  /** Makes the ids of turns unique within a simulator. */
  readonly turnCounter: { value: number };
}

const KEYED_PATH = /^\/r\/([\w.-]{1,100})(\/.*)$/u;

export async function answerModelRequest(exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  const url = new URL(request.url ?? "/", "http://simulator");
  const [, key, rest] = KEYED_PATH.exec(url.pathname) ?? [];
  const path = rest ?? url.pathname;
  const body = await readBody(request);
  if (request.method === "GET" && path.endsWith("/models")) return sendJson(response, 200, modelList());
  if (request.method === "POST" && path.endsWith("/messages/count_tokens")) {
    return sendJson(response, 200, { input_tokens: Math.ceil(body.length / 4) });
  }
  const protocol = request.method === "POST" ? protocolOf(path) : undefined;
  if (protocol === undefined) {
    return sendJson(response, 404, errorBody("anthropic-messages", { status: 404, message: `nothing at ${path}` }));
  }
  const conversation = readConversation(protocol, JSON.parse(body.toString("utf8")));
  await answerConversation(exchange, { conversation, path, key: key ?? exchange.book.match(conversation) });
}

interface Addressed {
  readonly conversation: Conversation;
  readonly path: string;
  /** Undefined: no script matches. */
  readonly key: string | undefined;
}

async function answerConversation(exchange: Exchange, addressed: Addressed): Promise<void> {
  const { conversation, key } = addressed;
  const script = key === undefined ? undefined : exchange.book.get(key);
  // Titles, probes and the like carry no tools: they take no step.
  if (conversation.tools.length === 0) {
    note(exchange, addressed, { outcome: "side" });
    const turn = turnOf(exchange, { say: script?.sideText ?? "scripted title", usage: USAGE_OF_SIDE_REQUEST });
    return play(exchange, conversation, renderTurn(conversation, turn));
  }
  const next = key === undefined ? undefined : exchange.book.take(key, conversation);
  if (next === undefined) {
    note(exchange, addressed, { outcome: "exhausted" });
    const message = script === undefined ? "NO SCRIPT FOR THIS REQUEST" : "SCRIPT EXHAUSTED";
    return sendJson(exchange.response, 400, errorBody(conversation.protocol, { status: 400, message }));
  }
  const { step, index } = next;
  const outcome = step.fault === undefined ? "step" : "fault";
  let rendering: Rendering;
  try {
    rendering = renderTurn(conversation, turnOf(exchange, turnFields(step, conversation)));
  } catch (error) {
    note(exchange, addressed, { outcome: "refused", step: index });
    throw error;
  }
  note(exchange, addressed, { outcome, step: index });
  await exchange.clock.sleep(step.delayMs);
  if (step.fault !== undefined && serveFault(exchange, conversation, step.fault)) return;
  await play(exchange, conversation, rendering, step);
}

function turnFields(step: Step, conversation: Conversation): Partial<Turn> {
  return {
    think: step.think,
    // A fault in the middle needs something to break off.
    say: step.say ?? (step.fault === undefined ? undefined : "scripted fault"),
    calls: step.do.map((action) => translateAction(action, conversation)),
    usage: step.usage ?? USAGE_DEFAULT,
    stop: step.stop,
  };
}

function turnOf(exchange: Exchange, fields: Partial<Turn>): Turn {
  exchange.turnCounter.value += 1;
  const id = `scripted${exchange.turnCounter.value}`;
  return { id, think: undefined, say: undefined, calls: [], usage: USAGE_DEFAULT, stop: undefined, ...fields };
}

async function play(
  { response, clock }: Exchange,
  conversation: Conversation,
  rendering: Rendering,
  step?: Step,
): Promise<void> {
  if (!conversation.stream && step?.fault === undefined) return sendJson(response, 200, rendering.body);
  response.writeHead(200, { "content-type": contentTypeOf(conversation), "cache-control": "no-cache" });
  for (const frame of framesOf(conversation, rendering)) {
    if (response.destroyed) return;
    if (!response.write(frame.text)) await drained(response);
    if (!frame.pause) continue;
    if (step?.fault !== undefined) return breakOff(response, conversation.protocol, step.fault);
    if (step !== undefined && step.pieceDelayMs > 0) await clock.sleep(step.pieceDelayMs);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}

function note(exchange: Exchange, addressed: Addressed, what: { outcome: string; step?: number }): void {
  if (addressed.key === undefined) return;
  const { headers } = exchange.request;
  const { conversation, path } = addressed;
  exchange.book.record(addressed.key, {
    path,
    protocol: conversation.protocol,
    model: conversation.model,
    stream: conversation.stream,
    outcome: what.outcome,
    step: what.step,
    tools: conversation.tools.map((tool) => (tool.namespace === undefined ? "" : `${tool.namespace}.`) + tool.name),
    credential: headers["x-api-key"]?.toString() ?? headers.authorization,
  });
}

function protocolOf(path: string): Protocol | undefined {
  if (path.endsWith("/messages")) return "anthropic-messages";
  if (path.endsWith("/responses")) return "openai-responses";
  return path.endsWith("/chat/completions") ? "openai-chat-completions" : undefined;
}

function modelList(): object {
  const model = {
    id: "scripted",
    object: "model",
    type: "model",
    display_name: "Scripted",
    created_at: "2026-01-01T00:00:00Z",
  };
  return { object: "list", data: [model], has_more: false };
}
