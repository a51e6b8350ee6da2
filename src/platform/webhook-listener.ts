// HTTP listeners for deliveries. The listener reads a request whole (within limits) and hands over its raw bytes,
// because signatures are made over them.

export interface WebhookRequest {
  /** Names in lower case; every value of a name that was sent twice. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Uint8Array;
}

export interface WebhookResponse {
  readonly status: number;
  readonly body: string;
}

export interface WebhookRoute {
  readonly port: number;
  /** Matched exactly. */
  readonly path: string;
  /** A longer body is answered with 400 before it is read to its end. */
  readonly bodyBytesMax: number;
  /** A rejection is answered with 500. */
  handle(request: WebhookRequest): Promise<WebhookResponse>;
}

export interface WebhookListener {
  /**
   * Makes these the routes of the owner: opens and closes ports as needed. AlreadyExists, naming port and path, when
   * another owner has a route there; Unavailable when a port cannot be opened. Nothing changes then.
   */
  setRoutes(owner: string, routes: readonly WebhookRoute[]): Promise<void>;
  /** Lets the requests that are under way end, and closes every port. */
  close(): Promise<void>;
}
