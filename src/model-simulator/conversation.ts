// One request of any of the three wire protocols as a neutral conversation: who said what, and which tools there are.
// Read defensively: a simulator that crashes on a new field of a coding agent would hide what the agent does.

export type Protocol = "anthropic-messages" | "openai-responses" | "openai-chat-completions";

export interface Tool {
  readonly name: string;
  /** `mcp__server` in the Responses protocol. */
  readonly namespace: string | undefined;
  /** function, custom (free text input), local_shell. */
  readonly form: string;
  /** Property names and their JSON types; required ones. */
  readonly properties: Readonly<Record<string, { readonly type?: unknown; readonly enum?: readonly unknown[] }>>;
  readonly required: readonly string[];
}

export interface Entry {
  readonly by: "instructions" | "user" | "model" | "tool";
  readonly text: string;
}

export interface Conversation {
  readonly protocol: Protocol;
  readonly model: string;
  readonly stream: boolean;
  /** Chat Completions sends its usage chunk only when asked. */
  readonly includeUsage: boolean;
  readonly tools: readonly Tool[];
  readonly entries: readonly Entry[];
  /** Where the coding agent works, if the request says so. */
  readonly workingDirectory: string | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** Reads a parsed request body. */
export function readConversation(protocol: Protocol, body: unknown): Conversation {
  const request = object(body);
  const entries = readEntries(protocol, request);
  return {
    protocol,
    model: typeof request["model"] === "string" ? request["model"] : "unknown",
    stream: request["stream"] === true,
    includeUsage: object(request["stream_options"])["include_usage"] === true,
    tools: readTools(protocol, request),
    entries,
    workingDirectory: findWorkingDirectory(entries),
  };
}

/**
 * How many turns the model has taken since all of `texts` had occurred in instructions and user texts; undefined when
 * they do not all occur.
 */
export function turnsSince(entries: readonly Entry[], texts: readonly string[]): number | undefined {
  const missing = new Set(texts);
  let turns = 0;
  let inTurn = false;
  for (const entry of entries) {
    if (entry.by === "model") {
      if (!inTurn && missing.size === 0) turns += 1;
      inTurn = true;
      continue;
    }
    inTurn = false;
    if (entry.by === "tool") continue;
    for (const text of texts) if (entry.text.includes(text)) missing.delete(text);
  }
  return missing.size === 0 ? turns : undefined;
}

function readEntries(protocol: Protocol, request: Json): readonly Entry[] {
  switch (protocol) {
    case "anthropic-messages":
      return [
        { by: "instructions", text: textOf(request["system"]) },
        ...list(request["messages"]).flatMap((message) => readAnthropicMessage(object(message))),
      ];
    case "openai-responses":
      return [
        { by: "instructions", text: textOf(request["instructions"]) },
        ...(typeof request["input"] === "string"
          ? [{ by: "user" as const, text: request["input"] }]
          : list(request["input"]).map((item) => readResponsesItem(object(item)))),
      ];
    case "openai-chat-completions":
      return list(request["messages"]).map((message) => readItem(object(message)));
  }
}

function readAnthropicMessage(message: Json): readonly Entry[] {
  if (message["role"] === "assistant") return [{ by: "model", text: textOf(message["content"]) }];
  if (typeof message["content"] === "string") return [{ by: "user", text: message["content"] }];
  return list(message["content"]).map((block) =>
    object(block)["type"] === "tool_result"
      ? { by: "tool", text: textOf(object(block)["content"]) }
      : { by: "user", text: textOf([block]) },
  );
}

const MODEL_ITEMS = new Set(["reasoning", "function_call", "custom_tool_call", "local_shell_call", "web_search_call"]);

function readResponsesItem(item: Json): Entry {
  const type = typeof item["type"] === "string" ? item["type"] : "message";
  if (MODEL_ITEMS.has(type)) return { by: "model", text: "" };
  if (type.endsWith("_output")) return { by: "tool", text: textOf(item["output"]) };
  return readItem(item);
}

function readItem(message: Json): Entry {
  const text = textOf(message["content"]);
  switch (message["role"]) {
    case "assistant":
      return { by: "model", text };
    case "tool":
      return { by: "tool", text };
    case "user":
      return { by: "user", text };
    default:
      return { by: "instructions", text };
  }
}

function readTools(protocol: Protocol, request: Json): readonly Tool[] {
  const declared = list(request["tools"]);
  if (protocol !== "openai-responses") return declared.map((tool) => readTool(object(tool), undefined));
  // Codex's newest models get their tools in an input item, and MCP tools in namespaces.
  const added = list(request["input"])
    .map(object)
    .filter((item) => item["type"] === "additional_tools")
    .flatMap((item) => list(item["tools"]));
  return [...declared, ...added].flatMap((tool) => {
    const entry = object(tool);
    if (entry["type"] !== "namespace") return [readTool(entry, undefined)];
    return list(entry["tools"]).map((inner) => readTool(object(inner), String(entry["name"])));
  });
}

function readTool(tool: Json, namespace: string | undefined): Tool {
  const described = object(tool["function"] ?? tool);
  const schema = object(described["input_schema"] ?? described["parameters"]);
  const type = typeof tool["type"] === "string" ? tool["type"] : "function";
  return {
    name: typeof described["name"] === "string" ? described["name"] : type,
    namespace,
    form: type,
    properties: object(schema["properties"]) as Tool["properties"],
    required: list(schema["required"]).map(String),
  };
}

function findWorkingDirectory(entries: readonly Entry[]): string | undefined {
  for (const { text } of entries) {
    const found = /<cwd>([^<\n]+)<\/cwd>/u.exec(text) ?? /working directory: (\/\S+)/iu.exec(text);
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => object(part)["text"])
    .filter((text) => typeof text === "string")
    .join("\n");
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
