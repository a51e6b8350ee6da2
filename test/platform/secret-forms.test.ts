import { expect, it } from "vitest";
import { maskForms, secretForms } from "../../src/platform/secret-forms.ts";

const SECRET = "s3cret/of+many?letters";
const bytes = Buffer.from(SECRET);

it.each([
  ["as it is", SECRET],
  ["base64", bytes.toString("base64")],
  ["base64 behind one letter", Buffer.from(`x${SECRET}y`).toString("base64")],
  ["base64 behind two letters", Buffer.from(`user:${SECRET}`).toString("base64")],
  ["base64url", Buffer.from(`xx${SECRET}`).toString("base64url")],
  ["hexadecimal", bytes.toString("hex")],
  ["hexadecimal in capitals", bytes.toString("hex").toUpperCase()],
  ["in a URL", encodeURIComponent(SECRET)],
])("a secret loses its form %s", (_name, form) => {
  const masked = maskForms(`before ${form} after`, secretForms(SECRET));

  expect(masked).toContain("***");
  expect(masked).not.toContain(form.slice(4, -4));
});

it("of several lines is a secret line by line", () => {
  const key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASC\n-----END KEY-----";

  const masked = maskForms("line: MIIEvQIBADANBgkqhkiG9w0B", secretForms(key));

  expect(masked).toBe("line: ***");
});

it("too short to be one hides no ordinary word", () => {
  expect(secretForms("true")).toEqual([]);
});
