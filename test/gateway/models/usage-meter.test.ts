import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelProtocol } from "../../../src/gateway/decide-route.ts";
import { NO_USAGE, readUsage } from "../../../src/gateway/models/read-usage.ts";
import { METERED_BYTES_MAX, UsageMeter } from "../../../src/gateway/models/usage-meter.ts";

async function meter(protocol: ModelProtocol, chunks: readonly Buffer[], isEventStream = true) {
  const usageMeter = new UsageMeter({ protocol, isEventStream });
  const out = await buffer(Readable.from(chunks).pipe(usageMeter));
  return { usage: usageMeter.usage, out };
}

const STREAM = Buffer.from(
  [
    'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":9,"cache_read_input_tokens":8,"cache_creation_input_tokens":7,"cache_creation":{"ephemeral_1h_input_tokens":3},"output_tokens":1}}}\n',
    'event: ping\ndata: {"type":"ping"}\n',
    'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":"\\"usage\\" ü"}}\n',
    'event: message_delta\ndata: {"type":"message_delta","usage":{"output_tokens":42}}\r\n',
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
  ].join("\n"),
);

describe("the usage of an answer", () => {
  it("is read however the stream is cut into chunks, and the bytes pass unchanged", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: STREAM.length - 1 }), { maxLength: 8 }), async (cuts) => {
        const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), STREAM.length];
        const chunks = edges.slice(1).map((end, index) => STREAM.subarray(edges[index], end));

        const { usage, out } = await meter("anthropic-messages", chunks);

        expect(out).toEqual(STREAM);
        expect(usage).toEqual({ input: 9, cacheRead: 8, cacheWrite: 4, cacheWriteLong: 3, output: 42 });
      }),
      { numRuns: 30 },
    );
  });

  it("has no output when the stream breaks off", async () => {
    const { usage } = await meter("anthropic-messages", [STREAM.subarray(0, 260)]);

    expect(usage).toMatchObject({ input: 9, output: undefined });
  });

  it("is read from a whole body", async () => {
    const body = Buffer.from('{"type":"message","usage":{"input_tokens":1,"output_tokens":2}}');

    expect((await meter("anthropic-messages", [body], false)).usage).toMatchObject({ input: 1, output: 2 });
  });

  it("stays unknown when it is not JSON, or longer than is read", async () => {
    const huge = Buffer.alloc(METERED_BYTES_MAX + 1, 120);

    expect((await meter("openai-responses", [Buffer.from('data: {"usage": nonsense\n')])).usage).toEqual(NO_USAGE);
    expect((await meter("openai-responses", [huge], false)).usage).toEqual(NO_USAGE);
  });
});

describe("readUsage", () => {
  it("takes cached tokens of OpenAI out of the input", () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 5,
      input_tokens_details: { cached_tokens: 4, cache_write_tokens: 1 },
    };
    const chat = { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } };
    const expected = { input: 5, cacheRead: 4, cacheWrite: 1, cacheWriteLong: 0, output: 5 };

    expect(readUsage("openai-responses", NO_USAGE, { type: "response.completed", response: { usage } })).toEqual(
      expected,
    );
    expect(readUsage("openai-responses", NO_USAGE, { object: "response", usage })).toEqual(expected);
    expect(readUsage("openai-chat-completions", NO_USAGE, { usage: chat })).toEqual({
      ...expected,
      input: 6,
      cacheWrite: 0,
    });
  });

  it.each([
    ["openai-responses", { response: { usage: null } }],
    ["openai-chat-completions", { usage: { prompt_tokens: -1, completion_tokens: 2 } }],
    ["anthropic-messages", { type: "ping", usage: {} }],
    ["anthropic-messages", "text"],
  ] as const)("learns nothing for %s from %j", (protocol, data) => {
    expect(readUsage(protocol, NO_USAGE, data)).toEqual(NO_USAGE);
  });
});
