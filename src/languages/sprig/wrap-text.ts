// Breaks a text into lines at spaces, as goutils.WrapCustom does (lengths are in bytes there; texts here are short prose).

export interface WrapOptions {
  readonly width: number;
  readonly separator: string;
  /** Words longer than a line are cut; otherwise they stand on a line of their own. */
  readonly cutsWords: boolean;
}

export function wrapText(text: string, options: WrapOptions): string {
  const width = Math.max(options.width, 1);
  const separator = options.separator === "" ? "\n" : options.separator;
  let result = "";
  let at = 0;
  while (text.length - at > width) {
    if (text[at] === " ") {
      at += 1;
      continue;
    }
    const line = nextLine(text.slice(at), width, options.cutsWords);
    if (line === undefined) break;
    result += text.slice(at, at + line.length) + separator;
    at += line.length + line.skip;
  }
  return result + text.slice(at);
}

/** The next line's length and the spaces to skip after it; undefined when the rest is one word. */
function nextLine(rest: string, width: number, cutsWords: boolean): { length: number; skip: number } | undefined {
  const space = rest.slice(0, width + 1).lastIndexOf(" ");
  if (space >= 0) return { length: space, skip: 1 };
  if (cutsWords) return { length: width, skip: 0 };
  const next = rest.indexOf(" ", width);
  return next < 0 ? undefined : { length: next, skip: 1 };
}
