// Where a coding agent's session is kept between runs: with the gateway, keyed by the caller's own run (repository,
// pull request or issue, profile), never by what a caller says.

export interface SessionArchive {
  /** The archive, or undefined when there is none. */
  load(): Promise<Uint8Array | undefined>;
  store(archive: Uint8Array): Promise<void>;
}

export const SESSION_BYTES_MAX = 32 * 1024 * 1024;
