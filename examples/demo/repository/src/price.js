import { formatMoney } from "tiny-money";

/** GET /price?cents=1999 */
export function price(query, { currency }) {
  const cents = Number(query.get("cents"));
  if (!Number.isInteger(cents) || cents < 0) return { status: 400, body: { error: "cents must be a whole number" } };
  return { status: 200, body: { cents, price: formatMoney(cents, currency) } };
}
