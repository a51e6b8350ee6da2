// Text that looks like a credential, in the lines that a patch adds. A miss is possible, so this is the last of several
// guards: agents have no credential to begin with.

const PATTERNS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9_.-]{30,}|github_pat_[A-Za-z0-9_]{40,})/],
  ["a private key", /-----BEGIN (?:[A-Z ]+ )?PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["an Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ["an OpenAI key", /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}/],
];

/** A shorter text of ours may be an ordinary word. */
const FORM_LENGTH_MIN = 12;

/** Each kind of credential found in an added line, and the run's own secrets by their forms; never the text itself. */
export function findSecrets(patch: string, ownForms: readonly string[] = []): readonly string[] {
  const forms = ownForms.filter((form) => form.length >= FORM_LENGTH_MIN);
  let file = "";
  const found = new Set<string>();
  for (const line of patch.split("\n")) {
    // An added line can look like a header, so that headers are searched too.
    if (line.startsWith("+++ ")) file = line.slice(4).replace(/^b\//, "");
    if (line.startsWith("+")) for (const name of secretsIn(line, forms)) found.add(`${file}: looks like ${name}`);
  }
  return [...found];
}

function secretsIn(line: string, forms: readonly string[]): readonly string[] {
  const kinds = PATTERNS.filter(([, pattern]) => pattern.test(line)).map(([name]) => name);
  return forms.some((form) => line.includes(form)) ? [...kinds, "a secret of this run"] : kinds;
}
