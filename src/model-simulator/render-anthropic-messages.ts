// A turn in the Anthropic Messages protocol, streamed and not.
import type { Conversation } from "./conversation.ts";
import {
  eventFrame,
  INPUT_PIECE_LENGTH,
  piecesOf,
  TEXT_PIECE_LENGTH,
  type Frame,
  type Rendering,
  type Turn,
} from "./turn.ts";

type Block =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

export function renderAnthropicMessages(conversation: Conversation, turn: Turn): Rendering {
  const content = blocksOf(turn);
  const stopReason = turn.stop ?? (turn.calls.length > 0 ? "tool_use" : "end_turn");
  const usage = {
    input_tokens: turn.usage.input,
    cache_creation_input_tokens: turn.usage.cacheWrite,
    cache_read_input_tokens: turn.usage.cacheRead,
    output_tokens: turn.usage.output,
  };
  const message = {
    id: `msg_${turn.id}`,
    type: "message",
    role: "assistant",
    model: conversation.model,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    usage,
  };
  const begun = { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } };
  return {
    body: message,
    frames: [
      eventFrame("message_start", { type: "message_start", message: begun }),
      eventFrame("ping", { type: "ping" }),
      ...content.flatMap((block, index) => framesOf(block, index)),
      eventFrame("message_delta", {
        type: "message_delta",
        delta: { stop_reason: stopReason, stop_sequence: null },
        usage: { output_tokens: turn.usage.output },
      }),
      eventFrame("message_stop", { type: "message_stop" }),
    ],
  };
}

function blocksOf(turn: Turn): readonly Block[] {
  return [
    ...(turn.think === undefined
      ? []
      : [{ type: "thinking" as const, thinking: turn.think, signature: "c2NyaXB0ZWQ=" }]),
    ...(turn.say === undefined ? [] : [{ type: "text" as const, text: turn.say }]),
    ...turn.calls.map((call, index) => ({
      type: "tool_use" as const,
      id: `toolu_${turn.id}_${index}`,
      name: call.name,
      input: call.input,
    })),
  ];
}

function framesOf(block: Block, index: number): readonly Frame[] {
  return [
    eventFrame("content_block_start", { type: "content_block_start", index, content_block: emptied(block) }),
    ...deltasOf(block).map((delta) =>
      eventFrame("content_block_delta", { type: "content_block_delta", index, delta }, block.type === "text"),
    ),
    eventFrame("content_block_stop", { type: "content_block_stop", index }),
  ];
}

function emptied(block: Block): object {
  switch (block.type) {
    case "thinking":
      return { type: "thinking", thinking: "", signature: "" };
    case "text":
      return { type: "text", text: "" };
    case "tool_use":
      return { ...block, input: {} };
  }
}

function deltasOf(block: Block): readonly object[] {
  switch (block.type) {
    case "thinking":
      return [
        { type: "thinking_delta", thinking: block.thinking },
        { type: "signature_delta", signature: block.signature },
      ];
    case "text":
      return piecesOf(block.text, TEXT_PIECE_LENGTH).map((text) => ({ type: "text_delta", text }));
    case "tool_use":
      return piecesOf(JSON.stringify(block.input), INPUT_PIECE_LENGTH).map((json) => ({
        type: "input_json_delta",
        partial_json: json,
      }));
  }
}
