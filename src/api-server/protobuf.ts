// Reads Kubernetes' protobuf bodies into the JSON that they stand for. Answers are always JSON, which every client
// that sends protobuf accepts too. Source: Kubernetes API concepts, "Kubernetes Protobuf encoding".
import { BODY_MESSAGES, MESSAGES, type MessageFields } from "./protobuf-messages.ts";
import { badRequest, unsupportedMediaType } from "./status-error.ts";

type Json = Record<string, unknown>;

const MAGIC = Buffer.from("k8s\0", "latin1");

/** The object of an `application/vnd.kubernetes.protobuf` body. 415 for a type that is not read, 400 for broken bytes. */
export function parseProtobuf(bytes: Buffer): Readonly<Json> {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw broken("it does not begin with the Kubernetes prefix");
  const envelope = readMessage("Unknown", bytes.subarray(MAGIC.length));
  const type = (envelope["typeMeta"] ?? {}) as { readonly apiVersion?: string; readonly kind?: string };
  const kind = type.kind ?? "";
  if (!BODY_MESSAGES.has(kind)) {
    throw unsupportedMediaType(
      `this server does not read ${JSON.stringify(kind)} as protobuf: send it as application/json`,
    );
  }
  const raw = Buffer.from(typeof envelope["raw"] === "string" ? envelope["raw"] : "", "base64");
  return { apiVersion: type.apiVersion, kind, ...readMessage(kind, raw) };
}

interface WireField {
  readonly number: number;
  /** A number, or the bytes of a length-delimited field. */
  readonly value: bigint | Buffer;
}

function readMessage(type: string, bytes: Buffer): Json {
  const fields = MESSAGES.get(type);
  if (fields === undefined) throw new Error(`no protobuf message ${type}`);
  const entries = new Map<string, unknown>();
  for (const field of readFields(bytes)) addField(entries, { type, fields }, field);
  return Object.fromEntries(entries);
}

function addField(
  entries: Map<string, unknown>,
  message: { readonly type: string; readonly fields: MessageFields },
  { number, value }: WireField,
): void {
  const [name = "", type = ""] = (message.fields[number] ?? "").split(":");
  if (name === "")
    throw broken(`${message.type} has a field ${number} that this server does not know: send it as JSON`);
  if (type === "-") return;
  if (type.endsWith("[]")) {
    const list = (entries.get(name) ?? []) as unknown[];
    entries.set(name, [...list, readValue(type.slice(0, -2), value) ?? ""]);
  } else if (type.endsWith("{}")) {
    const [key, item] = readMapEntry(type.slice(0, -2), value);
    const map = (entries.get(name) ?? {}) as Json;
    entries.set(name, Object.fromEntries([...Object.entries(map), [key, item]]));
  } else {
    const read = readValue(type, value);
    if (read !== undefined) entries.set(name, read);
  }
}

/** Undefined where Go's JSON leaves a field out: an empty text, a zero number, a time that is not set. */
function readValue(type: string, value: bigint | Buffer): unknown {
  switch (type) {
    case "text":
      return bytesOf(value).length === 0 ? undefined : bytesOf(value).toString("utf8");
    case "bytes":
      return bytesOf(value).toString("base64");
    case "integer":
      return value === 0n ? undefined : Number(BigInt.asIntN(64, numberOf(value)));
    case "flag":
      return numberOf(value) !== 0n;
    case "time":
    case "microTime":
      return readTime(type, bytesOf(value));
    default:
      return readMessage(type, bytesOf(value));
  }
}

function readMapEntry(type: string, value: bigint | Buffer): readonly [string, unknown] {
  let key = "";
  let item: unknown = "";
  for (const field of readFields(bytesOf(value))) {
    if (field.number === 1) key = bytesOf(field.value).toString("utf8");
    else if (field.number === 2) item = readValue(type, field.value) ?? "";
  }
  return [key, item];
}

function readTime(type: "time" | "microTime", bytes: Buffer): string | undefined {
  let seconds = 0n;
  let nanoseconds = 0n;
  for (const { number, value } of readFields(bytes)) {
    if (number === 1) seconds = BigInt.asIntN(64, numberOf(value));
    else if (number === 2) nanoseconds = BigInt.asIntN(64, numberOf(value));
  }
  // The zero time of Go, the year 1, is how "not set" is written.
  if (bytes.length === 0 || seconds <= -62_135_596_800n) return undefined;
  const time = new Date(Number(seconds) * 1000);
  if (Number.isNaN(time.getTime())) throw broken("a time is out of range");
  const whole = time.toISOString().slice(0, -".000Z".length);
  return type === "time" ? `${whole}Z` : `${whole}.${String(nanoseconds / 1000n).padStart(6, "0")}Z`;
}

/** Cuts bytes into fields. Source: protobuf.dev, "Encoding". */
function* readFields(bytes: Buffer): Generator<WireField, void> {
  let offset = 0;
  const readVarint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[offset];
      if (byte === undefined) throw broken("it ends in the middle of a number");
      offset += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw broken("a number is too long");
  };
  while (offset < bytes.length) {
    const tag = Number(readVarint());
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: readVarint() };
        break;
      case 2: {
        const length = Number(readVarint());
        if (length > bytes.length - offset) throw broken("it ends in the middle of a field");
        yield { number, value: bytes.subarray(offset, offset + length) };
        offset += length;
        break;
      }
      default:
        // Floating-point numbers and groups: none of the types that are read has one.
        throw broken(`field ${number} has an unexpected wire type`);
    }
  }
}

function bytesOf(value: bigint | Buffer): Buffer {
  if (typeof value === "bigint") throw broken("a number stands where bytes are expected");
  return value;
}

function numberOf(value: bigint | Buffer): bigint {
  if (typeof value !== "bigint") throw broken("bytes stand where a number is expected");
  return value;
}

function broken(problem: string): Error {
  return badRequest(`the request body cannot be read as application/vnd.kubernetes.protobuf: ${problem}`);
}
