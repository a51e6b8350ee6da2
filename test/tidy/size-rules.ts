// The limits of functions and files, as a function from a file to violations.
import { lineOf, walk, type SourceFile } from "./source-tree.ts";

const FUNCTION_LINES_MAX = 70;
const FILE_LINES_MAX = 300;

/** Files and functions that are too long; blank lines and comments do not count. */
export function oversizedParts(file: SourceFile): readonly string[] {
  const { codeLines, path, text } = file;
  const problems =
    codeLines.length > FILE_LINES_MAX ? [`${path} has ${codeLines.length} lines, at most ${FILE_LINES_MAX}`] : [];
  if (codeLines.length <= FUNCTION_LINES_MAX) return problems;
  walk(file.syntax(), (node) => {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type)) return;
    const [first, last] = [lineOf(text, node.start), lineOf(text, node.end)];
    const length = codeLines.filter((line) => line >= first && line <= last).length;
    if (length > FUNCTION_LINES_MAX) {
      problems.push(`${path}, line ${first}: a function of ${length} lines, at most ${FUNCTION_LINES_MAX}`);
    }
  });
  return problems;
}
