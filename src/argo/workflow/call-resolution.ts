// Replaces the tags in a step or task before it runs, and expands its loop.
import { evaluateWhen } from "../../languages/when/when.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { TemplateCall } from "../../resources/workflow.ts";
import { loopChildName, loopItemsOf, parseLoopItems, type LoopItem } from "./loop-items.ts";
import type { Pass } from "./pass.ts";
import type { Scope } from "./scope.ts";
import { expandSequence } from "./sequence.ts";
import { substituteIn, type Substitution } from "./substitution.ts";
import { mergeVariables, type Variables } from "./variables.ts";

/** True when a `when` text holds; an empty one does. LanguageError when it is wrong. */
export function holds(when: string | undefined): boolean {
  return when === undefined || evaluateWhen(when);
}

export function isLoop(call: TemplateCall): boolean {
  const { withItems = [], withParam, withSequence } = call;
  return withItems.length > 0 || withParam !== undefined || withSequence !== undefined;
}

/**
 * The call with every tag replaced that can be. `when` comes first and alone: when it is false the rest stays as it is.
 * Hooks stay as they are, because they may refer to the call's own outputs.
 * Throws MissingVariable while an output of another step is not there yet.
 */
export function resolveCall<Call extends TemplateCall>(pass: Pass, call: Call, scope: Scope): Call {
  const { hooks, ...rest } = call;
  const variables = mergeVariables(pass.globals, scope.variables);
  const substitution: Substitution = { mode: "stepsAndTasks", sources: pass.sources };
  const withHooks = (resolved: object): Call => (hooks === undefined ? resolved : { ...resolved, hooks }) as Call;
  if (call.when !== undefined) {
    const { when } = substituteIn({ when: call.when }, variables, substitution);
    if (isKnownFalse(when, isLoop(call))) return withHooks({ ...rest, when });
  }
  const marked = rest.arguments === undefined ? rest : { ...rest, arguments: scope.markAbsent(rest.arguments) };
  return withHooks(substituteIn(marked, variables, substitution));
}

/** The calls of a loop, one per item; empty for an empty list. */
export function expandLoop<Call extends TemplateCall>(pass: Pass, call: Call, scope: Scope): readonly Call[] {
  const items = readItems(call);
  const { withItems: _, withParam: __, withSequence: ___, ...body } = call;
  const variables = mergeVariables(pass.globals, scope.variables);
  const isSkipped = isKnownFalse(call.when, true);
  return items.map((item, index) => {
    const substitution: Substitution = { mode: isSkipped ? "lenient" : "strict", sources: pass.sources };
    const withItem = itemVariables(variables, item, isSkipped);
    const expanded = substituteIn(body, withItem, substitution);
    return Object.assign({}, expanded, { name: loopChildName(call.name, index, item) }, templateOf(call)) as Call;
  });
}

/** A condition that still holds `{{item}}` is not known yet. */
function isKnownFalse(when: string | undefined, mayHoldItem: boolean): boolean {
  try {
    return !holds(when);
  } catch (error) {
    if (error instanceof LanguageError && mayHoldItem) return false;
    throw error;
  }
}

/** What never runs may take its items from what is absent. */
function readItems({ withItems = [], withParam, withSequence, when }: TemplateCall): readonly LoopItem[] {
  try {
    if (withItems.length === 0 && withParam !== undefined) return parseLoopItems(withParam);
    if (withItems.length === 0 && withSequence !== undefined) return expandSequence(withSequence);
    return loopItemsOf(withItems);
  } catch (error) {
    if (error instanceof LanguageError && isKnownFalse(when, true)) return [];
    throw error;
  }
}

/** What never runs may refer to what is absent. */
function itemVariables(variables: Variables, item: LoopItem, isSkipped: boolean): Variables {
  const withItem = mergeVariables(variables, new Map(Object.entries(item.variables)));
  if (!isSkipped) return withItem;
  return new Map([...withItem].filter(([, value]) => value !== null));
}

function templateOf(call: TemplateCall): Pick<TemplateCall, "template"> {
  return call.template === undefined ? {} : { template: call.template };
}
