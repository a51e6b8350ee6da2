// How Argo names nodes, their ids and their pods. Everything is derived, so every pass finds the same names again.

const POD_NAME_PREFIX_LENGTH_MAX = 242;

/** FNV-1a, 32 bits, over the UTF-8 bytes. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}

/** The root node has the workflow's name as its id. */
export function nodeIdOf(workflowName: string, nodeName: string): string {
  return nodeName === workflowName ? workflowName : `${workflowName}-${fnv32a(nodeName)}`;
}

/** Pod names of version v2; `templateName` is empty for inline templates. */
export function podNameOf(workflowName: string, nodeName: string, templateName: string): string {
  if (nodeName === workflowName) return workflowName;
  const prefix = templateName === "" ? workflowName : `${workflowName}-${templateName}`;
  return `${prefix.slice(0, POD_NAME_PREFIX_LENGTH_MAX)}-${fnv32a(nodeName)}`;
}

/** A node is shown without its boundary's name and without `[0].` or `.` in front. */
export function displayNameOf(nodeName: string, boundaryName: string | undefined): string {
  if (boundaryName === undefined) return nodeName;
  const rest = nodeName.startsWith(boundaryName) ? nodeName.slice(boundaryName.length) : nodeName;
  return rest.replace(/^(?:\[\d+\])?\./, "");
}

export function onExitName(parentName: string): string {
  return `${parentName}.onExit`;
}

export function hookName(parentName: string, hook: string): string {
  return `${parentName}.hooks.${hook}`;
}

/** The step or task that a node belongs to: loop items and attempts in parentheses or brackets at the end are left out. */
export function callNameOf(nodeName: string): string {
  let end = nodeName.length;
  let opener = "";
  while (end > 0) {
    const character = nodeName.charAt(end - 1);
    if (opener === "" && character !== ")" && character !== "]") break;
    if (opener === "") opener = character === ")" ? "(" : "[";
    else if (character === opener) opener = "";
    end -= 1;
  }
  return nodeName.slice(nodeName.lastIndexOf(".", end - 1) + 1, end);
}
