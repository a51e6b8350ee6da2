// Sprig v3's generic functions, for expressions and Go templates. What needs the operating system, the network
// or cryptography is refused by name: a spec must not read its controller's environment or make certificates.
import type { GoFunction } from "../go-function.ts";
import type { LanguageSources } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { DICT_FUNCTIONS, LIST_FUNCTIONS } from "./collections.ts";
import { textOf } from "./conversions.ts";
import { dateFunctions } from "./dates.ts";
import { ENCODING_FUNCTIONS } from "./encodings.ts";
import { NUMBER_FUNCTIONS } from "./numbers.ts";
import { randomFunctions } from "./random.ts";
import { satisfiesConstraint, SemanticVersion } from "./semantic-version.ts";
import { declare } from "./sprig-function.ts";
import { STRING_FUNCTIONS } from "./strings.ts";
import { URL_FUNCTIONS } from "./urls.ts";
import { REGEXP_FUNCTIONS, VALUE_FUNCTIONS } from "./values.ts";

/** Functions of sprig that are known and refused. */
const REFUSED = [
  "env",
  "expandenv",
  "getHostByName",
  "bcrypt",
  "htpasswd",
  "genPrivateKey",
  "derivePassword",
  "buildCustomCert",
  "genCA",
  "genCAWithKey",
  "genSelfSignedCert",
  "genSelfSignedCertWithKey",
  "genSignedCert",
  "genSignedCertWithKey",
  "encryptAES",
  "decryptAES",
  "randBytes",
] as const;

/** Every function by name, with its signature; templates check arguments themselves. */
export function sprigLibrary(sources: LanguageSources): ReadonlyMap<string, GoFunction> {
  const all = [
    ...STRING_FUNCTIONS,
    ...NUMBER_FUNCTIONS,
    ...LIST_FUNCTIONS,
    ...DICT_FUNCTIONS,
    ...VALUE_FUNCTIONS,
    ...REGEXP_FUNCTIONS,
    ...ENCODING_FUNCTIONS,
    ...URL_FUNCTIONS,
    ...VERSION_FUNCTIONS,
    ...dateFunctions(sources),
    ...randomFunctions(sources),
    ...REFUSED.map(refused),
  ];
  return new Map(all.map((callee) => [callee.name, callee]));
}

const VERSION_FUNCTIONS: readonly GoFunction[] = [
  declare("semver string", ([text]) => new SemanticVersion(textOf(text))),
  declare("semverCompare string string", ([constraint, version]) =>
    satisfiesConstraint(textOf(constraint), new SemanticVersion(textOf(version))),
  ),
];

function refused(name: string): GoFunction {
  return declare(`${name} ...any`, () => {
    throw new LanguageError(
      `the function ${name} is not supported: it needs the operating system, the network or keys`,
    );
  });
}
