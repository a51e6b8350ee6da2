import assert from "node:assert/strict";
import { test } from "node:test";
import { price } from "../src/price.js";

const settings = { currency: "EUR" };

test("a price is shown with its currency", () => {
  const answer = price(new URLSearchParams("cents=1999"), settings);

  assert.deepEqual(answer, { status: 200, body: { cents: 1999, price: "19.99 EUR" } });
});

test("what is no whole number is refused", () => {
  assert.equal(price(new URLSearchParams("cents=1.5"), settings).status, 400);
});
