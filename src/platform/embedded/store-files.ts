// Where the store keeps its files, and how their failures are told to the operator.
import { join } from "node:path";
import { PlatformError } from "../errors.ts";

export interface StoreFiles {
  readonly database: string;
  readonly backups: string;
  /** `<namespace>/<name>/object.json` below it, mode 0600. */
  readonly secrets: string;
  readonly lock: string;
}

/** The files below a data directory. */
export function storeFiles(directory: string): StoreFiles {
  return {
    database: join(directory, "runyard.db"),
    backups: join(directory, "backups"),
    secrets: join(directory, "secrets"),
    lock: join(directory, "engine.lock"),
  };
}

interface Explanation {
  readonly message: string;
  readonly hint: string;
}

const NO_RIGHTS: Explanation = {
  message: "may not be read or written by this user",
  hint: "Give this user read and write rights on the data directory, or choose another one.",
};
const NO_SPACE: Explanation = {
  message: "cannot grow: no space is left",
  hint: "Free space on the file system of the data directory (or raise its quota or the size limit); writes then work again.",
};
const BROKEN: Explanation = {
  message: "is damaged or no database",
  hint: "Stop the engine, keep a copy of the file, and put a backup from the directory 'backups' in its place.",
};
const DEVICE: Explanation = {
  message: "could not be read or written by the operating system",
  hint: "Look for disk errors in the kernel's log (dmesg); nothing that was acknowledged is lost if the disk is sound.",
};
const BUSY: Explanation = {
  message: "is locked by another program",
  hint: "Close the program that has the database open for writing.",
};
const MISPLACED: Explanation = {
  message: "cannot be opened at this path",
  hint: "Give a data directory that exists or can be made, and that no file stands in the way of.",
};

/** By primary result code; source: "Result and Error Codes" of the SQLite documentation. */
const BY_SQLITE_CODE: Readonly<Record<number, Explanation>> = {
  3: NO_RIGHTS,
  5: BUSY,
  8: NO_RIGHTS,
  10: DEVICE,
  11: BROKEN,
  13: NO_SPACE,
  14: MISPLACED,
  23: NO_RIGHTS,
  26: BROKEN,
};

const BY_SYSTEM_CODE: Readonly<Record<string, Explanation>> = {
  EACCES: NO_RIGHTS,
  EPERM: NO_RIGHTS,
  EROFS: NO_RIGHTS,
  ENOSPC: NO_SPACE,
  EDQUOT: NO_SPACE,
  EFBIG: NO_SPACE,
  EIO: DEVICE,
  EEXIST: MISPLACED,
  ENOENT: MISPLACED,
  ENOTDIR: MISPLACED,
  ELOOP: MISPLACED,
};

/** A failure of SQLite or the file system as a PlatformError that names the path; a PlatformError stays as it is. */
export function storageError(error: unknown, path: string): PlatformError {
  if (error instanceof PlatformError) return error;
  const explanation = explain(error);
  const details = error instanceof Error ? error.message : String(error);
  if (explanation === undefined) {
    return new PlatformError({ code: "Internal", message: `${path}: ${details}`, cause: error });
  }
  return new PlatformError({
    code: "Unavailable",
    message: `${path} ${explanation.message} (${details})`,
    hint: explanation.hint,
    cause: error,
  });
}

/** What the database says contradicts itself. */
export function damagedError(path: string, details: string): PlatformError {
  return new PlatformError({
    code: "Unavailable",
    message: `${path} ${BROKEN.message} (${details})`,
    hint: BROKEN.hint,
  });
}

function explain(error: unknown): Explanation | undefined {
  const { errcode, code } = error as { errcode?: number; code?: string };
  // The low byte of an extended result code is the primary one.
  if (typeof errcode === "number") return BY_SQLITE_CODE[errcode & 0xff];
  return typeof code === "string" ? BY_SYSTEM_CODE[code] : undefined;
}
