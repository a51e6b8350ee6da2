// The simulated GitHub of the demonstration: people with different rights, the six Apps, one repository with CI.
import { readFile } from "node:fs/promises";
import { parseYaml } from "../../languages/yaml.ts";
import { createPerson, type Person } from "./person.ts";
import type { GitHubStandIn, RepositoryStandIn, StandIns } from "./stand-ins.ts";

export const REPOSITORY = "acme/pricing";
/** Of the App that the webhook belongs to. */
export const HOOK_APP = "runyard-author";

export interface DemoGitHub {
  readonly simulator: GitHubStandIn;
  /** Opens the issue; may write. */
  readonly maintainer: Person;
  /** May write. */
  readonly reviewer: Person;
  /** May only read. */
  readonly outsider: Person;
  readonly deployer: Person;
  /** The Apps' slugs. */
  readonly apps: readonly string[];
}

export interface GitHubSetup {
  readonly directory: string;
  readonly files: Readonly<Record<string, string>>;
  readonly chartValuesPath: string;
  /** Of CI commands, read when one starts: stand-ins that are started after GitHub are added later. */
  readonly ciEnvironment: Readonly<Record<string, string>>;
}

const PERMISSIONS = {
  actions: "read",
  checks: "write",
  contents: "write",
  deployments: "read",
  issues: "write",
  pull_requests: "write",
  statuses: "read",
} as const;

/** Those of the pipelines' EventSource: an App gets only what it subscribed to. */
export const WEBHOOK_EVENTS = [
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "issue_comment",
  "issues",
  "push",
  "workflow_run",
  "check_run",
];

const PEOPLE = ["maria", "rita", "oscar", "preview-host"] as const;

export async function startDemoGitHub(start: StandIns["startGitHub"], setup: GitHubSetup): Promise<DemoGitHub> {
  const apps = await readAppSlugs(setup.chartValuesPath);
  const simulator = await start({
    directory: setup.directory,
    users: PEOPLE.map((login) => ({ login })),
    repositories: [repositoryOf(setup)],
    apps: apps.map((slug) => ({
      slug,
      permissions: PERMISSIONS,
      events: WEBHOOK_EVENTS,
      installations: [{ account: "acme", repositories: ["pricing"] }],
    })),
  });
  const person = (login: string) => createPerson(login, simulator.tokenOf(login), simulator.apiUrl);
  const [maintainer, reviewer, outsider, deployer] = PEOPLE.map(person) as [Person, Person, Person, Person];
  return { simulator, maintainer, reviewer, outsider, deployer, apps };
}

function repositoryOf({ files, ciEnvironment }: GitHubSetup): RepositoryStandIn {
  return {
    fullName: REPOSITORY,
    collaborators: { maria: "maintain", rita: "write", oscar: "read", "preview-host": "write" },
    labels: ["runyard"],
    files,
    ci: {
      argv: ["node", "scripts/ci.js"],
      workflowName: "CI",
      jobName: "ci",
      environment: ciEnvironment,
    },
  };
}

async function readAppSlugs(chartValuesPath: string): Promise<readonly string[]> {
  const values = parseYaml(await readFile(chartValuesPath, "utf8")) as {
    readonly agents: readonly { readonly githubApp: string }[];
  };
  return [...new Set(values.agents.map((agent) => agent.githubApp.toLowerCase()))];
}
