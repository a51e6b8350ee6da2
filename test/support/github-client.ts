// A caller of the simulated GitHub that checks every answer against GitHub's own description of the operation.

import { createHmac, createSign } from "node:crypto";

import type { GitHubSchemas } from "./github-schemas.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // The tests read what they know to be there; the schemas have been checked.
  readonly body: Any;
}

/** JSON whose shape the schemas have checked: fields are read without ceremony. */
export type Any = ReturnType<typeof JSON.parse>;

export interface CallOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Operations ("GET /repos/{owner}/{repo}") that were called with success. */
export type Coverage = Set<string>;

export class GitHubClient {
  readonly #apiUrl: string;
  readonly #authorization: string | undefined;
  readonly #schemas: GitHubSchemas;
  readonly coverage: Coverage;

  constructor(parts: {
    readonly apiUrl: string;
    readonly authorization?: string;
    readonly schemas: GitHubSchemas;
    readonly coverage?: Coverage;
  }) {
    this.#apiUrl = parts.apiUrl;
    this.#authorization = parts.authorization;
    this.#schemas = parts.schemas;
    this.coverage = parts.coverage ?? new Set();
  }

  /** `target` is "METHOD /path/{parameter}" as in GitHub's description. */
  async call(
    target: string,
    parameters: Readonly<Record<string, string | number>> = {},
    options: CallOptions = {},
  ): Promise<Answer> {
    const [method = "GET", template = "/"] = target.split(" ");
    const path = expand(template, parameters);
    const query = new URLSearchParams(options.query).toString();
    const response = await fetch(`${this.#apiUrl}${path}${query === "" ? "" : `?${query}`}`, {
      method,
      redirect: "manual",
      headers: {
        ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const body = await readBody(response);
    this.#schemas.checkAnswer(method, template, response.status, body);
    if (response.status < 400) {
      this.coverage.add(target);
    }
    return { status: response.status, headers: response.headers, body };
  }
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return text !== "" && isJson ? JSON.parse(text) : text;
}

function expand(template: string, parameters: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) {
      throw new Error(`${template} needs ${name}`);
    }
    return encodeURIComponent(String(value));
  });
}

/** An App's JWT. Times are offsets from `nowMs` in seconds. */
export function appJwt(
  issuer: number | string,
  privateKeyPem: string,
  times: { readonly nowMs: number; readonly issued?: number; readonly expires?: number },
): string {
  const now = Math.floor(times.nowMs / 1000);
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = { iat: now + (times.issued ?? -30), exp: now + (times.expires ?? 540), iss: issuer };
  const text = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(payload)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKeyPem, "base64url")}`;
}

export function signatureOf(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
