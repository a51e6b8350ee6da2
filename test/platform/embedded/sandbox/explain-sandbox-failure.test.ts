import { describe, expect, it } from "vitest";
import {
  explainSandboxFailure,
  type SandboxFacts,
} from "../../../../src/platform/embedded/sandbox/explain-sandbox-failure.ts";

const facts: SandboxFacts = {
  platform: "linux",
  isRoot: false,
  bubblewrap: "/usr/bin/bwrap",
  setpriv: "/usr/bin/setpriv",
  errorOutput: "bwrap: No permissions to create new namespace",
  sysctls: {},
  isContainer: false,
};
const { bubblewrap: _bubblewrap, ...withoutBubblewrap } = facts;
const { setpriv: _setpriv, ...withoutSetpriv } = facts;

const cases: readonly { readonly of: SandboxFacts; readonly id: string; readonly fix: string }[] = [
  { of: { ...facts, platform: "darwin" }, id: "NotLinux", fix: "WSL2" },
  { of: withoutBubblewrap, id: "BubblewrapMissing", fix: "apt-get install bubblewrap" },
  { of: { ...withoutSetpriv, isRoot: true }, id: "SetprivMissing", fix: "util-linux" },
  {
    of: { ...facts, errorOutput: "bwrap: Unknown option --perms" },
    id: "BubblewrapTooOld",
    fix: "--only-upgrade bubblewrap",
  },
  {
    of: { ...facts, sysctls: { "kernel/apparmor_restrict_unprivileged_userns": "1" } },
    id: "AppArmor",
    fix: "apparmor_parser",
  },
  {
    of: { ...facts, sysctls: { "kernel/unprivileged_userns_clone": "0" } },
    id: "UserNamespacesOff",
    fix: "unprivileged_userns_clone=1",
  },
  {
    of: { ...facts, sysctls: { "user/max_user_namespaces": "0" } },
    id: "NoUserNamespacesLeft",
    fix: "max_user_namespaces=15000",
  },
  { of: { ...facts, isContainer: true }, id: "InsideContainer", fix: "systempaths=unconfined" },
];

describe("why there is no sandbox", () => {
  it.each(cases)("$id comes with what mends it", ({ of, id, fix }) => {
    const cause = explainSandboxFailure(of);

    expect(cause.id).toBe(id);
    expect(cause.fix).toContain(fix);
    expect(cause.message).not.toBe("");
  });

  it("an unknown cause passes bubblewrap's own words on", () => {
    expect(explainSandboxFailure(facts)).toMatchObject({
      id: "BubblewrapFailed",
      message: "bubblewrap could not make a sandbox: bwrap: No permissions to create new namespace",
    });
    expect(explainSandboxFailure({ ...facts, errorOutput: " " }).message).toContain("it printed nothing");
  });

  it("root is not told about rules for ordinary users", () => {
    const cause = explainSandboxFailure({
      ...facts,
      isRoot: true,
      sysctls: { "kernel/unprivileged_userns_clone": "0" },
    });

    expect(cause.id).toBe("BubblewrapFailed");
  });
});
