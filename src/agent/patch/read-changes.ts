// Which files a change touches, as git itself says after it has read the patch: nothing is guessed from the patch's text.
import type { Change } from "./decide-patch.ts";

/** Reads `git diff --raw -z --no-renames`. A text of another form throws: it can only be a bug. */
export function readChanges(raw: string): readonly Change[] {
  const fields = raw.split("\0");
  const changes: Change[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [head = "", path = ""] = [fields[index], fields[index + 1]];
    const match = /^:\d{6} (\d{6}) [0-9a-f]+ [0-9a-f]+ ([ADMTU])$/.exec(head);
    if (match === null) throw new Error(`git's list of changes is not understood: ${JSON.stringify(head)}`);
    changes.push({ path, mode: match[1] ?? "", added: match[2] === "A", deleted: match[2] === "D" });
  }
  return changes;
}
