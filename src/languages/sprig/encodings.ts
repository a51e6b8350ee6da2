// Sprig's functions on paths, encodings and checksums.
import type { GoFunction } from "../go-function.ts";
import type { GoValue } from "../go-value.ts";
import { utf8Bytes, utf8Text } from "../utf8.ts";
import { textOf } from "./conversions.ts";
import { adler32, hexDigest, sha1, sha256, sha512 } from "./digests.ts";
import { alias, declare } from "./sprig-function.ts";

function onText(name: string, body: (text: string) => GoValue): GoFunction {
  return declare(`${name} string`, ([text]) => body(textOf(text)));
}

export const ENCODING_FUNCTIONS: readonly GoFunction[] = [
  ...alias(onText("base", baseName), "osBase"),
  ...alias(onText("dir", directoryName), "osDir"),
  ...alias(onText("clean", cleanPath), "osClean"),
  ...alias(
    onText("ext", (path) => /\.[^./]*$/.exec(path)?.[0] ?? ""),
    "osExt",
  ),
  ...alias(
    onText("isAbs", (path) => path.startsWith("/")),
    "osIsAbs",
  ),
  onText("b64enc", (text) => btoa(latin1(utf8Bytes(text)))),
  onText("b64dec", decodeBase64),
  onText("b32enc", encodeBase32),
  onText("b32dec", decodeBase32),
  onText("sha1sum", (text) => hexDigest(sha1(utf8Bytes(text)))),
  onText("sha256sum", (text) => hexDigest(sha256(utf8Bytes(text)))),
  onText("sha512sum", (text) => hexDigest(sha512(utf8Bytes(text)))),
  onText("adler32sum", (text) => String(adler32(utf8Bytes(text)))),
];

/** path.Clean. */
function cleanPath(path: string): string {
  const isRooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!isRooted) kept.push("..");
  }
  return (isRooted ? "/" : "") + kept.join("/") || ".";
}

function baseName(path: string): string {
  if (path === "") return ".";
  return path.replace(/\/+$/, "").split("/").at(-1) || "/";
}

function directoryName(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** What cannot be decoded gives the error's text, as in sprig. */
function decodeBase64(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  const isWhole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact);
  // Four characters are read at once: where some are missing, the first of the four is at fault.
  const wrongAt = /[^A-Za-z0-9+/]/.exec(compact)?.index ?? compact.length - (compact.length % 4);
  if (!isWhole) return `illegal base64 data at input byte ${wrongAt}`;
  return utf8Text(Uint8Array.from(atob(compact), (character) => character.charCodeAt(0)));
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function encodeBase32(text: string): string {
  const bits = Array.from(utf8Bytes(text), (byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32.charAt(Number.parseInt(five.padEnd(5, "0"), 2)));
  return digits.join("").padEnd(Math.ceil(digits.length / 8) * 8, "=");
}

function decodeBase32(text: string): string {
  const compact = text.replace(/[\r\n]/g, "");
  const digits = compact.replace(/=+$/, "");
  const isWhole = compact.length % 8 === 0 && compact.length - digits.length < 7;
  if (!isWhole || !/^[A-Z2-7]*$/.test(digits)) {
    return `illegal base32 data at input byte ${compact.search(/[^A-Z2-7]|$/)}`;
  }
  const bits = Array.from(digits, (digit) => BASE32.indexOf(digit).toString(2).padStart(5, "0")).join("");
  return utf8Text(Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => Number.parseInt(eight, 2)));
}
