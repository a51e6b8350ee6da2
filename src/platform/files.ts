// The files of a container.

export interface Files {
  /** Undefined when it does not exist. Refuses more than `bytesMax` (default 16 MiB) as Invalid. */
  read(path: string, bytesMax?: number): Promise<string | undefined>;
  readBytes(path: string, bytesMax?: number): Promise<Uint8Array | undefined>;
  /**
   * What a stranger may have put there: a regular file, never through a link, never a pipe that waits. Undefined when it
   * does not exist; Invalid when it is something else or larger.
   */
  readUntrusted(path: string, bytesMax: number): Promise<string | undefined>;
  /** Creates missing folders; replaces the file whole. */
  write(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  exists(path: string): Promise<boolean>;
  /** Names in a folder; empty when it does not exist. */
  list(path: string): Promise<readonly string[]>;
  makeDirectory(path: string): Promise<void>;
  /** Removes a file or a tree; nothing when it is not there. */
  remove(path: string): Promise<void>;
}
