// Upper and lower case by words: `first_name`, `FirstName`, `first-name`, as sprig's libraries split words.

/** strings.Title: the first letter of every word. */
export function titleCase(text: string): string {
  return text.replace(/(^|[^\p{L}\p{N}_])(\p{L})/gu, (whole, before: string, letter: string) => {
    // Above ASCII only white space separates words.
    const isInside = before >= "\u0080" && !/\s/u.test(before);
    return isInside ? whole : before + letter.toUpperCase();
  });
}

/** The first letter of every word in lower case. */
export function untitle(text: string): string {
  return text.replace(/(^|\s)(\S)/gu, (_, before: string, letter: string) => before + letter.toLowerCase());
}

export function swapCase(text: string): string {
  return Array.from(text, (letter) =>
    /\p{Lu}|\p{Lt}/u.test(letter) ? letter.toLowerCase() : letter.toUpperCase(),
  ).join("");
}

export function snakeCase(text: string): string {
  return delimited(text, "_");
}

export function kebabCase(text: string): string {
  return delimited(text, "-");
}

/** `some_words` and `some words` become `SomeWords`; leading and trailing delimiters stay. */
export function camelCase(text: string): string {
  const [[, start = "", middle = "", end = ""] = []] = text.matchAll(/^([_\s-]*)([\s\S]*?)([_\s-]*)$/g);
  const parts = middle.split(/[_\s-]/u);
  const joined = parts.map((part) => (part === "" ? "_" : capitalize(part)));
  return start + joined.join("") + end;
}

function capitalize(word: string): string {
  const [first = "", ...rest] = Array.from(word);
  const others = rest.join("");
  // A word in capitals (GOLANG) is a word; a word of mixed case keeps its inner capitals.
  return first.toUpperCase() + (/\p{Ll}/u.test(word) ? others : others.toLowerCase());
}

function delimited(text: string, delimiter: string): string {
  return text
    .replace(/[_\s-]+/gu, delimiter)
    .replace(/(\p{Ll})(\p{Lu})/gu, `$1${delimiter}$2`)
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, `$1${delimiter}$2`)
    .replace(/(\p{N})(\p{Lu})/gu, `$1${delimiter}$2`)
    .replace(/(\p{Lu}{2})(\p{N})/gu, `$1${delimiter}$2`)
    .toLowerCase();
}
