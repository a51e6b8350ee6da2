import { expect, it } from "vitest";

import { fixedZone, loadZone } from "../../src/languages/go-zone.ts";

const winter = Date.UTC(2024, 0, 15);

it.each([
  ["", 0, "UTC"],
  ["Local", 0, "UTC"],
  ["Europe/London", 0, "GMT"],
  ["Europe/Berlin", 3600, "CET"],
  ["America/New_York", -5 * 3600, "EST"],
  ["America/Sao_Paulo", -3 * 3600, "-03"],
  ["Asia/Kathmandu", 5 * 3600 + 45 * 60, "+0545"],
])("the zone %j is %d seconds east of UTC in winter, and called %s", (name, offset, abbreviation) => {
  const zone = loadZone(name);

  expect(zone.offsetSeconds(winter)).toBe(offset);
  expect(zone.abbreviation(winter)).toBe(abbreviation);
});

it.each(["Europe/Nowhere", "+01:00"])("%s is no zone", (name) => {
  expect(() => loadZone(name)).toThrow(`unknown time zone ${name}`);
});

it("a zone without a name is called by its offset", () => {
  expect(fixedZone(-5400).abbreviation(0)).toBe("-0130");
});
