// What a process in a real sandbox sees and reaches, when Runyard was started by root and by an ordinary user.
import { execFile } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PodState } from "../../../../src/platform/pod-runner.ts";
import { whyNoSandbox } from "../../../support/pods.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const missing = await whyNoSandbox();
if (!isRoot) console.error("SKIPPED: sandboxes started by root need a test run by root");

interface View {
  readonly mounts: readonly string[];
  readonly status: string;
  readonly uid: number;
  readonly processes: readonly string[];
  readonly environments: readonly string[];
  readonly descriptors: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secret: string;
  readonly roots: readonly string[];
  readonly run: readonly string[];
  readonly runyard: readonly string[];
  readonly home: readonly string[];
  readonly etc: readonly string[];
  readonly write: readonly (string | null)[];
  readonly scratch: readonly string[];
  readonly token: string;
  readonly tokenMode: string;
  readonly gateway: string;
  readonly reached: Readonly<Record<string, string>>;
}

const starters = [
  { who: "root", uid: 0 },
  { who: "an ordinary user", uid: isRoot ? NOBODY : (process.getuid?.() ?? NOBODY) },
];

describe.skipIf(missing !== undefined).each(starters.filter((starter) => isRoot || starter.uid !== 0))(
  "a container started by $who",
  ({ uid }) => {
    let directory: string;
    let view: View;
    let state: PodState;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "view-"));
      if (isRoot && uid !== 0) await chown(directory, uid, uid);
      const script = [process.execPath, join(import.meta.dirname, "../../../support/run-probe-pod.ts"), directory];
      const id = String(uid);
      const become = isRoot && uid !== 0 ? ["setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"] : [];
      const [program = "", ...rest] = [...become, ...script];
      const { stdout } = await promisify(execFile)(program, rest, { cwd: "/" });
      const printed = JSON.parse(stdout) as { state: PodState; log: string };
      state = printed.state;
      expect(state.containers[0], printed.log).toMatchObject({ exitCode: 0, reason: "Completed" });
      view = JSON.parse(printed.log) as View;
    });
    afterAll(async () => {
      await rm(directory, { recursive: true, maxRetries: 5 });
    });

    it("sees mounts of the allow-list only: nothing of home, of the data directory, of the host's /run", () => {
      const allowed =
        /^\/$|^\/(usr|bin|sbin|lib|lib32|lib64|libx32|proc|dev|tmp|var\/tmp|home\/runyard)($|\/)|^\/etc\/|^\/opt\/runyard\/(node|bin|fallback|compiled|app\/(src|dist|package\.json|node_modules)|node_modules)$|^\/run\/runyard\/gateway$|^\/var\/run\/(probe|token)$/;

      expect(view.mounts.filter((mount) => !allowed.test(mount))).toEqual([]);
      expect(view.roots.filter((name) => !/^(usr|s?bin|lib\w*|proc|dev|tmp|var|home|etc|opt|run)$/.test(name))).toEqual(
        [],
      );
      expect(view.run).toEqual(["runyard"]);
      expect([...view.runyard].sort()).toEqual(["gateway", "gateway.sock"]);
      expect(view.home).toEqual(["runyard"]);
      expect(view.etc).not.toEqual(expect.arrayContaining(["shadow"]));
      expect(view.etc).not.toContain("resolv.conf");
      expect(view.secret).toBe("ENOENT");
    });

    it("is an unprivileged user without any capability, and can get none", () => {
      expect(view.uid).toBe(uid === 0 ? 65_533 : uid);
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"])
        expect(view.status).toContain(`${set}:\t0000000000000000`);
      expect(view.status).toContain("NoNewPrivs:\t1");
    });

    it("sees its own processes only, and no environment or file of its starter", () => {
      expect(view.processes.length).toBeLessThanOrEqual(4);
      expect(view.processes.filter((line) => !/bwrap|container-init|probe\.cjs/.test(line))).toEqual([]);
      expect(JSON.stringify([view.environments, view.environment])).not.toContain("canary");
      const known = new Set(["HOME", "HOSTNAME", "LANG", "PATH", "PWD", "RUNYARD_GATEWAY_URL"]);
      expect(Object.keys(view.environment).filter((name) => !known.has(name))).toEqual([]);
      expect(
        view.descriptors.filter(
          (target) =>
            !/^(\/dev\/null|pipe:|anon_inode:|socket:|\/proc\/|.*\.sock\.pipe-\d+ \(deleted\)$|ENOENT)/.test(target),
        ),
      ).toEqual([]);
    });

    it("reaches the gateway and no other address", () => {
      expect(view.gateway).toBe("the gateway answered");
      expect(view.reached).toMatchObject({
        host: "ECONNREFUSED",
        metadata: "ENETUNREACH",
        internet: "ENETUNREACH",
        abstract: "ECONNREFUSED",
        docker: "ENOENT",
      });
      expect(view.reached["internet6"]).toMatch(/ENETUNREACH|EADDRNOTAVAIL/);
      expect(view.reached["dns"]).not.toBe("resolved");
      expect(view.reached["resolver"]).not.toBe("resolved");
    });

    it("writes where it may and nowhere else, and reads its token as the only one who can", () => {
      expect(view.write).toEqual(["EROFS", "EROFS", "EROFS", "EROFS", "EROFS"]);
      expect(view.scratch).toEqual(["written", "written", "written"]);
      expect([view.token, view.tokenMode]).toEqual(["a-token", "600"]);
    });
  },
);
