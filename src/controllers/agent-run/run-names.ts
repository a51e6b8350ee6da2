// Names of what a run owns. Deterministic, so that every pass finds what an earlier one made; the form of existing
// installations, cut to what a label value allows while the part that tells runs apart is kept.
import { hash8 } from "../../resources/short-hash.ts";

const NAME_MAX = 63;

export interface NamedRun {
  readonly kind: "CodeRun" | "DocsRun";
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly taskId: number;
  readonly contextVersion: number;
  /** 0 for the first attempt of a context version. */
  readonly retryCount: number;
}

/** `code-<namespace>-<name>-<uid8>-t<task>-v<version>[-r<retry>]`, or `docs-…-v<version>[-r<retry>]`. */
export function jobName(run: NamedRun): string {
  const prefix = run.kind === "CodeRun" ? "code" : "docs";
  const task = run.kind === "CodeRun" ? `-t${run.taskId}` : "";
  const retry = run.retryCount === 0 ? "" : `-r${run.retryCount}`;
  const tail = `-${run.uid.slice(0, 8)}${task}-v${run.contextVersion}${retry}`;
  const head = legal(`${prefix}-${run.namespace}-${run.name}`);
  if (head.length + tail.length <= NAME_MAX) return head + tail;
  // Two long names that begin alike stay apart by the hash of the whole.
  const hash = `-${hash8(head)}`;
  return head.slice(0, NAME_MAX - tail.length - hash.length).replace(/-+$/, "") + hash + tail;
}

/** The ConfigMap beside a Job. */
export function filesName(job: string): string {
  return `${job}-files`;
}

/** Text as a label value: lower case, dashes, at most 63, letters or digits at both ends. */
export function labelValue(text: string): string {
  return legal(text).slice(0, NAME_MAX).replace(/-+$/, "");
}

function legal(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[\s_.]+/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "")
    .replaceAll(/^-+|-+$/g, "");
}
