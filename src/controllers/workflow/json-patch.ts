// JSON Patch (RFC 6902), JSON Merge Patch (RFC 7386) and the strategic merge of core kinds: the patches of `kubectl patch`.
import { isDeepStrictEqual } from "node:util";

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** A patch that does not fit the object: its message is that of the API server. */
export class PatchError extends Error {}

export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyMergePatch(result[key], value);
  }
  return result;
}

/** Lists whose items have a name are merged by it; everything else as a merge patch. */
export function applyStrategicPatch(target: unknown, patch: unknown): unknown {
  if (
    Array.isArray(patch) &&
    Array.isArray(target) &&
    [...patch, ...target].every((item) => nameOf(item) !== undefined)
  ) {
    const merged = target.map((item) => {
      const change = patch.find((each) => nameOf(each) === nameOf(item));
      return change === undefined ? item : applyStrategicPatch(item, change);
    });
    const added = patch.filter((item) => !target.some((each) => nameOf(each) === nameOf(item)));
    return [...merged, ...added];
  }
  if (!isRecord(patch)) return patch;
  const result: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = applyStrategicPatch(result[key], value);
  }
  return result;
}

export function applyJsonPatch(target: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce((document, operation) => applyOperation(document, operation), structuredClone(target));
}

function applyOperation(document: unknown, { op, path, from = "", value }: PatchOperation): unknown {
  switch (op) {
    case "add":
      return write(document, path, { kind: "add", value });
    case "replace":
      read(document, path);
      return write(document, path, { kind: "set", value });
    case "remove":
      read(document, path);
      return write(document, path, { kind: "remove" });
    case "copy":
      return write(document, path, { kind: "add", value: structuredClone(read(document, from)) });
    case "move": {
      const moved = read(document, from);
      return write(write(document, from, { kind: "remove" }), path, { kind: "add", value: moved });
    }
    case "test":
      if (isDeepStrictEqual(read(document, path), value)) return document;
      throw new PatchError(`testing value ${path} failed: test failed`);
    default:
      throw new PatchError(`Unexpected kind: ${op}`);
  }
}

function pointer(path: string): readonly string[] {
  if (path === "") return [];
  if (!path.startsWith("/")) throw new PatchError(`invalid path "${path}"`);
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function read(document: unknown, path: string): unknown {
  return pointer(path).reduce<unknown>((value, part) => {
    const member = Array.isArray(value)
      ? (value as unknown[])[Number(part)]
      : isRecord(value)
        ? value[part]
        : undefined;
    if (member === undefined) throw new PatchError(`path "${path}" does not exist`);
    return member;
  }, document);
}

type Change = { readonly kind: "add" | "set"; readonly value: unknown } | { readonly kind: "remove" };

function write(document: unknown, path: string, change: Change): unknown {
  const parts = pointer(path);
  const last = parts.at(-1);
  if (last === undefined) return change.kind === "remove" ? null : change.value;
  const parent = read(document, path.slice(0, path.lastIndexOf("/")));
  if (Array.isArray(parent)) writeItem(parent, last, change);
  else if (isRecord(parent)) writeMember(parent, last, change);
  else throw new PatchError(`path "${path}" does not exist`);
  return document;
}

function writeItem(list: unknown[], part: string, change: Change): void {
  const index = part === "-" ? list.length : Number(part);
  if (!Number.isInteger(index) || index < 0 || index > list.length) {
    throw new PatchError(`Unable to access invalid index: ${part}`);
  }
  if (change.kind === "remove") list.splice(index, 1);
  else list.splice(index, change.kind === "set" ? 1 : 0, change.value);
}

function writeMember(object: Record<string, unknown>, part: string, change: Change): void {
  if (change.kind === "remove") delete object[part];
  else object[part] = change.value;
}

function nameOf(item: unknown): unknown {
  return isRecord(item) ? item["name"] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
