// JSON Patch (RFC 6902) over JSON Pointers (RFC 6901), without changing the input.
import { isDeepStrictEqual } from "node:util";
import { isJsonObject } from "../resources/structural-schema.ts";
import { badRequest, StatusError } from "./status-error.ts";

/** Operations in one patch; each one copies the way from the root to what it changes. */
export const JSON_PATCH_OPERATIONS_MAX = 10_000;

/** The patched value. 400 when the patch cannot be read, 422 when an operation cannot be done or a test fails. */
export function applyJsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch must be a list of operations");
  if (patch.length > JSON_PATCH_OPERATIONS_MAX) {
    throw badRequest(`a JSON patch may have at most ${JSON_PATCH_OPERATIONS_MAX} operations, not ${patch.length}`);
  }
  return patch.reduce<unknown>((value, operation, index) => applyOperation(value, operation, index), target);
}

function applyOperation(target: unknown, operation: unknown, index: number): unknown {
  if (!isJsonObject(operation)) throw badRequest(`operation ${index} of the JSON patch is no object`);
  const path = pointerOf(operation, "path", index);
  switch (operation["op"]) {
    case "add":
      return write(target, path, { kind: "add", value: valueOf(operation, index) });
    case "replace":
      return write(target, path, { kind: "replace", value: valueOf(operation, index) });
    case "remove":
      return write(target, path, { kind: "remove" });
    case "move": {
      const from = pointerOf(operation, "from", index);
      return write(write(target, from, { kind: "remove" }), path, { kind: "add", value: read(target, from) });
    }
    case "copy":
      return write(target, path, { kind: "add", value: read(target, pointerOf(operation, "from", index)) });
    case "test":
      if (isDeepStrictEqual(read(target, path), valueOf(operation, index))) return target;
      throw cannot(`testing value ${textOf(path)} failed`);
    default:
      throw badRequest(`operation ${index} of the JSON patch has no known op: ${JSON.stringify(operation["op"])}`);
  }
}

type Change = { readonly kind: "add" | "replace"; readonly value: unknown } | { readonly kind: "remove" };

function write(target: unknown, path: readonly string[], change: Change): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change.kind === "remove" ? undefined : change.value;
  if (rest.length === 0) return writeMember(target, name, change);
  const child = write(read(target, [name]), rest, change);
  return writeMember(target, name, { kind: "replace", value: child });
}

function writeMember(target: unknown, name: string, change: Change): unknown {
  if (Array.isArray(target)) return writeItem(target, name, change);
  if (!isJsonObject(target)) throw cannot(`there is no object or list to hold ${JSON.stringify(name)}`);
  if (change.kind !== "add" && !Object.hasOwn(target, name)) throw cannot(`${JSON.stringify(name)} does not exist`);
  const members = new Map(Object.entries(target));
  if (change.kind === "remove") members.delete(name);
  else members.set(name, change.value);
  return Object.fromEntries(members);
}

function writeItem(target: readonly unknown[], name: string, change: Change): readonly unknown[] {
  const index = name === "-" && change.kind === "add" ? target.length : Number(name);
  const last = change.kind === "add" ? target.length : target.length - 1;
  if ((name !== "-" && !/^(0|[1-9]\d*)$/.test(name)) || !(index <= last)) {
    throw cannot(`the list has no place ${JSON.stringify(name)}`);
  }
  if (change.kind === "add") return target.toSpliced(index, 0, change.value);
  return change.kind === "remove" ? target.toSpliced(index, 1) : target.with(index, change.value);
}

function read(target: unknown, path: readonly string[]): unknown {
  let value = target;
  for (const name of path) {
    const isItem = Array.isArray(value) && /^(0|[1-9]\d*)$/.test(name) && Number(name) < value.length;
    const isMember = isJsonObject(value) && Object.hasOwn(value, name);
    if (!isItem && !isMember) throw cannot(`${textOf(path)} does not exist`);
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function pointerOf(operation: Readonly<Record<string, unknown>>, field: string, index: number): readonly string[] {
  const pointer = operation[field];
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/"))) {
    throw badRequest(`operation ${index} of the JSON patch: ${field} must be a JSON pointer such as /metadata/labels`);
  }
  const names = pointer.split("/").slice(1);
  return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function valueOf(operation: Readonly<Record<string, unknown>>, index: number): unknown {
  if (!Object.hasOwn(operation, "value")) throw badRequest(`operation ${index} of the JSON patch has no value`);
  return operation["value"];
}

function textOf(path: readonly string[]): string {
  return `/${path.map((name) => name.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`;
}

function cannot(message: string): StatusError {
  return new StatusError({
    code: 422,
    reason: "Invalid",
    message: `the server rejected our request due to an error in our request: ${message}`,
    details: {},
  });
}
