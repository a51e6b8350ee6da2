// YAML exactly as Kubernetes tools read it (sigs.k8s.io/yaml over go-yaml v2): `y` is true, `012` is 10, the last
// of two equal keys wins. A manifest must mean the same on one machine as on a cluster.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  stringify,
} from "yaml";

import type { GoValue } from "./go-value.ts";
import { formatFloatShortest } from "./go-number.ts";
import { LanguageError } from "./language-error.ts";
import { resolveYamlScalar, type YamlScalarValue } from "./yaml-scalar.ts";

/** Any value that JSON text can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The first document of a text (null when there is none). LanguageError with what is wrong and its line. */
export function parseYaml(text: string): JsonValue {
  return toJsonValue(readYaml(text));
}

/** Every document of a text, in order; empty ones are null. */
export function parseYamlDocuments(text: string): JsonValue[] {
  const split = splitDocuments(text);
  return split.documents.map((document) => toJsonValue(readDocument(document, split.text)));
}

/** As `parseYaml`, with integers as bigint: nothing is lost above 2^53. */
export function readYaml(text: string): GoValue {
  const split = splitDocuments(text);
  const [first] = split.documents;
  return first === undefined ? null : readDocument(first, split.text);
}

/** YAML text of a value, that every YAML reader reads back as the same value. */
export function formatYaml(value: JsonValue): string {
  // In YAML 1.1 form words such as `yes` and `012` are quoted; YAML 1.2 readers read the result too.
  return stringify(value, { version: "1.1", aliasDuplicateObjects: false, lineWidth: 0 });
}

type YamlNode = ParsedNode | null | undefined;

interface Reading {
  readonly text: string;
  readonly anchors: Map<string, ParsedNode>;
  /** Nodes being read, to refuse an anchor that contains itself. */
  readonly open: Set<ParsedNode>;
  aliasDepth: number;
  aliasedCount: number;
}

/** Lines inside of flow collections that may be indented too little, and where they are moved to. */
const FLOW_REPAIRS_MAX = 100;
const flowRepairIndent = 100;

/** Bounds what aliases of aliases can unfold to. */
const ALIASED_NODES_MAX = 100_000;

