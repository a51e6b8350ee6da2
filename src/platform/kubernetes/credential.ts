// What a client shows to the API server, and how it is renewed while the program runs.
import { readFile } from "node:fs/promises";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";

/** PEM texts of a client certificate. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface ShownCredential {
  readonly token?: string;
  readonly clientCertificate?: ClientCertificate;
}

export interface Credential {
  /** What to show now. The same object as before while nothing has changed. */
  current(): Promise<ShownCredential>;
  /** The server refused it: the next call to `current` gets a fresh one. False when there is no fresher one to get. */
  invalidate(): boolean;
}

/** A credential that never changes. */
export function fixedCredential(shown: ShownCredential): Credential {
  return { current: async () => shown, invalidate: () => false };
}

/** The kubelet replaces a projected token at 80 % of its life; a minute is what client-go waits too. */
const TOKEN_FILE_REREAD_MS = 60_000;

/** A token in a file that is replaced from time to time. */
export function tokenFileCredential(path: string, clock: Pick<Clock, "now">): Credential {
  let shown: ShownCredential | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async current() {
      if (shown !== undefined && clock.now() - readAt < TOKEN_FILE_REREAD_MS) return shown;
      const token = await readToken(path);
      readAt = clock.now();
      if (shown?.token !== token) shown = { token };
      return shown;
    },
    invalidate() {
      readAt = Number.NEGATIVE_INFINITY;
      return true;
    },
  };
}

async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    throw new PlatformError({
      code: "Unauthorized",
      message: `the token file ${path} cannot be read: ${(error as Error).message}`,
      hint: "check the path and that this user may read it",
      cause: error,
    });
  }
}
