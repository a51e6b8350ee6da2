import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readInCluster } from "../../../src/platform/kubernetes/in-cluster.ts";
import { readKubeconfig } from "../../../src/platform/kubernetes/kubeconfig.ts";

let directory = "";
let now = 0;
const clock = { now: () => now };
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runyard-kubeconfig-"));
  now = 1_000_000;
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");
async function write(user: object, cluster: object = {}, context: object = {}): Promise<{ readonly path: string }> {
  const path = join(directory, "config");
  const config = {
    "current-context": "one",
    contexts: [{ name: "one", context: { cluster: "c", user: "u", ...context } }],
    clusters: [{ name: "c", cluster: { server: "https://10.0.0.1:6443/", ...cluster } }],
    users: [{ name: "u", user }],
  };
  await writeFile(path, stringify(config));
  return { path };
}

describe("a kubeconfig", () => {
  it("gives server, authority, namespace and client certificate", async () => {
    await writeFile(join(directory, "ca.pem"), "CA");
    const source = await write(
      { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") },
      { "certificate-authority": "ca.pem", "tls-server-name": "api" },
      { namespace: "agents" },
    );

    const connection = await readKubeconfig(source, clock);

    expect(connection).toMatchObject({
      server: "https://10.0.0.1:6443",
      authority: "CA",
      serverName: "api",
      namespace: "agents",
    });
    expect(await connection.credential.current()).toEqual({ clientCertificate: { certificate: "CERT", key: "KEY" } });
    expect(connection.credential.invalidate()).toBe(false);
  });

  it("gives a token, or one from a file that is read again after a minute or a refusal", async () => {
    const fixed = await readKubeconfig(await write({ token: "t" }), clock);
    await writeFile(join(directory, "token"), "first\n");
    const { credential } = await readKubeconfig(await write({ tokenFile: "token" }), clock);
    const first = await credential.current();
    await writeFile(join(directory, "token"), "second\n");

    expect(await fixed.credential.current()).toEqual({ token: "t" });
    expect(first).toEqual({ token: "first" });
    expect(await credential.current()).toBe(first);
    now += 60_000;
    expect(await credential.current()).toEqual({ token: "second" });
    await writeFile(join(directory, "token"), "third\n");
    expect(credential.invalidate()).toBe(true);
    expect(await credential.current()).toEqual({ token: "third" });
  });

  it("runs an exec plugin when it must, and again when its credential ends or is refused", async () => {
    const plugin = join(directory, "plugin.sh");
    const end = new Date(now + 120_000).toISOString();
    await writeFile(
      plugin,
      `#!/bin/sh\necho x >> ${directory}/count\nn=$(wc -l < ${directory}/count)\n` +
        `echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$PREFIX$n\\",\\"expirationTimestamp\\":\\"${end}\\"}}"\n`,
    );
    await chmod(plugin, 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "./plugin.sh",
      env: [{ name: "PREFIX", value: "p" }],
    };
    const { credential } = await readKubeconfig(await write({ exec }), clock);

    expect(await credential.current()).toEqual({ token: "p1" });
    expect(await credential.current()).toEqual({ token: "p1" });
    credential.invalidate();
    expect(await credential.current()).toEqual({ token: "p2" });
    now += 100_000;
    expect(await credential.current()).toEqual({ token: "p3" });
  });

  it("says which exec plugin failed and how to mend it, without its output", async () => {
    const plugin = join(directory, "plugin.sh");
    await writeFile(plugin, "#!/bin/sh\necho SECRET; echo SECRET >&2; exit 3\n");
    await chmod(plugin, 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin.sh", installHint: "install it" };
    const { credential } = await readKubeconfig(await write({ exec }), clock);

    const failure = await credential.current().catch((error: unknown) => error);

    expect(failure).toMatchObject({
      code: "Unauthorized",
      message: expect.stringContaining("plugin.sh"),
      hint: "install it",
    });
    expect(JSON.stringify(failure) + (failure as Error).message).not.toContain("SECRET");
  });

  it.each([
    ["a server that is no URL", {}, { server: "nowhere" }, {}, "cluster.server must be a URL"],
    ["a missing user", {}, {}, { user: "other" }, 'users has no entry named "other"'],
    ["a missing cluster", {}, {}, { cluster: "other" }, 'clusters has no entry named "other"'],
    ["a certificate without key", { "client-certificate-data": "eA==" }, {}, {}, "client-key must both be set"],
    ["a missing file", {}, { "certificate-authority": "none.pem" }, {}, "certificate-authority names a file"],
    ["an auth provider", { "auth-provider": { name: "gcp" } }, {}, {}, "user.auth-provider is not supported"],
    ["a plugin without command", { exec: { apiVersion: "v1" } }, {}, {}, "user.exec needs command"],
  ])("with %s is refused by its place", async (_what, user, cluster, context, message) => {
    await expect(write(user, cluster, context).then((source) => readKubeconfig(source, clock))).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringContaining(message),
    });
  });

  it("that is missing is named", async () => {
    await expect(readKubeconfig({ path: join(directory, "none") }, clock)).rejects.toMatchObject({
      message: expect.stringContaining(join(directory, "none")),
    });
  });
});

describe("a pod's mounts", () => {
  it("give address, authority, namespace and a token that may change", async () => {
    await writeFile(join(directory, "ca.crt"), "CA");
    await writeFile(join(directory, "namespace"), "agents\n");
    await writeFile(join(directory, "token"), "t1");

    const connection = await readInCluster({ host: "fd00::1", port: "443", directory }, clock);

    expect(connection).toMatchObject({ server: "https://[fd00::1]:443", authority: "CA", namespace: "agents" });
    expect(await connection.credential.current()).toEqual({ token: "t1" });
  });

  it("that are missing are named", async () => {
    await expect(readInCluster({ host: "a", port: "1", directory }, clock)).rejects.toMatchObject({
      code: "Unauthorized",
      message: expect.stringContaining("ca.crt"),
    });
  });
});
