// A workflow's nodes as a tree of lines: what ran inside what, with a glyph for how it ended.
import type { NodePhase, NodeStatus, Workflow } from "../resources/workflow.ts";
import { humanDuration } from "../resources/human-duration.ts";
import { colourOfPhase, type Paint, printable } from "./style.ts";

/** Longer trees are cut: a loop can have thousands of items. */
export const TREE_LINES_MAX = 500;

const GLYPHS: Readonly<Record<NodePhase, string>> = {
  Pending: "◷",
  Running: "●",
  Succeeded: "✔",
  Failed: "✖",
  Error: "⚠",
  Skipped: "○",
  Omitted: "○",
};

/** One line per node; `now` in milliseconds since the epoch. */
export function nodeTreeLines(
  { metadata, status }: Workflow,
  { now, paint }: { readonly now: number; readonly paint: Paint },
): readonly string[] {
  const nodes = Object.values(status?.nodes ?? {});
  const parents = parentsOf(nodes, metadata.name);
  const children = Map.groupBy(nodes, (node) => parents.get(node)?.id ?? "");
  const lines: string[] = [];
  const add = (siblings: readonly NodeStatus[], indent: string): void => {
    const visible = siblings.toSorted(byStart).flatMap((node) => unwrapped(node, children));
    for (const [index, node] of visible.entries()) {
      if (lines.length >= TREE_LINES_MAX) return;
      const isLast = index === visible.length - 1;
      // The workflow itself, and its exit handler, which belongs to no step.
      const isRoot = !parents.has(node);
      const branch = isRoot ? "" : isLast ? "└─ " : "├─ ";
      const inner = node.name === metadata.name ? node : innermost(node, children);
      const message = messageOf(node) === "" ? messageOf(inner) : messageOf(node);
      lines.push(indent + branch + lineOf(node, message, { now, paint }));
      add(children.get(inner.id) ?? [], isRoot ? "" : indent + (isLast ? "   " : "│  "));
    }
  };
  add(children.get("") ?? [], "");
  const left = nodes.length - lines.length;
  return lines.length < TREE_LINES_MAX || left <= 0 ? lines : [...lines, `… and up to ${left} more nodes`];
}

/** A group of steps says nothing of its own: its steps stand in its place. */
function unwrapped(node: NodeStatus, children: ReadonlyMap<string, readonly NodeStatus[]>): readonly NodeStatus[] {
  return node.type === "StepGroup" ? (children.get(node.id) ?? []).toSorted(byStart) : [node];
}

/** What only wraps one node that stands as it does (a single step, a first attempt) stands for it. */
function innermost(node: NodeStatus, children: ReadonlyMap<string, readonly NodeStatus[]>): NodeStatus {
  const [only, ...others] = (children.get(node.id) ?? []).flatMap((child) => unwrapped(child, children));
  return only === undefined || others.length > 0 || only.phase !== node.phase ? node : innermost(only, children);
}

function parentsOf(nodes: readonly NodeStatus[], root: string): ReadonlyMap<NodeStatus, NodeStatus> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<NodeStatus, NodeStatus>();
  for (const node of nodes) {
    const parent = node.name === root ? undefined : parentOf(node, byName, byId);
    if (parent !== undefined && parent !== node) parents.set(node, parent);
  }
  return parents;
}

function parentOf(
  node: NodeStatus,
  byName: ReadonlyMap<string, NodeStatus>,
  byId: ReadonlyMap<string, NodeStatus>,
): NodeStatus | undefined {
  // Attempts and loop items end in parentheses after the name of what holds them.
  for (
    let at = node.name.lastIndexOf("(");
    node.name.endsWith(")") && at > 0;
    at = node.name.lastIndexOf("(", at - 1)
  ) {
    const holder = byName.get(node.name.slice(0, at));
    if (holder !== undefined) return holder;
  }
  // A group belongs to its template's node, whose name may hold the group of another.
  const group = node.type === "StepGroup" ? undefined : /^(.*\[\d+\])\.[^.]*$/.exec(node.name)?.[1];
  const holder = group === undefined ? undefined : byName.get(group);
  return holder ?? (node.boundaryID === undefined ? undefined : byId.get(node.boundaryID));
}

function messageOf({ message, synchronizationStatus }: NodeStatus): string {
  const waiting = synchronizationStatus?.waiting;
  return message ?? (waiting === undefined ? "" : `waits for ${waiting}`);
}

function lineOf(
  node: NodeStatus,
  message: string,
  { now, paint }: { readonly now: number; readonly paint: Paint },
): string {
  const glyph = paint(colourOfPhase(node.phase), GLYPHS[node.phase] ?? "?");
  const took = durationOf(node, now);
  const parts = [`${glyph} ${printable(node.displayName)}`];
  if (took !== "") parts.push(paint("dim", took));
  if (message !== "") parts.push(paint("dim", printable(message)));
  return parts.join("  ");
}

function durationOf({ startedAt, finishedAt, phase }: NodeStatus, now: number): string {
  if (startedAt === undefined || phase === "Skipped" || phase === "Omitted" || phase === "Pending") return "";
  const end = finishedAt === undefined ? now : Date.parse(finishedAt);
  return humanDuration(Math.max(0, end - Date.parse(startedAt)));
}

function byStart(a: NodeStatus, b: NodeStatus): number {
  const [first, second] = [a.startedAt ?? "", b.startedAt ?? ""];
  if (first !== second) return first < second ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
