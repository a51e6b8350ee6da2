/** "19.99 EUR" */
export function formatMoney(cents, currency) {
  return `${(cents / 100).toFixed(2)} ${currency}`;
}

/** The amount less so many percent, to the nearest cent. */
export function lessPercent(cents, percent) {
  return Math.round((cents * (100 - percent)) / 100);
}
