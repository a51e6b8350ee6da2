// What the scripted model writes: the files of the task, as a hurried author would leave them at first, and mended.

const HEAD = `import { formatMoney, lessPercent } from "tiny-money";

/** GET /discount?cents=1000&percent=10 */
export function discount(query, { currency, discountPercentMax }) {
  const cents = Number(query.get("cents"));
  const percent = Number(query.get("percent"));
  if (!Number.isInteger(cents) || cents < 0) return { status: 400, body: { error: "cents must be a whole number" } };
`;

const TAIL = `  return { status: 200, body: { cents: reduced, price: formatMoney(reduced, currency) } };
}
`;

/** A brace is missing: the build fails. */
export const DISCOUNT_BROKEN = `${HEAD}  if (!(percent <= discountPercentMax)) {
    return { status: 400, body: { error: \`percent must be at most \${discountPercentMax}\` } };
  var reduced = lessPercent(cents, percent);
${TAIL}`;

/** It parses, but the linter objects to \`var\`. */
export const DISCOUNT_UNTIDY = `${HEAD}  if (!(percent <= discountPercentMax)) {
    return { status: 400, body: { error: \`percent must be at most \${discountPercentMax}\` } };
  }
  var reduced = lessPercent(cents, percent);
${TAIL}`;

export const DISCOUNT_TIDY = DISCOUNT_UNTIDY.replace("  var reduced", "  const reduced");

/** After the reviewer's remark. */
export const DISCOUNT_REVIEWED = `${HEAD}  if (!(percent >= 0 && percent <= discountPercentMax)) {
    return { status: 400, body: { error: \`percent must be between 0 and \${discountPercentMax}\` } };
  }
  const reduced = lessPercent(cents, percent);
${TAIL}`;

export const ROUTES = `import { discount } from "./discount.js";
import { price } from "./price.js";

export const routes = {
  "/discount": discount,
  "/price": price,
};
`;

export const SETTINGS = `/** What the service needs to know of its surroundings; throws when something is missing. */
export function readSettings(environment) {
  return {
    currency: required(environment, "CURRENCY"),
    discountPercentMax: Number(required(environment, "DISCOUNT_PERCENT_MAX")),
  };
}

function required(environment, name) {
  const value = environment[name];
  if (value === undefined || value === "") throw new Error(\`\${name} is not set\`);
  return value;
}
`;

const TEST_HEAD = `import assert from "node:assert/strict";
import { test } from "node:test";
import { discount } from "../src/discount.js";

const settings = { currency: "EUR", discountPercentMax: 50 };
const ask = (query) => discount(new URLSearchParams(query), settings);

test("a discount is rounded to the nearest cent", () => {
`;

const TEST_TAIL = `});

test("a percentage above the maximum is refused", () => {
  assert.equal(ask("cents=1000&percent=51").status, 400);
});
`;

/** 899.1 rounds to 899: the expectation is wrong. */
export const TEST_WRONG = `${TEST_HEAD}  assert.equal(ask("cents=999&percent=10").body.cents, 900);
${TEST_TAIL}`;

export const TEST_RIGHT = TEST_WRONG.replace(".cents, 900)", ".cents, 899)");

export const TEST_REVIEWED = `${TEST_RIGHT}
test("a negative percentage is refused", () => {
  assert.equal(ask("cents=1000&percent=-5").status, 400);
});
`;

export const PREVIEW = `{
  "CURRENCY": "EUR",
  "DISCOUNT_PERCENT_MAX": "50"
}
`;

const PROOF_HEAD = `import assert from "node:assert/strict";

export default async function (get) {
`;

export const PROOF_OF_PRICE = `${PROOF_HEAD}  const { status, body } = await get("/discount?cents=1000&percent=10");
  assert.equal(status, 200);
  assert.deepEqual(body, { cents: 900, price: "9.00 EUR" });
}
`;

export const PROOF_OF_REFUSAL = `${PROOF_HEAD}  const { status } = await get("/discount?cents=1000&percent=51");
  assert.equal(status, 400);
}
`;

export const PROOFS_INDEX = `grep -q task-1/ acceptance/README.md || cat >> acceptance/README.md <<'ROWS'
| task-1/criterion-1.js | a discounted price is answered |
| task-1/criterion-2.js | a percentage above the maximum is refused |
ROWS`;

export const DOCS_TASK = `# Task 2: prices in several currencies

GET /price and GET /discount take an optional parameter \`currency\` and answer in that currency.
`;

export const DOCS_PROMPT = `Let GET /price and GET /discount take an optional parameter \`currency\` (ISO code, three capital letters) and show
the price in it. Without the parameter the setting CURRENCY counts. Refuse anything else with 400. Add tests.
`;

export const DOCS_CRITERIA = `# Acceptance criteria of task 2

- [ ] GET /price?cents=1999&currency=USD answers the price "19.99 USD"
- [ ] GET /price?cents=1999&currency=dollars is refused with 400
`;
