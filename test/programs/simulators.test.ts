// The simulators as processes of their own, as tests in any language use them.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Any } from "../support/github-client.ts";

const OPTIONS = {
  users: [{ login: "wes", token: "ghp_wes" }],
  repositories: [{ fullName: "acme/shop", collaborators: { wes: "write" }, files: { "README.md": "# Shop\n" } }],
  apps: [{ slug: "builder", permissions: { issues: "write" }, installations: [{ account: "acme" }] }],
};

let directory: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "simulators-"));
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

async function written(name: string, value: unknown): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
}

/** Starts a program; `line` is its first line, parsed, and undefined when it ends without one. */
async function start(program: string, ...args: string[]): Promise<{ child: ChildProcess; line: Any; errors: string }> {
  const child = spawn(process.execPath, [`src/programs/${program}.ts`, ...args]);
  children.push(child);
  let errors = "";
  child.stderr?.on("data", (part: Buffer) => (errors += part.toString()));
  for await (const line of createInterface({ input: child.stdout })) return { child, line: JSON.parse(line), errors };
  await once(child, "close");
  return { child, line: undefined, errors };
}

/** The exit code. */
async function stop(child: ChildProcess): Promise<number | null> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  return ((await ended) as [number | null])[0];
}

describe("the GitHub simulator's program", () => {
  test("serves what the file describes, writes the credentials to files, and ends cleanly", async () => {
    const data = join(directory, "data");
    const { child, line } = await start("github-simulator", await written("o.json", OPTIONS), "--data-dir", data);
    const token = await readFile(line.users[0].tokenFile, "utf8");
    const headers = { authorization: `token ${token}` };

    const repository = await fetch(`${line.apiUrl}/repos/acme/shop`, { headers });

    const [app] = line.apps;
    expect(((await repository.json()) as Any).full_name).toBe("acme/shop");
    expect(app).toMatchObject({ slug: "builder", botLogin: "builder[bot]", installationIds: [30001] });
    expect(await readFile(app.privateKeyFile, "utf8")).toContain("PRIVATE KEY");
    expect((await stat(app.privateKeyFile)).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(line)).not.toContain(token);
    expect(await stop(child)).toBe(0);
  });

  test("takes faults and shows what happened over HTTP", async () => {
    const { child, line } = await start("github-simulator", await written("o.json", OPTIONS));
    const headers = { authorization: "token ghp_wes" };
    const open = async (): Promise<number> => {
      const body = JSON.stringify({ title: "Broken" });
      return (await fetch(`${line.apiUrl}/repos/acme/shop/issues`, { method: "POST", headers, body })).status;
    };
    const control = async (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${line.controlUrl}${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const fault = { kind: "5xx", path: "/repos/{owner}/{repo}/issues", status: 503 };

    const typo = await control("POST", "/faults", { ...fault, kind: "6xx" });
    const added = await control("POST", "/faults", fault);
    const statuses = [await open(), await open()];
    await control("POST", "/faults", { ...fault, times: 9 });
    const cleared = await control("DELETE", "/faults");
    const last = await open();
    const settled = await control("POST", "/settled");

    const calls = (await (await control("GET", "/calls")).json()) as Any;
    const effects = (await (await control("GET", "/effects")).json()) as Any;
    expect([typo.status, added.status, cleared.status, settled.status]).toEqual([400, 204, 204, 204]);
    expect(((await typo.json()) as Any).message).toContain("kind");
    expect([...statuses, last]).toEqual([503, 201, 201]);
    expect(calls.map((call: Any) => call.status)).toEqual([503, 201, 201]);
    expect(effects.map((effect: Any) => effect.kind)).toEqual(["issue.opened", "issue.opened"]);
    expect(await (await control("GET", "/deliveries")).json()).toEqual([]);
    await stop(child);
    await expect(stat(line.directory)).rejects.toThrow("ENOENT");
  });

  test.each([
    ["a typo", { repositorys: [] }, "repositorys"],
    ["a wrong value", { repositories: [{ fullName: "acme/shop", ci: { argv: [] } }] }, "repositories.0.ci.argv"],
    ["a name that leads nowhere", { repositories: [{ fullName: "acme/shop", forkOf: "a/b" }] }, "forkOf"],
    ["no JSON", "{", "o.json cannot be read"],
  ])("refuses %s with its path", async (_name, options, message) => {
    const { child, errors } = await start("github-simulator", await written("o.json", options));

    expect(errors).toContain(message);
    expect(errors).not.toContain("    at ");
    expect(child.exitCode).toBe(1);
  });
});

describe("the model simulator's program", () => {
  test("plays the scripts of its files, each by its name or by its texts", async () => {
    const greeting = await written("greeting.json", { match: ["hello"], steps: [{ say: "one" }, { say: "two" }] });
    const { child, line } = await start("model-simulator", greeting);
    const tools = [{ name: "Bash", input_schema: {} }];
    const ask = async (path: string): Promise<Any> => {
      const body = JSON.stringify({ model: "m", tools, messages: [{ role: "user", content: "hello" }] });
      return (await fetch(`${line.url}${path}`, { method: "POST", body })).json();
    };

    const byTexts = await ask("/v1/messages");
    const byName = await ask("/r/greeting/v1/messages");
    const report = (await (await fetch(`${line.controlUrl}/greeting`)).json()) as Any;

    expect(line.scripts).toEqual(["greeting"]);
    expect([byTexts.content[0].text, byName.content[0].text]).toEqual(["one", "two"]);
    expect(report).toMatchObject({ calls: 2, turns: 2, steps: 2 });
    expect(await stop(child)).toBe(0);
  });

  test("refuses a mistake in a script with the file and the path", async () => {
    const { child, errors } = await start("model-simulator", await written("wrong.json", { steps: [{ says: "hi" }] }));

    expect(errors).toMatch(/wrong\.json: script\.steps\.0/);
    expect(child.exitCode).toBe(1);
  });
});

test("the package offers both simulators to a program that imports them", async () => {
  const { exports, scripts } = JSON.parse(await readFile("package.json", "utf8"));

  for (const name of ["github-simulator", "model-simulator"]) {
    const source = exports[`./${name}`].default.replace("./dist/", "src/").replace(/\.js$/, ".ts");
    const imported: unknown = await import(join(process.cwd(), source));
    expect(Object.keys(imported as object)).toContain(
      name === "github-simulator" ? "startGitHubSimulator" : "startModelSimulator",
    );
    expect((await stat(scripts[name].split(" ")[1])).isFile()).toBe(true);
  }
});
