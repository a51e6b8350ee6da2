// What proves each acceptance criterion: the lines that the stage's own commands printed about it in the fresh clone. A
// criterion that no command names is shown as such; an agent's word stands elsewhere, as information.
import type { GateResult } from "../prepared.ts";

const LINE_LENGTH_MAX = 300;

/** Rows for people: criterion, evidence. A line counts for a criterion when it has its text, or `criterion <number>`. */
export function buildCriteriaTable(criteria: readonly string[], gates: readonly GateResult[]): readonly string[] {
  if (criteria.length === 0) return [];
  const proofs = gates.filter((gate) => gate.stage === "acceptance");
  const rows = criteria.map((criterion, index) => {
    const evidence = proofs.flatMap((gate) => evidenceOf(gate, criterion, index + 1));
    const shown = evidence.length === 0 ? ["none: no command's output names this criterion"] : evidence;
    return `| ${index + 1}. ${cell(criterion)} | ${shown.join("<br>")} |`;
  });
  return ["Acceptance criteria:", "", "| criterion | evidence |", "|---|---|", ...rows];
}

function evidenceOf(gate: GateResult, criterion: string, number: number): readonly string[] {
  const byNumber = new RegExp(`\\bcriterion[ -]${number}\\b`, "i");
  const lines = gate.output.split("\n").filter((line) => line.includes(criterion) || byNumber.test(line));
  return lines.map((line) => `\`${cell(gate.command)}\`: ${cell(line.trim())}`);
}

/** One line of a table, without a mention that would call someone. */
function cell(text: string): string {
  return text
    .slice(0, LINE_LENGTH_MAX)
    .replaceAll(/[|`\r\n]/g, " ")
    .replaceAll("@", "@\u200B");
}
