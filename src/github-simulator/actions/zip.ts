// The smallest zip file: entries stored without compression (APPNOTE 4.3), enough for log archives.

import { crc32 } from "node:zlib";

interface ZipEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

/** 1980-01-01, the earliest date of the format: times would only make archives differ. */
const DOS_DATE = 0x21;
const VERSION = 20;
const UTF8_NAMES = 0x0800;

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name);
    const local = Buffer.concat([numbers([[0x04034b50, 4], ...sharedFields(entry, name)]), name, entry.bytes]);
    const more: Field[] = [
      [0, 2], // comment
      [0, 2], // disk
      [0, 2], // internal attributes
      [0, 4], // external attributes
      [offset, 4],
    ];
    directory.push(numbers([[0x02014b50, 4], [VERSION, 2], ...sharedFields(entry, name), ...more]), name);
    parts.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = numbers([
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [entries.length, 2],
    [entries.length, 2],
    [index.length, 4],
    [offset, 4],
    [0, 2],
  ]);
  return Buffer.concat([...parts, index, end]);
}

/** Value and its size in bytes. */
type Field = readonly [number, 2 | 4];

function sharedFields(entry: ZipEntry, name: Buffer): Field[] {
  return [
    [VERSION, 2],
    [UTF8_NAMES, 2],
    [0, 2], // stored
    [0, 2],
    [DOS_DATE, 2],
    [crc32(entry.bytes), 4],
    [entry.bytes.length, 4],
    [entry.bytes.length, 4],
    [name.length, 2],
    [0, 2], // extra field
  ];
}

function numbers(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.map(([value, size]) => {
      const buffer = Buffer.alloc(size);
      buffer.writeUIntLE(value, 0, size);
      return buffer;
    }),
  );
}
