// A turn in the OpenAI Chat Completions protocol, streamed and not.
import type { Conversation } from "./conversation.ts";
import { INPUT_PIECE_LENGTH, piecesOf, TEXT_PIECE_LENGTH, type Frame, type Rendering, type Turn } from "./turn.ts";

export function renderOpenAiChatCompletions(conversation: Conversation, turn: Turn): Rendering {
  const calls = turn.calls.map((call, index) => ({
    id: `call_${turn.id}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.input) },
  }));
  const finish = turn.stop ?? (calls.length > 0 ? "tool_calls" : "stop");
  const usage = usageOf(turn);
  const head = { id: `chatcmpl-${turn.id}`, created: 1_700_000_000, model: conversation.model };
  const message = {
    role: "assistant",
    content: turn.say ?? null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const chunk = (choices: readonly object[], extra: object = {}, pause = false): Frame => ({
    text: `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices, ...extra })}\n\n`,
    pause,
  });
  const delta = (value: object, pause = false) => chunk([{ index: 0, delta: value, finish_reason: null }], {}, pause);
  const say = turn.say === undefined ? [] : piecesOf(turn.say, TEXT_PIECE_LENGTH);
  return {
    body: { ...head, object: "chat.completion", choices: [{ index: 0, message, finish_reason: finish }], usage },
    frames: [
      delta({ role: "assistant", content: "" }),
      ...say.map((content) => delta({ content }, true)),
      ...calls.flatMap((call, index) => callDeltas(call, index).map((value) => delta({ tool_calls: [value] }))),
      chunk([{ index: 0, delta: {}, finish_reason: finish }]),
      ...(conversation.includeUsage ? [chunk([], { usage })] : []),
      { text: "data: [DONE]\n\n", pause: false },
    ],
  };
}

interface Call {
  readonly id: string;
  readonly type: string;
  readonly function: { readonly name: string; readonly arguments: string };
}

function callDeltas({ id, type, function: { name, arguments: input } }: Call, index: number): readonly object[] {
  const pieces = piecesOf(input, INPUT_PIECE_LENGTH);
  return [{ index, id, type, function: { name, arguments: "" } }].concat(
    pieces.map((piece) => ({ index, id, type, function: { name, arguments: piece } })),
  );
}

function usageOf(turn: Turn): object {
  // This protocol counts cached tokens as part of the prompt.
  const prompt = turn.usage.input + turn.usage.cacheRead;
  return {
    prompt_tokens: prompt,
    completion_tokens: turn.usage.output,
    total_tokens: prompt + turn.usage.output,
    prompt_tokens_details: { cached_tokens: turn.usage.cacheRead },
  };
}
