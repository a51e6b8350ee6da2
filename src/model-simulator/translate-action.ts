// A neutral action as a call of a tool that the asking coding agent advertises: Claude Code has Write and Bash, Codex
// has apply_patch and exec_command, and with its newest models one tool `exec` that takes JavaScript.
import { dirname } from "node:path/posix";
import type { Tool } from "./conversation.ts";
import type { Action } from "./script.ts";

export interface ToolCall {
  readonly name: string;
  readonly namespace: string | undefined;
  /** function: `input` is an object. custom: a text. */
  readonly form: string;
  readonly input: unknown;
}

export interface Surroundings {
  readonly tools: readonly Tool[];
  readonly workingDirectory: string | undefined;
}

const WRITERS = new Set(["Write", "write", "write_file", "create_file"]);
const SHELLS = new Set(["Bash", "bash", "shell", "shell_command", "exec_command", "run_shell_command"]);
const PATH_PROPERTIES = ["file_path", "filePath", "path", "absolute_path"];
const CONTENT_PROPERTIES = ["content", "contents", "file_text", "text"];
const COMMAND_PROPERTIES = ["command", "cmd", "script"];

/** Throws, naming the tools there are, when no advertised tool can do it. */
export function translateAction(action: Action, surroundings: Surroundings): ToolCall {
  const codeMode = surroundings.tools.find((tool) => tool.name === "exec" && tool.form === "custom");
  if (codeMode !== undefined && !surroundings.tools.some((tool) => tool.name === "exec_command")) {
    return callOf(codeMode, javaScriptOf(action));
  }
  if ("write" in action) return translateWrite(action.write, surroundings);
  if ("sh" in action) return translateShell(action.sh, surroundings);
  return translateMcp(action.mcp, surroundings);
}

function translateWrite(write: { path: string; content: string }, surroundings: Surroundings): ToolCall {
  const patcher = surroundings.tools.find((tool) => tool.name === "apply_patch");
  if (patcher !== undefined) {
    const patch = patchOf(write);
    return callOf(patcher, patcher.form === "custom" ? patch : { input: patch });
  }
  const path = absolutePath(write.path, surroundings.workingDirectory);
  const writer = surroundings.tools.find((tool) => WRITERS.has(tool.name));
  if (writer !== undefined && path !== undefined) {
    const pathProperty = propertyOf(writer, PATH_PROPERTIES);
    const contentProperty = propertyOf(writer, CONTENT_PROPERTIES);
    return callOf(writer, withRequired(writer, { [pathProperty]: path, [contentProperty]: write.content }));
  }
  const body = write.content.endsWith("\n") ? write.content : `${write.content}\n`;
  // As the other writers do, with the folders that are missing.
  const folder = write.path.includes("/") ? `mkdir -p ${quote(dirname(write.path))} && ` : "";
  return translateShell(`${folder}cat > ${quote(write.path)} <<'END_OF_SCRIPT'\n${body}END_OF_SCRIPT`, surroundings);
}

function translateShell(command: string, surroundings: Surroundings): ToolCall {
  const shell = surroundings.tools.find((tool) => SHELLS.has(tool.name));
  if (shell === undefined) throw new Error(`no shell among the tools ${namesOf(surroundings.tools)}`);
  const property = propertyOf(shell, COMMAND_PROPERTIES);
  const takesList = shell.properties[property]?.type === "array";
  return callOf(shell, withRequired(shell, { [property]: takesList ? ["bash", "-lc", command] : command }));
}

function translateMcp(call: { server: string; tool: string; input: unknown }, surroundings: Surroundings): ToolCall {
  const namespace = `mcp__${call.server}`;
  const fullName = `${namespace}__${call.tool}`;
  const advertised = surroundings.tools.find(
    (tool) => tool.name === fullName || (tool.namespace === namespace && tool.name === call.tool),
  );
  if (advertised !== undefined) return callOf(advertised, call.input);
  // Both agents defer MCP tools behind a search, yet run one that is called by its name; Codex has it in a namespace.
  const isCodex = surroundings.tools.some((tool) => tool.form === "tool_search");
  return isCodex
    ? { name: call.tool, namespace, form: "function", input: call.input }
    : { name: fullName, namespace: undefined, form: "function", input: call.input };
}

function javaScriptOf(action: Action): string {
  const call =
    "write" in action
      ? `apply_patch(${JSON.stringify(patchOf(action.write))})`
      : "sh" in action
        ? `exec_command({ cmd: ${JSON.stringify(action.sh)} })`
        : `mcp__${action.mcp.server}__${action.mcp.tool}(${JSON.stringify(action.mcp.input)})`;
  return `const result = await tools.${call};\ntext(result);`;
}

/** Replaces the file whole, whether it is there or not: an `Add File` over an existing file does that in Codex. */
function patchOf(write: { path: string; content: string }): string {
  const lines = write.content.replace(/\n$/u, "").split("\n");
  return [
    `*** Begin Patch`,
    `*** Add File: ${write.path}`,
    ...lines.map((line) => `+${line}`),
    `*** End Patch`,
    ``,
  ].join("\n");
}

function callOf(tool: Tool, input: unknown): ToolCall {
  return { name: tool.name, namespace: tool.namespace, form: tool.form, input };
}

function propertyOf(tool: Tool, names: readonly string[]): string {
  const found = names.find((name) => name in tool.properties);
  if (found === undefined) throw new Error(`tool ${tool.name} has none of the properties ${names.join(", ")}`);
  return found;
}

function withRequired(tool: Tool, input: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const missing = tool.required.filter((name) => !(name in input));
  return { ...Object.fromEntries(missing.map((name) => [name, fillerOf(tool.properties[name])])), ...input };
}

function fillerOf(property: Tool["properties"][string] | undefined): unknown {
  if (property?.enum !== undefined) return property.enum[0];
  switch (property?.type) {
    case "number":
    case "integer":
      return 1;
    case "boolean":
      return false;
    case "array":
      return [];
    default:
      return "scripted";
  }
}

function absolutePath(path: string, workingDirectory: string | undefined): string | undefined {
  if (path.startsWith("/")) return path;
  return workingDirectory === undefined ? undefined : `${workingDirectory.replace(/\/$/u, "")}/${path}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function namesOf(tools: readonly Tool[]): string {
  return tools.map((tool) => tool.name).join(", ");
}
