// The forms in which a secret could show: as it is, and as somebody would write it to get it past a search.

export interface Needle {
  /** What it is and in which form, for the message of a failing test. Never holds the secret. */
  readonly name: string;
  readonly bytes: Buffer;
}

const LINE_LENGTH_MIN = 16;
const LINES_MAX = 4;

/** Plain, base64, hexadecimal, URL-encoded and reversed. Of a text with several lines some long ones are taken. */
export function needlesOf(name: string, secret: string): readonly Needle[] {
  return significantLines(secret).flatMap((line) =>
    formsOf(line).map(([form, text]) => ({ name: `${name} (${form})`, bytes: Buffer.from(text) })),
  );
}

/** Names of the needles that are in the bytes. */
export function findNeedles(bytes: Buffer, needles: readonly Needle[]): readonly string[] {
  return needles.filter((needle) => bytes.includes(needle.bytes)).map(({ name }) => name);
}

function significantLines(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= LINE_LENGTH_MIN && !line.startsWith("-----"));
  return lines.length === 0 ? [secret] : lines.slice(0, LINES_MAX);
}

function formsOf(text: string): readonly (readonly [form: string, text: string])[] {
  const hex = Buffer.from(text).toString("hex");
  return [
    ["plain", text],
    ["reversed", text.split("").reverse().join("")],
    ["hex", hex],
    ["HEX", hex.toUpperCase()],
    ["URL", encodeURIComponent(text)],
    ["URL, every byte", hex.replaceAll(/../g, (pair) => `%${pair}`)],
    ...[0, 1, 2].map((offset) => [`base64 at ${offset}`, base64Within(text, offset)] as const),
  ];
}

/** What base64 makes of the text wherever it begins in a group of three bytes: without the ends, which depend on more. */
function base64Within(text: string, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString("base64");
  const skipped = offset === 0 ? 0 : 4;
  return encoded.slice(skipped, Math.floor((offset + Buffer.byteLength(text)) / 3) * 4);
}
