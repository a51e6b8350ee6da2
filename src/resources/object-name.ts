// Which names, label keys and label values Kubernetes accepts.
// Source: "Object Names and IDs" and "Labels and Selectors" of the Kubernetes documentation.
import type { Kind } from "./kind.ts";

const NAME_LENGTH_MAX = 253;
const LABEL_LENGTH_MAX = 63;

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED_NAME = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const DNS_LABEL_RULE =
  "must be at most 63 characters of lower case letters, digits and '-', and start and end with a letter or digit (DNS-1123 label)";
const DNS_SUBDOMAIN_RULE =
  "must be at most 253 characters of lower case letters, digits, '-' and '.', and start and end with a letter or digit (DNS-1123 subdomain)";
const PATH_SEGMENT_RULE = "must not be '.' or '..' and must not contain '/' or '%' (path segment)";

/** What is wrong with `name` as the name of an object of this kind, or undefined when it is legal. */
export function objectNameProblem(kind: Pick<Kind, "group" | "kind">, name: string): string | undefined {
  if (kind.group === "" && kind.kind === "Namespace") return isDnsLabel(name) ? undefined : DNS_LABEL_RULE;
  if (kind.group === "rbac.authorization.k8s.io") return isPathSegment(name) ? undefined : PATH_SEGMENT_RULE;
  return isDnsSubdomain(name) ? undefined : DNS_SUBDOMAIN_RULE;
}

/** What is wrong with the name of a namespace, or undefined when it is legal. */
export function namespaceNameProblem(name: string): string | undefined {
  return isDnsLabel(name) ? undefined : DNS_LABEL_RULE;
}

export function isDnsLabel(text: string): boolean {
  return text.length <= LABEL_LENGTH_MAX && DNS_LABEL.test(text);
}

export function isDnsSubdomain(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && DNS_SUBDOMAIN.test(text);
}

/** A label or annotation key or finalizer: an optional DNS subdomain and `/`, then a name of at most 63 characters. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  if (slash !== -1 && !isDnsSubdomain(text.slice(0, slash))) return false;
  return name.length <= LABEL_LENGTH_MAX && QUALIFIED_NAME.test(name);
}

/** A label's value: empty, or at most 63 characters of letters, digits, `-`, `_` and `.`. */
export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= LABEL_LENGTH_MAX && QUALIFIED_NAME.test(text));
}

/** RBAC objects may have names such as `system:node`; they only have to fit into one segment of a URL. */
function isPathSegment(text: string): boolean {
  return text !== "" && text.length <= NAME_LENGTH_MAX && text !== "." && text !== ".." && !/[/%]/.test(text);
}

// Vowels and easily confused digits are left out, as Kubernetes does, so that no name spells a word.
const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;

/** `generateName` with five characters appended, cut so that the result is still a legal label. `random` is in [0, 1). */
export function generatedName(generateName: string, random: () => number): string {
  let suffix = "";
  for (let index = 0; index < SUFFIX_LENGTH; index += 1) {
    suffix += SUFFIX_ALPHABET.charAt(Math.floor(random() * SUFFIX_ALPHABET.length));
  }
  return generateName.slice(0, LABEL_LENGTH_MAX - SUFFIX_LENGTH) + suffix;
}
