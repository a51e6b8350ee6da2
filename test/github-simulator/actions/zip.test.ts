// The smallest zip, read back by its own index.

import { crc32 } from "node:zlib";

import { expect, test } from "vitest";

import { zipOf } from "../../../src/github-simulator/actions/zip.ts";

test("the index of an archive leads to every entry, with its size and checksum", () => {
  const entries = [
    { name: "0_test.txt", bytes: Buffer.from("one\n") },
    { name: "größe.txt", bytes: Buffer.alloc(1000, 7) },
  ];

  const zip = zipOf(entries);

  const end = zip.lastIndexOf(Buffer.from("PK\u0005\u0006"));
  expect(zip.readUInt16LE(end + 10)).toBe(entries.length);
  let position = zip.readUInt32LE(end + 16);
  for (const entry of entries) {
    const nameLength = zip.readUInt16LE(position + 28);
    const size = zip.readUInt32LE(position + 24);
    const local = zip.readUInt32LE(position + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    expect(zip.readUInt32LE(position)).toBe(0x02014b50);
    expect(zip.subarray(position + 46, position + 46 + nameLength).toString("utf8")).toBe(entry.name);
    expect(zip.readUInt32LE(position + 16)).toBe(crc32(entry.bytes));
    expect(zip.subarray(data, data + size)).toEqual(entry.bytes);
    position += 46 + nameLength;
  }
  expect(position).toBe(end);
});
