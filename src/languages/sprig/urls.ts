// Sprig's functions on URLs: net/url.Parse for what a spec holds, and its String().
import type { GoFunction } from "../go-function.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { mapOf, newMap, textOf } from "./conversions.ts";
import { declare } from "./sprig-function.ts";

export const URL_FUNCTIONS: readonly GoFunction[] = [
  declare("urlParse string", ([text]) => parseUrl(textOf(text))),
  declare("urlJoin map", ([parts]) => joinUrl(parts)),
];

function parseUrl(text: string): GoValue {
  const [beforeFragment, fragment] = cut(text, "#");
  const [[, scheme = "", rest = ""] = []] = beforeFragment.matchAll(/^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/gs);
  if (rest.startsWith(":")) {
    throw new LanguageError(`unable to parse url: parse "${text}": missing protocol scheme`);
  }
  const [target, query] = cut(rest, "?");
  const [[, authority = "", path = ""] = []] = target.matchAll(/^(?:\/\/([^/]*))?(.*)$/gs);
  const isOpaque = scheme !== "" && !target.startsWith("/");
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  return newMap(
    Object.entries({
      scheme: scheme.toLowerCase(),
      host,
      hostname: host.replace(/:\d*$/, "").replace(/^\[(.*)\]$/, "$1"),
      path: isOpaque ? "" : decodePercent(path, text),
      query,
      opaque: isOpaque ? target : "",
      fragment: decodePercent(fragment, text),
      userinfo: at < 0 ? "" : authority.slice(0, at),
    }),
  );
}

function joinUrl(parts: GoValue | undefined): string {
  const map = mapOf(parts);
  const part = (name: string): string => {
    const value = map[name] ?? "";
    if (typeof value !== "string") throw new LanguageError(`unable to parse ${name} key, must be of type string`);
    return value;
  };
  const [scheme, user, host, path] = [part("scheme"), part("userinfo"), part("host"), part("path")];
  const authority = host === "" && user === "" ? "" : `//${user === "" ? "" : `${user}@`}${host}`;
  const slash = authority !== "" && path !== "" && !path.startsWith("/") ? "/" : "";
  const body = part("opaque") === "" ? authority + slash + encodePath(path) : part("opaque");
  const query = part("query") === "" ? "" : `?${part("query")}`;
  const fragment = part("fragment") === "" ? "" : `#${encodePath(part("fragment"))}`;
  return `${scheme === "" ? "" : `${scheme}:`}${body}${query}${fragment}`;
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decodePercent(text: string, url: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new LanguageError(`unable to parse url: parse "${url}": invalid URL escape`, { cause });
  }
}

function encodePath(text: string): string {
  return encodeURI(text).replace(/[?#]/g, encodeURIComponent);
}
