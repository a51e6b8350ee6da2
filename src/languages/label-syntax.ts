// What Kubernetes accepts as keys and values of labels.
import { utf8Length } from "./utf8.ts";

const nameFormat = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const namePattern = new RegExp(`^${nameFormat}$`);
const valueFormat = `(${nameFormat})?`;
const valuePattern = new RegExp(`^${valueFormat}$`);
const domainLabelFormat = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const domainFormat = `${domainLabelFormat}(\\.${domainLabelFormat})*`;
const domainPattern = new RegExp(`^${domainFormat}$`);
const NAME_BYTES_MAX = 63;
const DOMAIN_BYTES_MAX = 253;

const ends = "and must start and end with an alphanumeric character";
const nameRule = `must consist of alphanumeric characters, '-', '_' or '.', ${ends}`;
const nameReason = `${nameRule} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${nameFormat}')`;
const valueReason =
  `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', ${ends} ` +
  `(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '${valueFormat}')`;
const domainReason =
  `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', ${ends} ` +
  `(e.g. 'example.com', regex used for validation is '${domainFormat}')`;

/** Why a text is no label key, in the words of Kubernetes; nothing when it is one. */
export function checkLabelKey(key: string): readonly string[] {
  const slash = key.indexOf("/");
  if (slash !== key.lastIndexOf("/")) {
    return [
      `a valid label key ${nameReason} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const prefixReasons = slash === -1 ? [] : checkPrefix(key.slice(0, slash));
  return [
    ...prefixReasons.map((reason) => `prefix part ${reason}`),
    ...checkName(key.slice(slash + 1)).map((reason) => `name part ${reason}`),
  ];
}

/** Why a text is no label value; nothing when it is one. */
export function checkLabelValue(value: string): readonly string[] {
  return [...checkLength(value, NAME_BYTES_MAX), ...(valuePattern.test(value) ? [] : [valueReason])];
}

function checkPrefix(prefix: string): readonly string[] {
  if (prefix === "") return ["must be non-empty"];
  return [...checkLength(prefix, DOMAIN_BYTES_MAX), ...(domainPattern.test(prefix) ? [] : [domainReason])];
}

function checkName(name: string): readonly string[] {
  const length = name === "" ? ["must be non-empty"] : checkLength(name, NAME_BYTES_MAX);
  return [...length, ...(namePattern.test(name) ? [] : [nameReason])];
}

function checkLength(text: string, bytesMax: number): readonly string[] {
  return utf8Length(text) > bytesMax ? [`must be no more than ${bytesMax} bytes`] : [];
}
