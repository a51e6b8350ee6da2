import { X509Certificate } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCertificateAuthority } from "../../src/api-server/certificate-authority.ts";
import type { CertificateProfile } from "../../src/api-server/certificate-profile.ts";
import type { Clock } from "../../src/platform/clock.ts";

const DAY_MS = 86_400_000;
const server: CertificateProfile = {
  name: "server",
  commonName: "runyard",
  addresses: ["127.0.0.1"],
  dnsNames: ["localhost"],
  usage: "server",
};
const operator: CertificateProfile = {
  name: "operator",
  commonName: "operator",
  organizations: ["system:masters"],
  usage: "client",
};

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runyard-ca-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (now: number): Clock => ({ now: () => now, sleep: async () => {} });
const START = Date.now();

describe("the certificate authority", () => {
  it("signs for the addresses and groups it is asked for", async () => {
    const authority = await openCertificateAuthority({ directory, clock: at(START) });
    const root = new X509Certificate(authority.certificate);

    const forServer = new X509Certificate((await authority.keep(server)).certificate);
    const forOperator = new X509Certificate((await authority.keep(operator)).certificate);

    expect(forServer.verify(root.publicKey)).toBe(true);
    expect(forServer.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(forServer.checkHost("example.org")).toBeUndefined();
    expect(forOperator.subject).toBe("O=system:masters\nCN=operator");
  });

  it("keeps its keys and certificates from one start to the next, for their owner only", async () => {
    const first = await openCertificateAuthority({ directory, clock: at(START) });
    const pair = await first.keep(server);

    const second = await openCertificateAuthority({ directory, clock: at(START + 100 * DAY_MS) });

    expect(second.certificate).toBe(first.certificate);
    expect(await second.keep(server)).toEqual(pair);
    for (const name of ["ca.key", "ca.crt", "server.key", "server.crt"]) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
  });

  it("renews what has less than a third of its life left, under the same root", async () => {
    const first = await openCertificateAuthority({ directory, clock: at(START) });
    const pair = await first.keep(server);

    const later = await openCertificateAuthority({ directory, clock: at(START + 300 * DAY_MS) });
    const renewed = await later.keep(server);

    expect(later.certificate).toBe(first.certificate);
    expect(renewed.certificate).not.toBe(pair.certificate);
    expect(new X509Certificate(renewed.certificate).verify(new X509Certificate(first.certificate).publicKey)).toBe(
      true,
    );
  });

  it("renews its own certificate with the same key, so that what it signed stays good", async () => {
    const first = await openCertificateAuthority({ directory, clock: at(START) });
    const pair = await first.keep(server);

    const later = await openCertificateAuthority({ directory, clock: at(START + 3000 * DAY_MS) });

    expect(later.certificate).not.toBe(first.certificate);
    expect(new X509Certificate(pair.certificate).verify(new X509Certificate(later.certificate).publicKey)).toBe(true);
  });

  it("signs anew when other names are asked for, or the kept certificate is broken", async () => {
    const authority = await openCertificateAuthority({ directory, clock: at(START) });
    await authority.keep(server);

    const other = await authority.keep({ ...server, addresses: ["127.0.0.1", "::1"] });
    await writeFile(join(directory, "server.crt"), "broken");
    const mended = await authority.keep(server);

    expect(new X509Certificate(other.certificate).checkIP("::1")).toBe("::1");
    expect(new X509Certificate(mended.certificate).checkIP("127.0.0.1")).toBe("127.0.0.1");
  });

  it("refuses a key that others may read, and says what to do", async () => {
    await openCertificateAuthority({ directory, clock: at(START) });
    await chmod(join(directory, "ca.key"), 0o644);

    await expect(openCertificateAuthority({ directory, clock: at(START) })).rejects.toMatchObject({
      code: "Forbidden",
      message: expect.stringContaining("ca.key holds a key and may be read by others (mode 0644)"),
      hint: expect.stringContaining("chmod 600"),
    });
  });

  it("refuses a file that is no key, naming it", async () => {
    await writeFile(join(directory, "ca.key"), "no key", { mode: 0o600 });

    await expect(openCertificateAuthority({ directory, clock: at(START) })).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringContaining("ca.key is not an ECDSA P-256 private key"),
    });
    expect(await readFile(join(directory, "ca.key"), "utf8")).toBe("no key");
  });

  it("ends up with one key when two processes start together", async () => {
    const [one, two] = await Promise.all([
      openCertificateAuthority({ directory, clock: at(START) }),
      openCertificateAuthority({ directory, clock: at(START) }),
    ]);

    const publicKeys = [one, two].map(({ certificate }) =>
      new X509Certificate(certificate).publicKey.export({ type: "spki", format: "pem" }),
    );
    expect(publicKeys[0]).toBe(publicKeys[1]);
  });
});
