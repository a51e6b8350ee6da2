// A turn in the OpenAI Responses protocol, streamed and not.
import type { Conversation } from "./conversation.ts";
import type { ToolCall } from "./translate-action.ts";
import { eventFrame, piecesOf, TEXT_PIECE_LENGTH, type Frame, type Rendering, type Turn } from "./turn.ts";

type Item = Readonly<Record<string, unknown>> & { readonly type: string; readonly id: string };
type Emit = (type: string, data: object, pause?: boolean) => Frame;

export function renderOpenAiResponses(conversation: Conversation, turn: Turn): Rendering {
  const output = itemsOf(turn);
  const response = {
    id: `resp_${turn.id}`,
    object: "response",
    created_at: 1_700_000_000,
    model: conversation.model,
    parallel_tool_calls: false,
    tools: [],
    tool_choice: "auto",
    error: null,
    incomplete_details: null,
  };
  const completed = { ...response, status: "completed", output, usage: usageOf(turn) };
  let sequence = -1;
  const emit: Emit = (type, data, pause) => {
    sequence += 1;
    return eventFrame(type, { type, sequence_number: sequence, ...data }, pause);
  };
  return {
    body: completed,
    frames: [
      emit("response.created", { response: { ...response, status: "in_progress", output: [], usage: null } }),
      ...output.flatMap((item, index) => framesOf(item, index, emit)),
      emit("response.completed", { response: completed }),
    ],
  };
}

function usageOf(turn: Turn): object {
  // This protocol counts cached tokens as part of the input.
  const input = turn.usage.input + turn.usage.cacheRead;
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: turn.usage.cacheRead },
    output_tokens: turn.usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + turn.usage.output,
  };
}

function itemsOf(turn: Turn): readonly Item[] {
  return [
    ...(turn.think === undefined
      ? []
      : [
          {
            type: "reasoning",
            id: `rs_${turn.id}`,
            summary: [{ type: "summary_text", text: turn.think }],
            encrypted_content: null,
          },
        ]),
    ...(turn.say === undefined
      ? []
      : [
          {
            type: "message",
            id: `msg_${turn.id}`,
            status: "completed",
            role: "assistant",
            content: [{ type: "output_text", text: turn.say, annotations: [] }],
          },
        ]),
    ...turn.calls.map((call, index) => callItem(call, `${turn.id}_${index}`)),
  ];
}

function callItem(call: ToolCall, id: string): Item {
  const named = {
    call_id: `call_${id}`,
    name: call.name,
    ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
    status: "completed",
  };
  return call.form === "custom"
    ? { type: "custom_tool_call", id: `ctc_${id}`, ...named, input: call.input }
    : { type: "function_call", id: `fc_${id}`, ...named, arguments: JSON.stringify(call.input) };
}

function framesOf(item: Item, index: number, emit: Emit): readonly Frame[] {
  const place = { item_id: item.id, output_index: index };
  const done = () => emit("response.output_item.done", { output_index: index, item });
  const added = (begun: object) => emit("response.output_item.added", { output_index: index, item: begun });
  if (item.type === "function_call") {
    const value = { arguments: item["arguments"] };
    return [
      added({ ...item, arguments: "", status: "in_progress" }),
      emit("response.function_call_arguments.delta", { ...place, delta: item["arguments"] }),
      emit("response.function_call_arguments.done", { ...place, ...value }),
      done(),
    ];
  }
  if (item.type !== "message") return [added(item), done()];
  const [part] = item["content"] as readonly [{ readonly text: string }];
  const inPart = { ...place, content_index: 0 };
  return [
    added({ ...item, status: "in_progress", content: [] }),
    emit("response.content_part.added", { ...inPart, part: { ...part, text: "" } }),
    ...piecesOf(part.text, TEXT_PIECE_LENGTH).map((delta) =>
      emit("response.output_text.delta", { ...inPart, delta }, true),
    ),
    emit("response.output_text.done", { ...inPart, text: part.text }),
    emit("response.content_part.done", { ...inPart, part }),
    done(),
  ];
}
