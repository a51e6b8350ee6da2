// Packs files as npm does: a gzipped tar whose entries stand below `package/`. Written here so that the demonstration
// needs no network and no binary file in the repository. Format: POSIX.1-1988 ustar.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export interface PackedPackage {
  readonly tarball: Buffer;
  /** As in package-lock.json: `sha512-<base64>`. */
  readonly integrity: string;
}

const BLOCK = 512;
const MODE = "0000644\0";
/** 1985-10-26: the time that npm gives to every entry. */
const MODIFIED = (499_162_500).toString(8).padStart(11, "0");

export function packPackage(files: Readonly<Record<string, string>>): PackedPackage {
  const entries = Object.entries(files).flatMap(([path, text]) => entryOf(`package/${path}`, Buffer.from(text)));
  const tarball = gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));
  return { tarball, integrity: `sha512-${createHash("sha512").update(tarball).digest("base64")}` };
}

function entryOf(name: string, content: Buffer): readonly Buffer[] {
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [headerOf(name, content.length), content, padding];
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write(MODE, 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write(`${MODIFIED}\0`, 136);
  // The checksum is counted as if its own field held spaces.
  header.write(" ".repeat(8), 148);
  header.write("0", 156);
  header.write("ustar\u000000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
