// SHA-1, SHA-256, SHA-512 (FIPS 180-4) and Adler-32 as pure functions, for checksums inside templates.
// Nothing that protects something is computed with these: signatures use the platform's own cryptography.

type Word = bigint;

interface Sha2 {
  /** Bits of a word: 32 or 64. */
  readonly bits: 32 | 64;
  readonly rounds: number;
  readonly start: readonly Word[];
  readonly constants: readonly Word[];
  /** Rotations of Σ0 and Σ1, and rotations with a final shift of σ0 and σ1. */
  readonly big: readonly (readonly [number, number, number])[];
  readonly small: readonly (readonly [number, number, number])[];
}

const PRIMES = firstPrimes(80);
const SHA256 = sha2({
  bits: 32,
  rounds: 64,
  big: [
    [2, 13, 22],
    [6, 11, 25],
  ],
  small: [
    [7, 18, 3],
    [17, 19, 10],
  ],
});
const SHA512 = sha2({
  bits: 64,
  rounds: 80,
  big: [
    [28, 34, 39],
    [14, 18, 41],
  ],
  small: [
    [1, 8, 7],
    [19, 61, 6],
  ],
});

export function sha256(message: Uint8Array): Uint8Array {
  return digestSha2(message, SHA256);
}

export function sha512(message: Uint8Array): Uint8Array {
  return digestSha2(message, SHA512);
}

export function sha1(message: Uint8Array): Uint8Array {
  let state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const padded = pad(message, 64);
  for (let block = 0; block < padded.length; block += 64) {
    state = sha1Block(state, new DataView(padded.buffer, block, 64));
  }
  const digest = new DataView(new ArrayBuffer(20));
  state.forEach((word, at) => digest.setUint32(at * 4, word));
  return new Uint8Array(digest.buffer);
}

export function adler32(message: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of message) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}

export function hexDigest(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sha1Block(state: readonly number[], block: DataView): number[] {
  const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
  const words = Array.from({ length: 16 }, (_, at) => block.getUint32(at * 4));
  for (let at = 16; at < 80; at += 1) {
    const mixed = wordAt(words, at - 3) ^ wordAt(words, at - 8) ^ wordAt(words, at - 14) ^ wordAt(words, at - 16);
    words.push(rotate(mixed, 1));
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (const [at, word] of words.entries()) {
    const [mix, constant] = sha1Round(Math.floor(at / 20), [b, c, d]);
    const next = (rotate(a, 5) + mix + e + constant + word) | 0;
    [e, d, c, b, a] = [d, c, rotate(b, 30), a, next];
  }
  return [a, b, c, d, e].map((word, at) => (wordAt(state, at) + word) >>> 0);
}

function sha1Round(quarter: number, [b, c, d]: readonly [number, number, number]): readonly [number, number] {
  if (quarter === 0) return [(b & c) | (~b & d), 0x5a827999];
  if (quarter === 1) return [b ^ c ^ d, 0x6ed9eba1];
  if (quarter === 2) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

/** The message, a 1 bit, zeros, and the length in bits at the end of the last block. */
function pad(message: Uint8Array, blockBytes: number): Uint8Array<ArrayBuffer> {
  const lengthBytes = blockBytes / 8;
  const padded = new Uint8Array(Math.ceil((message.length + 1 + lengthBytes) / blockBytes) * blockBytes);
  padded.set(message);
  padded[message.length] = 0x80;
  new DataView(padded.buffer).setBigUint64(padded.length - 8, BigInt(message.length) * 8n);
  return padded;
}

function digestSha2(message: Uint8Array, variant: Sha2): Uint8Array {
  const wordBytes = variant.bits / 8;
  const padded = pad(message, wordBytes * 16);
  let state = variant.start;
  for (let block = 0; block < padded.length; block += wordBytes * 16) {
    state = sha2Block(state, new DataView(padded.buffer, block, wordBytes * 16), variant);
  }
  const digits = state.map((word) => word.toString(16).padStart(wordBytes * 2, "0")).join("");
  return Uint8Array.from(digits.matchAll(/../g), ([pair]) => Number.parseInt(pair, 16));
}

function sha2Block(state: readonly Word[], block: DataView, variant: Sha2): readonly Word[] {
  const { bits, rounds, constants, big, small } = variant;
  const wrap = (word: Word): Word => BigInt.asUintN(bits, word);
  const rotate = (word: Word, by: number): Word => wrap((word >> BigInt(by)) | (word << BigInt(bits - by)));
  const sum = (word: Word, [x, y, z]: readonly [number, number, number] = [0, 0, 0], last = rotate): Word =>
    rotate(word, x) ^ rotate(word, y) ^ last(word, z);
  const shift = (word: Word, by: number): Word => word >> BigInt(by);
  const words = Array.from({ length: 16 }, (_, at) =>
    bits === 32 ? BigInt(block.getUint32(at * 4)) : block.getBigUint64(at * 8),
  );
  for (let at = 16; at < rounds; at += 1) {
    words.push(
      wrap(
        longAt(words, at - 16) +
          sum(longAt(words, at - 15), small[0], shift) +
          longAt(words, at - 7) +
          sum(longAt(words, at - 2), small[1], shift),
      ),
    );
  }
  let [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n, g = 0n, h = 0n] = state;
  for (let at = 0; at < rounds; at += 1) {
    const first = h + sum(e, big[1]) + ((e & f) ^ (~e & g)) + longAt(constants, at) + longAt(words, at);
    const second = sum(a, big[0]) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, wrap(d + first), c, b, a, wrap(first + second)];
  }
  return [a, b, c, d, e, f, g, h].map((value, at) => wrap(longAt(state, at) + value));
}

/** The word at a place that is always inside of the list. */
function wordAt(words: readonly number[], at: number): number {
  const [word = 0] = words.slice(at, at + 1);
  return word;
}

function longAt(words: readonly Word[], at: number): Word {
  const [word = 0n] = words.slice(at, at + 1);
  return word;
}

/** The constants are fractions of square roots (start) and cube roots (rounds) of primes. */
function sha2(shape: Omit<Sha2, "start" | "constants">): Sha2 {
  const fraction = (prime: number, degree: 2 | 3): Word => {
    const root = integerRoot(BigInt(prime) << BigInt(shape.bits * degree), degree);
    return BigInt.asUintN(shape.bits, root);
  };
  return {
    ...shape,
    start: PRIMES.slice(0, 8).map((prime) => fraction(prime, 2)),
    constants: PRIMES.slice(0, shape.rounds).map((prime) => fraction(prime, 3)),
  };
}

function integerRoot(value: bigint, degree: 2 | 3): bigint {
  let [low, high] = [0n, 1n << 80n];
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(degree) <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
