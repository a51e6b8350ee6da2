// The server name in the first message of a TLS connection (RFC 8446, RFC 6066), so that a tunnel to an allowed host
// cannot be used to ask for another one behind the same address.

export type ServerNameReading =
  | { readonly kind: "name"; readonly name: string }
  /** More bytes are needed. */
  | { readonly kind: "incomplete" }
  /** No TLS, or no server name in it. */
  | { readonly kind: "none" };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const RECORD_HEADER = 5;

/** Reads a ClientHello that fits in one record, as those of all common clients do. */
export function readServerName(bytes: Buffer): ServerNameReading {
  if (bytes.length < RECORD_HEADER)
    return bytes.length === 0 || bytes[0] === HANDSHAKE ? { kind: "incomplete" } : { kind: "none" };
  if (bytes[0] !== HANDSHAKE) return { kind: "none" };
  const end = RECORD_HEADER + bytes.readUInt16BE(3);
  if (bytes.length < end) return { kind: "incomplete" };
  try {
    return readClientHello(new Reader(bytes.subarray(RECORD_HEADER, end)));
  } catch (error) {
    if (error instanceof RangeError) return { kind: "none" };
    throw error;
  }
}

function readClientHello(reader: Reader): ServerNameReading {
  if (reader.uint8() !== CLIENT_HELLO) return { kind: "none" };
  // Length, version and random have fixed sizes; session id, cipher suites and compressions carry their own.
  reader.skip(3 + 2 + 32);
  reader.skip(reader.uint8());
  reader.skip(reader.uint16());
  reader.skip(reader.uint8());
  const extensions = reader.part(reader.uint16());
  while (!extensions.isAtEnd) {
    const type = extensions.uint16();
    const content = extensions.part(extensions.uint16());
    if (type === SERVER_NAME) return readNameList(content);
  }
  return { kind: "none" };
}

function readNameList(extension: Reader): ServerNameReading {
  const names = extension.part(extension.uint16());
  if (names.uint8() !== 0) return { kind: "none" };
  return { kind: "name", name: names.text(names.uint16()).toLowerCase() };
}

/** Reads forward; a RangeError beyond the end. */
class Reader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  uint8(): number {
    this.#offset += 1;
    return this.#bytes.readUInt8(this.#offset - 1);
  }

  uint16(): number {
    this.#offset += 2;
    return this.#bytes.readUInt16BE(this.#offset - 2);
  }

  skip(length: number): void {
    this.part(length);
  }

  part(length: number): Reader {
    return new Reader(this.#take(length));
  }

  text(length: number): string {
    return this.#take(length).toString("latin1");
  }

  #take(length: number): Buffer {
    const start = this.#offset;
    this.#offset += length;
    if (this.#offset > this.#bytes.length) throw new RangeError("the message ends too early");
    return this.#bytes.subarray(start, this.#offset);
  }
}
