// Messages that Argo takes for passing faults of the cluster, by which `retryPolicy: OnTransientError` retries.

const transientTexts: readonly string[] = [
  "client rate limiter Wait returned an error",
  "etcdserver: leader changed",
  "etcdserver: request timed out",
  "etcdserver: too many requests",
  "unexpected error when reading response body",
  "stream error when reading response body",
  "Connection closed by foreign host",
  "net/http: TLS handshake timeout",
  "i/o timeout",
  "connection timed out",
  "connection reset by peer",
  "http2: client connection lost",
  "http2: server sent GOAWAY and closed the connection",
  "request did not complete within requested timeout",
  "connect: connection refused",
  "invalid connection",
];

export function isTransientMessage(message: string): boolean {
  return transientTexts.some((text) => message.includes(text));
}
