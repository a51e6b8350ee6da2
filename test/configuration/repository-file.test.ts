import { describe, expect, it } from "vitest";
import { EMPTY_REPOSITORY_FILE, parseRepositoryFile } from "../../src/configuration/repository-file.ts";
import { LanguageError } from "../../src/languages/language-error.ts";

describe(".runyard.yaml", () => {
  it("says what prepares a clone, what must pass, and what defines a gate", () => {
    const file = parseRepositoryFile(`
setup: [npm ci]
gates:
  author: [npm run lint, npm test]
protectedPaths: ["test/**"]
deploy: {waitFor: {checks: [preview]}}
egress: {allow: ["*.example.com"]}
`);

    expect(file).toEqual({
      setup: ["npm ci"],
      gates: { author: ["npm run lint", "npm test"] },
      protectedPaths: ["test/**"],
      deploy: { waitFor: { checks: ["preview"], workflows: [], deployments: [] }, timeoutSeconds: 1800 },
      egress: { allow: ["*.example.com"] },
    });
  });

  it("may be empty: then nothing is set up, and no gate is of the repository's own", () => {
    expect(parseRepositoryFile("")).toEqual(EMPTY_REPOSITORY_FILE);
    expect(EMPTY_REPOSITORY_FILE).toEqual({ setup: [], gates: {}, protectedPaths: [], egress: { allow: [] } });
  });

  it.each([
    ["gate: {author: [a]}", /the file: .*"gate"/],
    ["gates: {autor: [a]}", /gates: .*"autor"/],
    ["gates: {author: npm test}", /gates\.author: /],
    ["setup: ['']", /setup\[0\]: /],
    ["egress: {allow: ['https://example.com']}", /egress\.allow\[0\]: /],
    ["deploy: {timeoutSeconds: 0}", /deploy\.timeoutSeconds: /],
    ["- a", /the file: /],
  ])("is refused as %j, with the path of the field", (text, message) => {
    expect(() => parseRepositoryFile(text)).toThrow(LanguageError);
    expect(() => parseRepositoryFile(text)).toThrow(message);
  });

  it("names every wrong field at once", () => {
    expect(() => parseRepositoryFile("setup: 1\nprotectedPaths: 2")).toThrow(/setup: [^]*protectedPaths: /);
  });
});
