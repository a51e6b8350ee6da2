// A hostile agent looks everywhere for what the product keeps secret (P20: an agent reads no credential; no secret is in
// a log, status, trace or pull request). The places are taken from the code: a new one fails here until it is listed.
import { glob, readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KINDS } from "../../src/resources/kinds.ts";
import { SECRET } from "../../src/resources/core.ts";
import { EngineWorld, REPOSITORY, waitFor } from "../support/engine-world.ts";
import { HOSTILE_WORK, LOOT_FILE, PORTS_WORD } from "../support/hostile-agent.ts";
import { findNeedles, needlesOf, type Needle } from "../support/needles.ts";
import { pullRequests } from "../support/what-happened.ts";

const TASK_MS = 240_000;
const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));
const FILE_BYTES_MAX = 64 * 1024 * 1024;

/** Files below the data directory that hold a secret, by the source file that writes them. */
const KEEPERS: Readonly<Record<string, readonly string[]>> = {
  "api-server/certificate-authority.ts": ["pki/ca.key", "pki/operator.key", "pki/server.key"],
  "api-server/kubeconfig.ts": ["kubeconfig"],
  "gateway/github/token-journal.ts": ["gateway/data/token-journal-key"],
  "platform/embedded/service-account-tokens.ts": ["service-account.key"],
  "programs/engine/gateway-token.ts": ["gateway/api-token"],
};

/** Secrets that have no fixed place: where each is found is a function below. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "platform/embedded/secret-files.ts": "Secrets: read through the API",
  "controllers/pod/resolve-volumes.ts": "tokens of containers: read from the volumes of pods",
  "platform/embedded/pod-runner/write-volumes.ts": "tokens of containers: read from the volumes of pods",
  "agent/run-coding-agent.ts": "the container's own token, which its agent may know",
  "agent/command-environment.ts": "the container's own token, which its commands may know",
};

/** Private files that hold no secret: they are searched as every other file is. */
const NO_SECRET = [
  "api-server/certificate-authority.ts",
  "gateway/session-archive.ts",
  "platform/embedded/event-inbox/serve-inbox.ts",
  "platform/embedded/process-lock.ts",
  "platform/embedded/store-writer.ts",
  "platform/embedded/supervisor/container-log.ts",
  "platform/embedded/supervisor/pod-directory.ts",
  "platform/embedded/supervisor/prepare-launch.ts",
  "platform/node/log-file.ts",
  "platform/node/private-file.ts",
  // Of a cluster's gateway only: a copy of its Secret, in a volume of its own pod.
  "programs/cluster/gateway-certificate.ts",
  "programs/engine/gateway-process.ts",
];

const ENVIRONMENT = {
  RUNYARD_TEST_CANARY: "canary-environment-c05d9e6a17",
  // The operator's proxy, which the gateway inherits. Nothing here goes by TLS, so that nobody asks it.
  HTTPS_PROXY: "http://operator:canary-proxy-71b2e0d94c@127.0.0.1:9",
};

/** Prints what a container knows, so that logs and check runs would show it. */
const REPOSITORY_FILE = `
gates:
  author: ["env", "test -f feature.txt"]
  clippy: ["env >&2; grep -q formatted feature.txt"]
`;

const isRoot = process.getuid?.() === 0;
const ORDINARY_USER = 65_534;
if (!isRoot) console.error("SKIPPED: canaries of an engine that root started need a test run by root");
const ordinary = { who: "an ordinary user", uid: isRoot ? ORDINARY_USER : undefined };
const starters = isRoot ? [{ who: "root", uid: undefined }, ordinary] : [ordinary];

