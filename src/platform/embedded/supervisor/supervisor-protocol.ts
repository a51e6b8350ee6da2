// What the runner and a supervisor say to each other over the supervisor's Unix socket: JSON, one message per line.
// That the socket answers proves that the supervisor lives; a process number could belong to somebody else by now.

export type SupervisorRequest =
  /** Claim and run the pod in this directory. Ignored when it was claimed before. */
  | { readonly kind: "run"; readonly directory: string }
  | { readonly kind: "stop"; readonly uid: string; readonly graceSeconds: number };

export type SupervisorNotice =
  /** First message on every connection; `uid` is absent while idle. */
  | { readonly kind: "hello"; readonly uid?: string }
  /** state.json has been replaced. */
  | { readonly kind: "changed"; readonly uid: string }
  /** The pod has finished (or could not be claimed); the supervisor takes another, or ends after a while. */
  | { readonly kind: "idle"; readonly uid: string };

/** A message is never longer than this; a peer that sends more is cut off. */
export const MESSAGE_BYTES_MAX = 64 * 1024;

/** Splits a stream of text into parsed messages. Returns a function to feed with chunks. */
export function messageReader(deliver: (message: unknown) => void): (chunk: string) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MESSAGE_BYTES_MAX) throw new Error("a message on the supervisor's socket is too long");
    for (const line of lines) deliver(JSON.parse(line) as unknown);
  };
}

export function encodeMessage(message: SupervisorRequest | SupervisorNotice): string {
  return `${JSON.stringify(message)}\n`;
}
