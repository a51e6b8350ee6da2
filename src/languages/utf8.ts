// Go strings are bytes and JavaScript's are UTF-16. Functions that cut or count bytes go through here.

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8Bytes(text: string): Uint8Array {
  return ENCODER.encode(text);
}

export function utf8Length(text: string): number {
  return ENCODER.encode(text).length;
}

/** Every byte that is not part of a valid sequence becomes one U+FFFD, as Go's encoders do. */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch {
    return decodeLeniently(bytes);
  }
}

/** The bytes [from, to) of a text as a text. */
export function utf8Slice(text: string, from: number, to: number): string {
  return utf8Text(ENCODER.encode(text).subarray(from, to));
}

function decodeLeniently(bytes: Uint8Array): string {
  let text = "";
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? "\ufffd" : DECODER.decode(bytes.subarray(at, at + length));
    at += Math.max(length, 1);
  }
  return text;
}

/** The length of the valid sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (const length of [1, 2, 3, 4]) {
    if (at + length > bytes.length) return 0;
    try {
      DECODER.decode(bytes.subarray(at, at + length));
      return length;
    } catch {
      continue;
    }
  }
  return 0;
}
