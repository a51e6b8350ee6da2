// Where the logs of a container come from: the supervisor's files on one machine, the API server on a cluster.
import type { ObjectKey } from "../resources/object-meta.ts";

export interface LogRequest {
  readonly pod: ObjectKey;
  /** Tells the pod from another of the same name. */
  readonly uid: string;
  readonly container: string;
  /** Goes on until the container ends or the signal aborts; else ends with what is there now. */
  readonly follow?: boolean;
  /** Only so many lines from the end. */
  readonly tailLines?: number;
  /** Only lines written in the last so many seconds. */
  readonly sinceSeconds?: number;
  /** Each line starts with its RFC 3339 time and a space. */
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogSource {
  /** The bytes of the log, in order. NotFound when nothing is known of the pod or container; not started: no bytes. */
  read(request: LogRequest): AsyncIterable<Uint8Array>;
}
