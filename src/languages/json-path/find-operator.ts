// Finds an operator in an expression of a JSONPath, outside of quotes and brackets.

/** The index of the operator's first character; -1 when it is not there. */
export function findOperator(source: string, operator: string): number {
  const state = { single: false, double: false, square: 0, round: 0 };
  for (let at = 0; at < source.length; at += 1) {
    const isHidden = step(state, source.charAt(at));
    const start = at + 1 - operator.length;
    if (!isHidden && start >= 0 && source.slice(start, at + 1) === operator) return start;
  }
  return -1;
}

interface State {
  single: boolean;
  double: boolean;
  square: number;
  round: number;
}

/** Moves over one character; true when it is hidden. A bracket or quote counts only where nothing else hides it. */
function step(state: State, character: string): boolean {
  if (/['"]/.test(character)) return isBracketed(state) || toggleQuote(state, character);
  if (/[()]/.test(character) && !isQuoted(state) && state.square <= 0) state.round += character === "(" ? 1 : -1;
  if (/[[\]]/.test(character) && !isQuoted(state) && state.round <= 0) state.square += character === "[" ? 1 : -1;
  return isQuoted(state) || isBracketed(state);
}

function isBracketed({ square, round }: State): boolean {
  return square > 0 || round > 0;
}

function isQuoted({ single, double }: State): boolean {
  return single || double;
}

function toggleQuote(state: State, quote: string): boolean {
  const [own, other] = quote === "'" ? (["single", "double"] as const) : (["double", "single"] as const);
  if (state[other]) return true;
  state[own] = !state[own];
  return state[own];
}