describe("the search", () => {
  it("knows every place in which the code writes what only its owner may read", async () => {
    const writers: string[] = [];
    for await (const path of glob("**/*.ts", { cwd: SOURCE })) {
      if (/^(programs\/)?(github-simulator|model-simulator|demo)\b/.test(path)) continue;
      const text = await readFile(join(SOURCE, path), "utf8");
      if (/\b0o[46]00\b|node\/private-file\.ts"/.test(text)) writers.push(path);
    }

    const known = new Set([...Object.keys(KEEPERS), ...Object.keys(ELSEWHERE), ...NO_SECRET]);
    expect(new Set([...writers, ...Object.keys(KEEPERS), "platform/embedded/secret-files.ts"])).toEqual(known);
  });

  it("would find a secret in each of its forms", () => {
    const secret = "a-secret-of-many-letters";
    const known = needlesOf("it", secret);
    const disguises = [
      secret,
      secret.split("").reverse().join(""),
      Buffer.from(secret).toString("hex"),
      Buffer.from(`x${secret}y`).toString("base64"),
      Buffer.from(`xy${secret}`).toString("base64"),
      encodeURIComponent(secret),
    ];

    for (const disguise of disguises) expect(findNeedles(Buffer.from(`… ${disguise} …`), known)).not.toEqual([]);
  });
});

describe.each(starters)("an engine started by $who, and a hostile agent", ({ uid }) => {
  let world: EngineWorld;
  let needles: readonly Needle[];
  let loot: Loot;

  beforeAll(async () => {
    world = await EngineWorld.start({
      work: HOSTILE_WORK,
      repositoryFile: REPOSITORY_FILE,
      webhookSecret: "canary-webhook-3f9c1d72a5",
      modelKey: "sk-canary-model-8e21b7f0c4",
      environment: ENVIRONMENT,
      recordsTokens: true,
      github: { tokenFormat: uid === undefined ? "opaque" : "stateless" },
      ...(uid === undefined ? {} : { uid }),
    });
    const ports = [world.addresses.apiUrl, world.addresses.webhookUrl, world.github.baseUrl, world.models.url];
    const numbers = [8080, 6443, ...ports.map((url) => Number(new URL(url).port))].join(",");
    await world.labelNewIssue("Add the feature", `There should be a feature. ${PORTS_WORD} ${numbers}`);
    loot = await takeLoot(world);
    await world.finishedWorkflows(TASK_MS);
    needles = await collectNeedles(world, loot);
  }, TASK_MS + 60_000);

  afterAll(async () => {
    await world.stop();
  });

  it("has needles of every kind of secret, and an agent that really looked", async () => {
    expect((await stat(join(world.dataDirectory, "kubeconfig"))).uid).toBe(uid ?? process.getuid?.());
    const names = needles.map(({ name }) => name.replace(/ \(.*/, ""));

    expect(names).toEqual(
      expect.arrayContaining([
        "secret github-webhook/secret",
        "secret model-keys/quick",
        "secret github-app-runyard-author/private-key",
        "secret github-app-runyard-clippy/private-key",
        "environment RUNYARD_TEST_CANARY",
        "environment HTTPS_PROXY",
        "installation token 1",
        ...Object.values(KEEPERS).flat(),
      ]),
    );
    const volumes = new Set(names.filter((name) => name.startsWith("pods/")).map((name) => name.split("/").at(-2)));
    expect([...volumes]).toEqual(
      expect.arrayContaining(["token-prepare", "token-agent", "token-verify", "token-publish"]),
    );
    for (const word of ["There should be a feature.", "RUNYARD_MODEL_TOKEN", "/proc/1/environ", loot.ownToken])
      expect(loot.bytes.includes(word), word.slice(0, 20)).toBe(true);
  });

  it("finds no secret in anything that it can read, but the token of its own container", () => {
    const own = `pods/${loot.pod}/volumes/token-agent/`;

    expect(findNeedles(loot.bytes, needles).filter((name) => !name.startsWith(own))).toEqual([]);
    expect(installationTokens(loot.bytes.toString("latin1"))).toEqual([]);
  });

  it("reaches no port but the way to the gateway", () => {
    expect(/OPEN\[([\d,]*)\]/.exec(loot.bytes.toString("latin1"))?.[1]).toBe("8080");
  });

  it("sees no file of the host's homes, of the data directory or of /run", () => {
    const files = section(loot, "files").split("\n");

    expect(files.filter((path) => /^\/(root|home\/(?!runyard)|mnt|srv|work)\b/.test(path))).toEqual([]);
    expect(files.filter((path) => path.startsWith(world.directory))).toEqual([]);
    expect(files.filter((path) => path.startsWith("/run/") && !path.startsWith("/run/runyard"))).toEqual([]);
  });

  it("leaves no secret in any file but those that keep it: databases, logs, sessions, plans", async () => {
    const kept = new Set(Object.values(KEEPERS).flat());
    const found: string[] = [];
    const searched: string[] = [];
    for (const name of await filesBelow(world.dataDirectory)) {
      if (kept.has(name) || name.startsWith("secrets/") || TOKEN_PATH.test(name)) continue;
      const path = join(world.dataDirectory, name);
      if ((await stat(path)).size > FILE_BYTES_MAX) throw new Error(`${name} is too large to be searched`);
      searched.push(name);
      // What a container keeps for itself may hold its own token, which ends with it.
      const own = /^pods\/[^/]+\/volumes\//.exec(name)?.[0] ?? "none";
      const needlesThere = findNeedles(await readFile(path), needles).filter((needle) => !needle.startsWith(own));
      found.push(...needlesThere.map((needle) => `${name}: ${needle}`));
    }

    expect(found).toEqual([]);
    for (const kind of [/\.db$|\.sqlite/, /^engine\.log$/, /gateway\.log$/, /^pods\/.*\/logs\/agent\.log$/])
      expect(
        searched.filter((name) => kind.test(name)),
        String(kind),
      ).not.toEqual([]);
  });

  it("leaves no secret in any object of the API but the Secrets themselves: status, events, conditions", async () => {
    const found: string[] = [];
    for (const kind of KINDS.filter((it) => it !== SECRET)) {
      const text = JSON.stringify(await world.store.list(kind));
      found.push(...findNeedles(Buffer.from(text), needles).map((needle) => `${kind.kind}: ${needle}`));
    }

    expect(found).toEqual([]);
  });

  it("leaves no secret at GitHub: pull requests, check runs, comments, branches", async () => {
    const [pull] = await pullRequests(world);
    const number = String(pull?.number ?? 0);
    const paths = [
      `/repos/${REPOSITORY}/pulls/${number}`,
      `/repos/${REPOSITORY}/pulls/${number}/files`,
      `/repos/${REPOSITORY}/issues/${number}/comments`,
      `/repos/${REPOSITORY}/issues/1/comments`,
      `/repos/${REPOSITORY}/commits/${pull?.head.sha ?? ""}/check-runs`,
      `/repos/${REPOSITORY}/git/matching-refs/heads`,
    ];
    const answers = await Promise.all(paths.map((path) => world.call("wes", "GET", path)));
    const text = JSON.stringify([answers, world.github.effects()]);

    expect(text).toContain("runyard/author");
    expect(findNeedles(Buffer.from(text), needles)).toEqual([]);
    expect(installationTokens(text)).toEqual([]);
  });

  it("leaves no token of GitHub that still works", async () => {
    await waitFor("every token to be revoked", () => world.github.liveTokenCount() === 0, 10_000);
  });
});

const TOKEN_PATH = /^pods\/[^/]+\/volumes\/[^/]+\/token$/;

interface Loot {
  readonly bytes: Buffer;
  /** Uid of the pod in which it was taken. */
  readonly pod: string;
  readonly ownToken: string;
  /** Tokens of all pods at that time, by path. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Where something stands that looks like an installation token of either form. */
function installationTokens(text: string): readonly string[] {
  return [...text.matchAll(/ghs_[\w.-]{16,}/g)].map(({ index }) => text.slice(Math.max(0, index - 200), index));
}

/** The file as the host finds it in the pod's volume, while the run goes on, and the tokens beside it. */
async function takeLoot(world: EngineWorld): Promise<Loot> {
  let path = "";
  await waitFor(
    "the agent to have looked",
    async () => {
      for await (const found of glob(`pods/*/volumes/*/${LOOT_FILE}`, { cwd: world.dataDirectory })) path = found;
      return path !== "";
    },
    120_000,
  );
  const pod = path.split("/")[1] ?? "";
  const tokens = await readTokens(world);
  const bytes = await readFile(join(world.dataDirectory, path));
  return { bytes, pod, tokens, ownToken: tokens[`pods/${pod}/volumes/token-agent/token`] ?? "no token" };
}

async function readTokens(world: EngineWorld): Promise<Readonly<Record<string, string>>> {
  const paths = (await filesBelow(world.dataDirectory)).filter((name) => TOKEN_PATH.test(name));
  const texts = await Promise.all(
    paths.map((path) => readFile(join(world.dataDirectory, path), "utf8").catch(() => "")),
  );
  return Object.fromEntries(
    paths.map((path, index) => [path, texts[index] ?? ""] as const).filter(([, it]) => it !== ""),
  );
}

async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((it) => it.isFile()).map((it) => relative(directory, join(it.parentPath, it.name)));
}

function section({ bytes }: Loot, name: string): string {
  const text = bytes.toString("latin1");
  const start = text.indexOf(`\n== ${name}\n`) + name.length + 5;
  const end = text.indexOf("\n== ", start);
  return text.slice(start, end === -1 ? undefined : end);
}

async function collectNeedles(world: EngineWorld, loot: Loot): Promise<readonly Needle[]> {
  const secrets = (await world.store.list(SECRET)).items.flatMap(({ metadata, data }) =>
    Object.entries(data ?? {})
      .filter(([key]) => key !== "app-id")
      .flatMap(([key, value]) =>
        needlesOf(`secret ${metadata.name}/${key}`, Buffer.from(value, "base64").toString("utf8")),
      ),
  );
  const files = await Promise.all(
    Object.values(KEEPERS)
      .flat()
      .map(async (path) => needlesOf(path, secretPart(path, await readFile(join(world.dataDirectory, path), "utf8")))),
  );
  const environment = Object.entries(ENVIRONMENT).flatMap(([name, value]) =>
    needlesOf(`environment ${name}`, /canary-[\w-]+/.exec(value)?.[0] ?? value),
  );
  const containers = Object.entries({ ...loot.tokens, ...(await readTokens(world)) }).flatMap(([path, token]) =>
    needlesOf(path, signature(token)),
  );
  const installation = world.installationTokens.flatMap((token, index) =>
    needlesOf(`installation token ${index + 1}`, token),
  );
  return [...secrets, ...files.flat(), ...environment, ...containers, ...installation];
}

/** What of a private file is the secret: the rest of it is public. */
function secretPart(path: string, text: string): string {
  // The certificates in it are public; the key is not.
  if (path === "kubeconfig") return /client-key-data: *(\S+)/.exec(text)?.[1] ?? text;
  return path === "gateway/api-token" ? signature(text) : text;
}

/** Whoever lacks the signature has no token. */
function signature(token: string): string {
  return token.trim().split(".")[2] ?? token;
}
