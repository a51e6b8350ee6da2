// Where a caller's token is in a request: each kind of client has its own place for a credential.
import type { IncomingHttpHeaders } from "node:http";

/**
 * The token of `x-runyard-token`, Proxy-Authorization, `x-api-key` or Authorization (Bearer, or the password of Basic, as
 * git sends it); undefined when there is none.
 */
export function presentedToken(headers: IncomingHttpHeaders): string | undefined {
  const plain = headers["x-runyard-token"] ?? headers["x-api-key"];
  return (
    (typeof plain === "string" && plain !== "" ? plain : undefined) ??
    fromAuthorization(headers["proxy-authorization"]) ??
    fromAuthorization(headers.authorization)
  );
}

function fromAuthorization(value: string | undefined): string | undefined {
  const [, scheme = "", credential = ""] = /^(\S+) +(\S+)$/u.exec(value ?? "") ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
    case "token":
      return credential;
    case "basic": {
      const text = Buffer.from(credential, "base64").toString("utf8");
      const password = text.slice(text.indexOf(":") + 1);
      return text.includes(":") && password !== "" ? password : undefined;
    }
    default:
      return undefined;
  }
}
