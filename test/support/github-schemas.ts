// GitHub's own OpenAPI description as a judge: REST answers and webhook payloads are valid against it, or the test fails.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly "x-webhooks": Readonly<Record<string, unknown>>;
  readonly components: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Record<string, unknown> }>>;
}

export class GitHubSchemas {
  readonly #document: OpenApi;
  readonly #ajv: Ajv;
  readonly #validators = new Map<string, ValidateFunction>();

  constructor() {
    const file = createRequire(import.meta.url).resolve("@octokit/openapi/generated/api.github.com.json");
    this.#document = JSON.parse(readFileSync(file, "utf8")) as OpenApi;
    this.#ajv = new Ajv({
      strict: false,
      validateSchema: false,
      logger: false,
      inlineRefs: false,
      code: { optimize: false },
    });
    formats.default(this.#ajv);
    for (const format of ["repo.nwo", "timestamp", "ssh-key", "ssh-key fingerprint"]) {
      this.#ajv.addFormat(format, true);
    }
    mend(this.#document);
    this.#ajv.addSchema(this.#document, "github");
  }

  /**
   * Throws with every difference from what GitHub documents for the operation and status. Refusals that are common to
   * all operations and therefore documented for few (401, 403, 404 …) are checked as its general error.
   */
  checkAnswer(method: string, path: string, status: number, body: unknown): void {
    const operation = this.#document.paths[path]?.[method.toLowerCase()];
    if (operation === undefined) {
      throw new Error(`GitHub has no ${method} ${path}`);
    }
    const response = operation.responses[String(status)];
    if (response === undefined && status >= 400) {
      this.#check("#/components/schemas/basic-error", body, `${method} ${path} ${status}`);
      return;
    }
    if (response === undefined) {
      throw new Error(`GitHub documents no ${status} of ${method} ${path}`);
    }
    const pointer = response.$ref ?? `#/paths/${escape(path)}/${method.toLowerCase()}/responses/${status}`;
    const content = (response.$ref === undefined ? response : this.#resolve(response.$ref)).content;
    const media = content === undefined ? undefined : Object.keys(content).find((type) => type.includes("json"));
    if (media === undefined) {
      return; // nothing is said about the body
    }
    this.#check(`${pointer}/content/${escape(media)}/schema`, body, `${method} ${path} ${status}`);
  }

  /** Throws with every difference from GitHub's payload of the event. */
  checkPayload(event: string, action: string | null, payload: unknown): void {
    const name = [event, ...(action === null ? [] : [action])].join("-").replaceAll("_", "-");
    if (this.#document["x-webhooks"][name] === undefined) {
      throw new Error(`GitHub has no event ${name}`);
    }
    this.#check(`#/x-webhooks/${name}/post/requestBody/content/${escape("application/json")}/schema`, payload, name);
  }

  #resolve(reference: string): { readonly content?: Record<string, unknown> } {
    let value: unknown = this.#document;
    for (const part of reference.slice(2).split("/")) {
      value = (value as Record<string, unknown>)[part];
    }
    return value as { readonly content?: Record<string, unknown> };
  }

  #check(pointer: string, value: unknown, what: string): void {
    let validate = this.#validators.get(pointer);
    if (validate === undefined) {
      validate = this.#ajv.compile({ $ref: `github${pointer}` });
      this.#validators.set(pointer, validate);
    }
    if (!validate(value)) {
      const problems = (validate.errors ?? []).map((error) => `  ${error.instancePath}: ${error.message ?? ""}`);
      throw new Error(`${what} differs from GitHub's schema:\n${problems.join("\n")}`);
    }
  }
}

/** A slip of the description: in `GET /app/installations` an account is a user and an enterprise at once. */
function saysUserAndEnterprise(schemas: unknown): boolean {
  const titles = Array.isArray(schemas) ? schemas.map((schema: { readonly title?: string }) => schema.title) : [];
  return titles.length === 2 && titles[0] === "Simple User" && titles[1] === "Enterprise";
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says null; ajv knows the word only next to a type. */
function mend(node: unknown): void {
  if (typeof node !== "object" || node === null) {
    return;
  }
  for (const child of Object.values(node)) {
    mend(child);
  }
  const schema = node as Record<string, unknown>;
  if (saysUserAndEnterprise(schema["allOf"])) {
    schema["anyOf"] = schema["allOf"];
    delete schema["allOf"];
  }
  // Where nothing was given, GitHub answers with the empty text that it names as the default, which is no URI.
  if (schema["format"] === "uri" && schema["default"] === "") {
    delete schema["format"];
  }
  if (schema["nullable"] !== true) {
    return;
  }
  if (Array.isArray(schema["enum"]) && !schema["enum"].includes(null)) {
    schema["enum"].push(null);
  }
  if (schema["type"] === undefined) {
    const { nullable: _, ...rest } = schema;
    for (const key of Object.keys(schema)) {
      delete schema[key];
    }
    schema["anyOf"] = [{ type: "null" }, rest];
  }
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}
