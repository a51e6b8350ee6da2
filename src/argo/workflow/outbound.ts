// The nodes after which the next one hangs: a pod stands for itself, a group for the ends of what is in it.
import type { NodeStatus } from "../../resources/workflow.ts";
import type { NodeTree } from "./node-tree.ts";

/** Ids of the outbound nodes of a node. */
export function outboundNodesOf(nodes: NodeTree, id: string): readonly string[] {
  const node = nodes.get(id);
  if (node === undefined) return [];
  switch (node.type) {
    case "Pod":
    case "Skipped":
    case "Suspend":
      return [id];
    case "TaskGroup": {
      const children = [...nodes.childrenOf(id)];
      return children.length === 0 ? [id] : children.flatMap((child) => outboundNodesOf(nodes, child));
    }
    case "Retry": {
      const last = [...nodes.childrenOf(id)].at(-1);
      return last === undefined ? [] : [last];
    }
    default:
      return (node.outboundNodes ?? []).flatMap((each) => outboundNodesOf(nodes, each));
  }
}

/** Records where a steps or DAG node ends. */
export function setOutboundNodes(nodes: NodeTree, id: string, outboundNodes: readonly string[]): NodeStatus {
  const node = nodes.get(id);
  if (node === undefined) throw new Error(`node ${id} does not exist`);
  return nodes.replace({ ...node, outboundNodes });
}
