// A person at the simulated GitHub: everything that the demonstration does or believes goes through REST with the
// person's own token, as it would at the real one.
export interface Person {
  readonly login: string;
  readonly token: string;
  /** The body of the answer; an error says what was asked and what came back. */
  get(path: string): Promise<unknown>;
  send(method: "POST" | "PATCH" | "PUT", path: string, body: unknown): Promise<unknown>;
}

export function createPerson(login: string, token: string, apiUrl: string): Person {
  return {
    login,
    token,
    get: (path) => callGitHub({ apiUrl, authorization: `Bearer ${token}`, method: "GET", path }),
    send: (method, path, body) => callGitHub({ apiUrl, authorization: `Bearer ${token}`, method, path, body }),
  };
}

export interface GitHubCall {
  readonly apiUrl: string;
  readonly authorization: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
}

export async function callGitHub({ apiUrl, authorization, method, path, body }: GitHubCall): Promise<unknown> {
  const response = await fetch(`${apiUrl}${path}`, {
    method,
    headers: { accept: "application/vnd.github+json", authorization, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 300)}`);
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}

/** A text field of an answer; throws where it is something else. */
export function textField(value: unknown, name: string): string {
  const field = (value as Readonly<Record<string, unknown>> | null)?.[name];
  if (typeof field !== "string")
    throw new Error(`the field ${name} is no text: ${JSON.stringify(value).slice(0, 200)}`);
  return field;
}
