// The faults of a script as they reach the wire: instead of an answer, or in the middle of one.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Conversation, Protocol } from "./conversation.ts";
import { errorBody, errorFrame } from "./rendering.ts";
import type { Fault } from "./script.ts";
import type { Frame, Rendering } from "./turn.ts";
import { sendJson } from "./wire.ts";

/** Serves the faults that come before any answer; false: the fault comes in the middle of one. */
export function serveFault(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  conversation: Conversation,
  fault: Fault,
): boolean {
  if (fault.error !== undefined) {
    const { status, headers } = fault.error;
    sendJson(response, status, errorBody(conversation.protocol, fault.error), headers);
    return true;
  }
  if (fault.reset === true) {
    request.socket.resetAndDestroy();
    return true;
  }
  if (fault.hang === "headers") return true;
  if (fault.streamError !== undefined && !conversation.stream) {
    sendJson(response, 500, errorBody(conversation.protocol, { status: 500, ...fault.streamError }));
    return true;
  }
  return serveMalformed(response, fault.malformed, contentTypeOf(conversation));
}

function serveMalformed(response: ServerResponse, malformed: Fault["malformed"], contentType: string): boolean {
  switch (malformed) {
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end("<html><body>a proxy's page</body></html>");
      return true;
    case "empty":
      response.writeHead(200, { "content-type": contentType }).end();
      return true;
    case "json":
      response.writeHead(200, { "content-type": contentType }).end('data: {"type": "mess\n\n');
      return true;
    case "event":
    case "cut":
    case "end":
    case undefined:
      return false;
  }
}

export function contentTypeOf(conversation: Conversation): string {
  return conversation.stream ? "text/event-stream" : "application/json";
}

/** What is written piece by piece: a stream's events, or the two halves of a body, for the faults in the middle of it. */
export function framesOf(conversation: Conversation, rendering: Rendering): readonly Frame[] {
  if (conversation.stream) return rendering.frames;
  const text = JSON.stringify(rendering.body);
  const middle = Math.ceil(text.length / 2);
  return [
    { text: text.slice(0, middle), pause: true },
    { text: text.slice(middle), pause: false },
  ];
}

/** Serves the faults in the middle of an answer that has begun. */
export function breakOff(response: ServerResponse, protocol: Protocol, fault: Fault): void {
  if (fault.hang === "body") return;
  if (fault.malformed === "cut") {
    // A comment of the stream, whose callback tells that everything before it has left.
    response.write(":\n\n", () => response.destroy());
  } else if (fault.malformed === "event") {
    response.end("data: {not json\n\n");
  } else if (fault.streamError === undefined) {
    response.end();
  } else {
    response.end(errorFrame(protocol, fault.streamError));
  }
}
