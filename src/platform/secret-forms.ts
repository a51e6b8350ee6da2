// The forms in which a secret may leave by accident, and how a text loses them. One list for logs, outcomes and patches.

/** Shorter values would hide ordinary words. */
const SECRET_LENGTH_MIN = 6;
/** Of a value with several lines, such as a key, each long one is a secret of its own: logs are written by line. */
const LINE_LENGTH_MIN = 16;

/** Plain, base64 (also within a longer text), base64url, hexadecimal, URL-encoded; longest first. */
export function secretForms(value: string): readonly string[] {
  const lines = value.split(/\r?\n/);
  const parts = lines.length === 1 ? lines : [value, ...lines.filter((line) => line.length >= LINE_LENGTH_MIN)];
  const forms = parts.filter((part) => part.length >= SECRET_LENGTH_MIN).flatMap((part) => formsOf(part));
  return [...new Set(forms)].toSorted((left, right) => right.length - left.length);
}

/** The text with stars for every form. */
export function maskForms(text: string, forms: Iterable<string>): string {
  let result = text;
  for (const form of forms) result = result.replaceAll(form, "***");
  return result;
}

function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text, "utf8");
  const base64 = [0, 1, 2].map((offset) => base64Within(bytes, offset));
  const hex = bytes.toString("hex");
  return [
    text,
    bytes.toString("base64"),
    ...base64,
    ...base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_")),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(text),
  ];
}

/** What base64 makes of the bytes wherever they begin in a group of three: without the ends, which depend on more. */
function base64Within(bytes: Buffer, offset: number): string {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return encoded.slice(offset === 0 ? 0 : 4, Math.floor((offset + bytes.length) / 3) * 4);
}
