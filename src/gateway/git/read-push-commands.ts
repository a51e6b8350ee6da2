// The ref updates that a push asks for: the pkt-lines before the pack of git-receive-pack (gitprotocol-pack,
// "Reference Update Request"). Read from the beginning of the request; the pack behind them is not looked at.

export interface RefUpdate {
  readonly oldId: string;
  readonly newId: string;
  readonly ref: string;
}

export type PushReading =
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed"; readonly problem: string }
  | { readonly kind: "commands"; readonly updates: readonly RefUpdate[] };

/** The most bytes of commands: one update is all that is ever let through. */
export const COMMANDS_BYTES_MAX = 64 * 1024;

const UPDATE = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (\S+)$/u;

export function readPushCommands(bytes: Buffer): PushReading {
  const updates: RefUpdate[] = [];
  let offset = 0;
  for (;;) {
    const header = bytes.toString("latin1", offset, offset + 4);
    if (header.length < 4) return { kind: "incomplete" };
    if (!/^[0-9a-f]{4}$/iu.test(header)) return malformed("a line without a length");
    const length = Number.parseInt(header, 16);
    if (length === 0) return { kind: "commands", updates };
    if (length < 4) return malformed("a special line among the commands");
    if (bytes.length < offset + length) return { kind: "incomplete" };
    const line = bytes.toString("utf8", offset + 4, offset + length);
    offset += length;
    const update = readUpdate(line);
    if (typeof update === "string") return malformed(update);
    if (update !== undefined) updates.push(update);
  }
}

/** Undefined for a `shallow` line, which moves no ref. */
function readUpdate(line: string): RefUpdate | string | undefined {
  const [command = ""] = line.split("\0", 1);
  const text = command.replace(/\n$/u, "");
  if (/^shallow [0-9a-f]{40,64}$/u.test(text)) return undefined;
  const [, oldId, newId, ref] = UPDATE.exec(text) ?? [];
  if (oldId === undefined || newId === undefined || ref === undefined) return "a line that updates no ref";
  return { oldId, newId, ref };
}

function malformed(problem: string): PushReading {
  return { kind: "malformed", problem };
}
