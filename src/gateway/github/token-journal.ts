// Every token that was minted and not yet revoked, on disk, so that a restart after a crash revokes them. The tokens are
// sealed with a key that only this program reads; the files alone are worth nothing.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { keepPrivateFile, writePrivateFile } from "../../platform/node/private-file.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface JournalEntry {
  readonly token: string;
  /** Milliseconds since the epoch; afterwards the entry is worth nothing. */
  readonly expiresAt: number;
}

export class TokenJournal {
  readonly #directory: string;
  readonly #key: Buffer;

  private constructor(directory: string, key: Buffer) {
    this.#directory = directory;
    this.#key = key;
  }

  /** Opens the journal below the gateway's data directory; makes key and directory at the first start. */
  static async open(dataDirectory: string): Promise<TokenJournal> {
    const key = await keepPrivateFile(join(dataDirectory, "token-journal-key"), async () =>
      randomBytes(32).toString("base64"),
    );
    return new TokenJournal(join(dataDirectory, "token-journal"), Buffer.from(key.trim(), "base64"));
  }

  /** Durable when the promise resolves. */
  async add(entry: JournalEntry): Promise<void> {
    await writePrivateFile(
      this.#pathOf(entry.token),
      JSON.stringify({ sealed: this.#seal(entry.token), ...expiry(entry) }),
    );
  }

  async remove(token: string): Promise<void> {
    await rm(this.#pathOf(token), { force: true });
  }

  /** What is left. An entry that cannot be opened is of another key or broken by a crash: it is dropped. */
  async list(): Promise<readonly JournalEntry[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const entries: JournalEntry[] = [];
    for (const name of names) {
      const path = join(this.#directory, name);
      const entry = this.#open(await readFile(path, "utf8").catch(() => ""));
      if (entry === undefined) await rm(path, { force: true });
      else entries.push(entry);
    }
    return entries;
  }

  #pathOf(token: string): string {
    return join(this.#directory, `${createHash("sha256").update(token).digest("hex")}.json`);
  }

  #seal(token: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce);
    const text = Buffer.concat([cipher.update(token, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString("base64");
  }

  #open(text: string): JournalEntry | undefined {
    try {
      const { sealed, expiresAt } = JSON.parse(text) as { sealed: string; expiresAt: number };
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv(CIPHER, this.#key, bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const token =
        decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
      return { token, expiresAt };
    } catch {
      return undefined;
    }
  }
}

function expiry(entry: JournalEntry): { readonly expiresAt: number } {
  return { expiresAt: entry.expiresAt };
}
