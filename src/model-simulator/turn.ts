// One turn of the scripted model, ready to be written in a wire protocol, and the written form.
import type { Usage } from "./script.ts";
import type { ToolCall } from "./translate-action.ts";

export interface Turn {
  /** Unique within the simulator; ids of messages and calls are made of it. */
  readonly id: string;
  readonly think: string | undefined;
  readonly say: string | undefined;
  readonly calls: readonly ToolCall[];
  readonly usage: Usage;
  readonly stop: string | undefined;
}

export interface Rendering {
  /** The answer without streaming. */
  readonly body: unknown;
  readonly frames: readonly Frame[];
}

/** A piece of a stream. After a `pause` frame the script's delay is made; a fault in the middle comes after the first. */
export interface Frame {
  readonly text: string;
  readonly pause: boolean;
}

/** A server-sent event with a name. */
export function eventFrame(type: string, data: object, pause = false): Frame {
  return { text: `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`, pause };
}

/** A text in the pieces in which it is streamed; at least one, maybe empty. */
export function piecesOf(text: string, length: number): readonly string[] {
  const pieces = Array.from({ length: Math.ceil(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
  return pieces.length === 0 ? [""] : pieces;
}

/** Lengths of the streamed pieces, in characters: short enough that every answer has several. */
export const TEXT_PIECE_LENGTH = 12;
export const INPUT_PIECE_LENGTH = 40;
