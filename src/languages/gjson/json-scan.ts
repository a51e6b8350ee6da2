// Walks JSON text without parsing all of it. Like gjson it is forgiving: a path may be read from text that breaks off later.

/** Everything of a string literal from its quote at `at` on; `end` is behind the closing quote, or undefined if there is none. */
export function scanString(json: string, at: number): { readonly end: number; readonly isClosed: boolean } {
  for (let quote = json.indexOf('"', at + 1); quote >= 0; quote = json.indexOf('"', quote + 1)) {
    let slashes = quote - 1;
    while (slashes > at && json[slashes] === "\\") slashes -= 1;
    // An even number of backslashes before it only escapes itself.
    if ((quote - slashes) % 2 === 1) return { end: quote + 1, isClosed: true };
  }
  return { end: json.length, isClosed: false };
}

/** Behind the bracket that closes the one at `at`; strings count as one thing. The end of the text if none closes it. */
export function scanBalanced(json: string, at: number): number {
  const marks = /["[\](){}]/g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(json); mark !== null; mark = marks.exec(json)) {
    if (mark[0] === '"') {
      marks.lastIndex = scanString(json, mark.index).end;
      if (depth === 0) return marks.lastIndex;
    } else depth += "[({".includes(mark[0]) ? 1 : -1;
    if (depth === 0) return mark.index + 1;
  }
  return json.length;
}

/** Behind a number or word: it lasts until a space, comma or closing bracket. */
export function scanScalar(json: string, at: number): number {
  let index = at;
  while (index < json.length && !isScalarEnd(json.charAt(index))) index += 1;
  return index;
}

/** Behind the letters a to z. */
export function scanWord(json: string, at: number): number {
  let index = at;
  while (index < json.length && json.charAt(index) >= "a" && json.charAt(index) <= "z") index += 1;
  return index;
}

function isScalarEnd(character: string): boolean {
  return character <= " " || character === "," || character === "]" || character === "}";
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\",
  "/": "/",
  '"': '"',
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** The text of what stands between quotes; with escapes in it, it ends at the first wrong one or control character. */
export function unescapeJson(inside: string): string {
  if (!inside.includes("\\")) return inside;
  let text = "";
  for (let index = 0; index < inside.length; index += 1) {
    const character = inside.charAt(index);
    if (character < " ") return text;
    if (character !== "\\") {
      text += character;
      continue;
    }
    index += 1;
    const escape = inside.charAt(index);
    const hex = /^[\da-f]{4}/i.exec(inside.slice(index + 1, index + 5))?.[0];
    if (escape === "u" && hex !== undefined) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      index += 4;
    } else {
      const short = SHORT_ESCAPES[escape];
      if (short === undefined) return text.toWellFormed();
      text += short;
    }
  }
  return text.toWellFormed();
}