function splitDocuments(source: string): { text: string; documents: Document.Parsed[] } {
  // CR and NEL are line breaks in YAML 1.1.
  let text = source.replace(/\r\n?|\u0085/g, "\n");
  if (/^\ufeff?(?:[ \t]*(?:#[^\n]*)?\n)*\.\.\.(?:\s|$)/.test(text)) {
    throw new LanguageError("yaml: did not find expected node content");
  }
  for (let attempt = 0; attempt < FLOW_REPAIRS_MAX; attempt += 1) {
    const documents = parseDocuments(text);
    const badIndent = documents.flatMap(({ errors }) => errors).find(isFlowIndentError);
    if (badIndent === undefined) return { text, documents };
    text = indentLineAfter(text, badIndent.pos[0]);
  }
  return { text, documents: parseDocuments(text) };
}

function parseDocuments(text: string): Document.Parsed[] {
  const documents = parseAllDocuments(text, {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  return [...documents];
}

function isFlowIndentError({ code, message }: { code: string; message: string }): boolean {
  return code === "BAD_INDENT" && message.startsWith("Flow");
}

/** go-yaml ignores indentation inside of `[]` and `{}`; the parser does not, so such a line is moved to the right. */
function indentLineAfter(text: string, offset: number): string {
  const lineStart = text.lastIndexOf("\n", offset - 1);
  const from = text.slice(lineStart + 1, offset).trim() === "" ? Math.max(lineStart, 0) : offset;
  const rest = text.slice(from);
  return text.slice(0, from) + rest.replace(/\n[ \t]*(?=[^\s#])/, `\n${" ".repeat(flowRepairIndent)}`);
}

function readDocument(document: Document.Parsed, text: string): GoValue {
  const [error] = document.errors;
  if (error !== undefined) {
    throw new LanguageError(`yaml: line ${lineAt(text, error.pos[0])}: ${error.message}`);
  }
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== "1.1") {
    throw new LanguageError("yaml: found incompatible YAML document");
  }
  return readNode(document.contents, { text, anchors: new Map(), open: new Set(), aliasDepth: 0, aliasedCount: 0 });
}

function readNode(node: YamlNode, reading: Reading): GoValue {
  if (node === null || node === undefined) return null;
  if (reading.aliasDepth > 0) reading.aliasedCount += 1;
  if (reading.aliasedCount > ALIASED_NODES_MAX) {
    throw new LanguageError("yaml: document contains excessive aliasing");
  }
  if (isAlias(node)) return readAlias(node, reading);
  if ("anchor" in node && typeof node.anchor === "string") reading.anchors.set(node.anchor, node);
  if (isScalar(node)) return readScalar(node, reading.text);
  if (reading.open.has(node)) {
    throw new LanguageError("yaml: an anchor's value contains itself");
  }
  reading.open.add(node);
  const value = isSeq(node) ? node.items.map((item) => readNode(item, reading)) : readMap(node, reading);
  reading.open.delete(node);
  return value;
}

function readAlias(alias: Alias.Parsed, reading: Reading): GoValue {
  reading.aliasDepth += 1;
  const value = readNode(resolveAlias(alias, reading), reading);
  reading.aliasDepth -= 1;
  return value;
}

function resolveAlias(alias: Alias.Parsed, { anchors }: Reading): ParsedNode {
  const target = anchors.get(alias.source);
  if (target === undefined) {
    throw new LanguageError(`yaml: unknown anchor '${alias.source}' referenced`);
  }
  return target;
}

function readScalar(node: Scalar.Parsed, text: string): YamlScalarValue {
  if (node.type === "QUOTE_DOUBLE") checkEscapes(node, text);
  const isPlain = node.type === "PLAIN" || node.type === undefined;
  const value = textOfScalar(node, text);
  if (isPlain && /[\u2028\u2029]/.test(value)) {
    throw new LanguageError("yaml: could not find expected ':'"); // They end a line in YAML 1.1.
  }
  return resolveYamlScalar({ text: value, tag: explicitTag(node), isPlain });
}

/** A block scalar gets the line break that ends it; at the end of the text there may be none. */
function textOfScalar({ value, type, range }: Scalar.Parsed, text: string): string {
  const isBlock = type === "BLOCK_LITERAL" || type === "BLOCK_FOLDED";
  const isCut = isBlock && range[1] >= text.length && !text.endsWith("\n");
  return isCut ? String(value).replace(/\n$/, "") : String(value);
}

function explicitTag(node: Scalar.Parsed): string | undefined {
  // A tag that the reader itself derived is not in the source.
  const tag = (node as { tag?: string }).tag;
  return tag === undefined || tag === "!" ? undefined : tag;
}

/** go-yaml knows neither the escape `\/` nor halves of surrogate pairs. */
function checkEscapes(node: Scalar.Parsed, text: string): void {
  const [from, to] = node.range;
  for (const [, escape = ""] of text.slice(from, to).matchAll(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[^])/g)) {
    if (escape === "/") {
      throw new LanguageError(`yaml: line ${lineAt(text, from)}: found unknown escape character`);
    }
    const code = escape.length > 1 ? Number.parseInt(escape.slice(1), 16) : 0;
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
      throw new LanguageError(`yaml: line ${lineAt(text, from)}: found invalid Unicode character escape code`);
    }
  }
}

function readMap(node: ParsedNode, reading: Reading): GoValue {
  const result = new Map<string, GoValue>();
  readMapInto(node, result, reading);
  return Object.fromEntries(result);
}

function readMapInto(node: YamlNode, result: Map<string, GoValue>, reading: Reading): void {
  if (!isMap(node)) {
    throw new LanguageError("yaml: map merge requires map or sequence of maps as the value");
  }
  for (const { key, value } of node.items) {
    if (isMergeKey(key)) {
      merge(value, result, reading);
    } else {
      const name = keyText(readNode(key, reading));
      // Deleted first, so that the order is that of the key which won.
      result.delete(name);
      result.set(name, readNode(value, reading));
    }
  }
}

function isMergeKey(key: YamlNode): boolean {
  if (!isScalar(key) || key.value !== "<<") return false;
  return key.type === "PLAIN" || explicitTag(key) === "tag:yaml.org,2002:merge";
}

function merge(value: YamlNode, result: Map<string, GoValue>, reading: Reading): void {
  const source = isAlias(value) ? resolveAlias(value, reading) : value;
  // Earlier entries of a list win, so they are written last.
  const parts = isSeq(source) && source === value ? source.items.toReversed() : [source];
  for (const part of parts) {
    readMapInto(isAlias(part) ? resolveAlias(part, reading) : part, result, reading);
  }
}

function keyText(key: GoValue): string {
  if (typeof key === "string") return key;
  if (typeof key === "bigint" && BigInt.asIntN(64, key) === key) return String(key);
  if (typeof key === "boolean") return String(key);
  if (typeof key === "number") return floatKeyText(key);
  if (typeof key === "object" && key !== null) throw new LanguageError("yaml: invalid map key: a map or a list");
  throw new LanguageError(`unsupported map key: ${key}`);
}

/** Float keys are printed as if they were 32 bits wide. */
function floatKeyText(key: number): string {
  if (Number.isNaN(key)) return ".nan";
  if (!Number.isFinite(key)) return key > 0 ? ".inf" : "-.inf";
  const narrow = Math.fround(key);
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9].find((count) => Math.fround(Number(key.toPrecision(count))) === narrow);
  return formatFloatShortest(Number(key.toPrecision(digits)), "g");
}

function toJsonValue(value: GoValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new LanguageError(`json: unsupported value: ${value}`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: GoValue) => toJsonValue(item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJsonValue(item as GoValue)]));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
