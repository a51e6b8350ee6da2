// Turns the words of a `when` condition into a tree of stages, with govaluate's precedences. Operators of equal
// precedence are first nested to the right and then mirrored; where that gives surprising results, so does Argo.
import { LanguageError } from "../language-error.ts";
import type { Token, TokenKind } from "./when-token.ts";

export type StageSymbol = string;

export interface Stage {
  /** An operator, or `literal`, `group` for parentheses, `access` for a dotted name. */
  symbol: StageSymbol;
  literal?: Token;
  /** Unary minus: the same sign as the binary one. */
  isPrefix?: boolean;
  left: Stage | undefined;
  right: Stage | undefined;
}

/** The tree of a condition whose syntax was checked. */
export function planStages(tokens: readonly Token[]): Stage {
  const stage = planLevel(new TokenStream(tokens), 0);
  if (stage === undefined) throw new LanguageError("Unexpected end of expression");
  reorder(stage);
  return stage;
}

interface Level {
  readonly kind: TokenKind;
  readonly symbols: ReadonlySet<string>;
}

// From the loosest to the tightest.
const levels: readonly Level[] = [
  level("SEPARATOR", ","),
  level("TERNARY", "? : ??"),
  level("LOGICALOP", "||"),
  level("LOGICALOP", "&&"),
  level("COMPARATOR", "== != > >= < <= =~ !~ in"),
  level("MODIFIER", "^ & |"),
  level("MODIFIER", ">> <<"),
  level("MODIFIER", "+ -"),
  level("MODIFIER", "* / %"),
  level("MODIFIER", "**"),
];

function level(kind: TokenKind, symbols: string): Level {
  return { kind, symbols: new Set(symbols.split(" ")) };
}

class TokenStream {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#position];
  }

  next(): Token | undefined {
    const token = this.peek();
    this.#position += 1;
    return token;
  }
}

function planLevel(stream: TokenStream, at: number): Stage | undefined {
  const current = levels[at];
  if (current === undefined) return planOperand(stream);
  const left = planLevel(stream, at + 1);
  const token = stream.peek();
  if (token?.kind !== current.kind || !current.symbols.has(String(token.value))) return left;
  stream.next();
  return { symbol: String(token.value), left, right: planLevel(stream, at) };
}

function planOperand(stream: TokenStream): Stage | undefined {
  const token = stream.peek();
  if (token === undefined || token.kind === "CLAUSE_CLOSE") return undefined;
  stream.next();
  if (token.kind === "ACCESSOR") {
    const hasArguments = stream.peek()?.kind === "CLAUSE";
    return {
      symbol: "access",
      literal: token,
      left: undefined,
      right: hasArguments ? planLevel(stream, 0) : undefined,
    };
  }
  if (token.kind === "CLAUSE") {
    const inner = planLevel(stream, 0);
    stream.next();
    return { symbol: "group", left: undefined, right: inner };
  }
  if (token.kind === "PREFIX") {
    return { symbol: String(token.value), isPrefix: true, left: undefined, right: planOperand(stream) };
  }
  if (!["NUMERIC", "STRING", "BOOLEAN", "TIME", "VARIABLE", "PATTERN"].includes(token.kind)) {
    throw new LanguageError(`Unable to plan token kind: '${token.kind}', value: '${String(token.value)}'`);
  }
  return { symbol: "literal", literal: token, left: undefined, right: undefined };
}

function precedenceOf(stage: Stage): number | string {
  if (stage.isPrefix === true) return "prefix";
  const at = levels.findIndex(({ symbols }) => symbols.has(stage.symbol));
  return at === -1 ? stage.symbol : at;
}

/** Runs of operators of one precedence down the right side become left to right. */
function reorder(root: Stage): void {
  let run: Stage[] = [];
  let precedence = precedenceOf(root);
  for (let stage: Stage | undefined = root; stage !== undefined;) {
    const next: Stage | undefined = stage.right;
    if (stage.left !== undefined) reorder(stage.left);
    const current = precedenceOf(stage);
    if (current === precedence) {
      run.push(stage);
    } else {
      mirror(run);
      run = [stage];
      precedence = current;
    }
    stage = next;
  }
  mirror(run);
}

function mirror(stages: readonly Stage[]): void {
  const root = stages[0];
  const last = stages.at(-1);
  if (root === undefined || last === undefined || root === last) return;
  for (const stage of stages) {
    [stage.left, stage.right] = [stage.right, stage.left];
  }
  [last.left, root.right] = [root.right, last.left];
  const stageAt = (at: number): Stage => {
    const [stage = root] = stages.slice(at);
    return stage;
  };
  for (let at = 0; at < Math.trunc((stages.length - 2) / 2) + 1; at += 1) {
    const front = stageAt(at + 1);
    const inverse = stageAt(-at - 1);
    [front.right, inverse.right] = [inverse.right, front.right];
  }
  for (let at = 0; at < Math.trunc(stages.length / 2); at += 1) {
    // Operators only: a literal has nothing on its right, and prefixes are all of one run.
    const [first, second] = [stageAt(at), stageAt(-at - 1)];
    [first.symbol, second.symbol] = [second.symbol, first.symbol];
  }
}
