// `kubectl get -o jsonpath=…`, as in `outputs.parameters[].valueFrom.jsonPath` of resource templates.
import { printGoValue } from "./go-format.ts";
import { writeJson } from "./go-json.ts";
import { type GoValue, isGoList, isGoMap } from "./go-value.ts";
import { evaluateNodes } from "./kubectl-json-path/evaluate-node.ts";
import type { PathNode } from "./kubectl-json-path/nodes.ts";
import { parseTemplate } from "./kubectl-json-path/parser.ts";
import { LanguageError } from "./language-error.ts";
import { toUnstructured } from "./unstructured-json.ts";
import type { JsonValue } from "./yaml.ts";

/**
 * The text that kubectl prints for an object. A missing key gives nothing; LanguageError for a wrong template, and for
 * an index that does not exist. Text outside of braces is printed as it is.
 */
export function renderJsonPath(template: string, object: JsonValue | GoValue): string {
  const renderer = new Renderer(parseTemplate(template));
  return renderer.render(toUnstructured(object));
}

class Renderer {
  #nodes: readonly PathNode[];
  #openRanges = 0;
  /** The `end` that closed the last range. */
  #lastEnd: PathNode | undefined;

  constructor(nodes: readonly PathNode[]) {
    this.#nodes = nodes;
  }

  /** The results of the nodes for one value; the nodes of a range are rendered for each of its values. */
  render(value: GoValue): string {
    const nodes = this.#nodes;
    let text = "";
    let next = 0;
    for (const [at, node] of nodes.entries()) {
      if (at < next) continue;
      const action = node.kind === "action" ? node.nodes : [];
      const word = rangeWord(action);
      if (word === "end") {
        if (this.#openRanges === 0) throw new LanguageError("not in range, nothing to end");
        this.#lastEnd = node;
        return text;
      }
      if (word === "range") {
        text += this.#renderRange(nodes.slice(at + 1), rangeValues(action, value));
        next = nodes.indexOf(this.#lastEnd ?? node, at + 1) + 1;
      } else {
        text += printResults(evaluateNodes([node], [value]));
      }
    }
    return text;
  }

  /** Without any value the nodes are still walked, so that the end of the range is found. */
  #renderRange(nodes: readonly PathNode[], values: readonly GoValue[]): string {
    this.#openRanges += 1;
    const texts = (values.length === 0 ? [null] : values).map((value) => {
      this.#nodes = nodes;
      return this.render(value);
    });
    this.#openRanges -= 1;
    return values.length === 0 ? "" : texts.join("");
  }
}

function rangeWord(action: readonly PathNode[]): string | undefined {
  return action
    .map((each) => (each.kind === "identifier" ? each.name : ""))
    .find((name) => /^(?:range|end)$/.test(name));
}

/** What the path after `range` finds. */
function rangeValues(action: readonly PathNode[], value: GoValue): readonly GoValue[] {
  const path = action.filter((each) => !(each.kind === "identifier" && each.name === "range"));
  return evaluateNodes(path, [value]);
}

function printResults(results: readonly GoValue[]): string {
  return results.map(printResult).join(" ");
}

function printResult(value: GoValue): string {
  if (value === null) return "null";
  return isGoList(value) || isGoMap(value) ? writeJson(value) : printGoValue(value);
}
