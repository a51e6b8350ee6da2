import { expect, it } from "vitest";
import { rewriteLinks } from "../../../src/gateway/github/rewrite-links.ts";

const places = {
  apiUrl: "https://api.github.com",
  own: "http://gateway/github",
  repository: { owner: "acme", name: "shop" },
};

it("leads the next page through the gateway, by the name of the repository", () => {
  const link =
    '<https://api.github.com/repositories/1300192/issues?page=2>; rel="next", ' +
    '<https://api.github.com/repositories/1300192/issues?page=50>; rel="last"';

  expect(rewriteLinks(link, places)).toBe(
    '<http://gateway/github/repos/acme/shop/issues?page=2>; rel="next", ' +
      '<http://gateway/github/repos/acme/shop/issues?page=50>; rel="last"',
  );
});

it("keeps what is named already, and works for GitHub Enterprise", () => {
  const enterprise = { ...places, apiUrl: "https://github.example/api/v3" };

  expect(rewriteLinks('<https://github.example/api/v3/repos/acme/shop/pulls?page=2>; rel="next"', enterprise)).toBe(
    '<http://gateway/github/repos/acme/shop/pulls?page=2>; rel="next"',
  );
  expect(rewriteLinks('<https://github.example/api/v3/repositories/7/pulls?page=2>; rel="next"', enterprise)).toBe(
    '<http://gateway/github/repos/acme/shop/pulls?page=2>; rel="next"',
  );
});
