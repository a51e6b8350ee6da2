import { describe, expect, it } from "vitest";
import { rewritePackageMetadata } from "../../../src/gateway/registry/rewrite-package-metadata.ts";

const rewriting = { upstream: "https://registry.example.com/npm", gateway: "http://127.0.0.1:1/registry/npm" };

function tarballs(...addresses: readonly unknown[]): string {
  const versions = Object.fromEntries(addresses.map((tarball, index) => [`1.0.${index}`, { dist: { tarball } }]));
  return JSON.stringify({ name: "x", versions });
}

describe("the metadata of a package", () => {
  it("names the gateway for what lies at the registry", () => {
    const text = tarballs(
      "https://registry.example.com/npm/x/-/x-1.tgz?a=1",
      "http://registry.example.com/npm/x/-/x-2.tgz",
      "https://elsewhere.example.com/npm/x/-/x-3.tgz",
      "https://registry.example.com/other/x-4.tgz",
      "not an address",
      5,
    );

    expect(rewritePackageMetadata(text, rewriting)).toBe(
      tarballs(
        "http://127.0.0.1:1/registry/npm/x/-/x-1.tgz?a=1",
        "http://127.0.0.1:1/registry/npm/x/-/x-2.tgz",
        "https://elsewhere.example.com/npm/x/-/x-3.tgz",
        "https://registry.example.com/other/x-4.tgz",
        "not an address",
        5,
      ),
    );
  });

  it("of one version is rewritten too", () => {
    const text = '{"dist":{"tarball":"https://registry.example.com/npm/x.tgz"}}';

    expect(rewritePackageMetadata(text, rewriting)).toBe(
      '{"dist":{"tarball":"http://127.0.0.1:1/registry/npm/x.tgz"}}',
    );
  });

  it.each(["not json", "[]", "null", '{ "versions": 1 }'])("stays as it is when it is %s", (text) => {
    expect(rewritePackageMetadata(text, rewriting)).toBe(text);
  });
});
