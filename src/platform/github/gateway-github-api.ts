// GitHub's API through the gateway's /github routes, as the containers of a run and the steps of a workflow reach it.
import { PlatformError } from "../errors.ts";
import type { GitHubApi } from "../github-api.ts";
import { createGatewayClient, notFound, type GatewayClient, type GatewayClientOptions } from "./gateway-client.ts";

const ITEMS_MAX = 1_000;
const PAGE_SIZE = 100;

export function createGatewayGitHubApi(options: GatewayClientOptions): GitHubApi {
  const client = createGatewayClient(options);
  const get = async (path: string): Promise<unknown> => {
    const answer = await client.send({ method: "GET", path: `/github${path}` });
    return isMissing(answer) ? await drop(answer) : await readJson(answer, path);
  };
  return {
    get,
    list: async (path, itemsMax = ITEMS_MAX) => await readPages(client, path, itemsMax),
    async text(path, bytesMax) {
      const answer = await client.send({ method: "GET", path: `/github${path}` });
      return isMissing(answer) ? await drop(answer) : await readEnd(answer, bytesMax);
    },
    async send(method, path, body) {
      const request = { method, path: `/github${path}` };
      const answer = await client.send({ ...request, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      if (isMissing(answer)) throw notFound(request);
      return answer.status === 204 ? await drop(answer) : await readJson(answer, path);
    },
    async graphql(query, variables) {
      const body = JSON.stringify({ query, variables });
      const answer = await client.send({ method: "POST", path: "/github/graphql", body });
      return dataOf(await readJson(answer, "/graphql"));
    },
  };
}

function isMissing(answer: Response): boolean {
  return answer.status === 404 || answer.status === 410;
}

/** An answer that is not read would hold its connection. */
async function drop(answer: Response): Promise<undefined> {
  await answer.body?.cancel();
  return undefined;
}

async function readPages(client: GatewayClient, path: string, itemsMax: number): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  let next: string | undefined = withPageSize(path);
  while (next !== undefined && items.length < itemsMax) {
    const answer: Response = await client.send({ method: "GET", path: `/github${next}` });
    if (isMissing(answer)) {
      await drop(answer);
      throw notFound({ method: "GET", path });
    }
    items.push(...itemsOf(await readJson(answer, path), path));
    next = nextPage(answer.headers.get("link"));
  }
  return items.slice(0, itemsMax);
}

function withPageSize(path: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}per_page=${PAGE_SIZE}`;
}

/** Some lists come in an object: `{ total_count, check_runs: [...] }`. */
function itemsOf(answer: unknown, path: string): readonly unknown[] {
  if (Array.isArray(answer)) return answer as readonly unknown[];
  const found = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const lists = Object.values(found).filter((value) => Array.isArray(value));
  if (typeof found["total_count"] === "number" && lists.length === 1) return lists[0] as readonly unknown[];
  throw new PlatformError({ code: "Internal", message: `GET ${path}: GitHub's answer is no list` });
}

/** The path of the link `next`, below the API's base; the gateway has made its address the gateway's own. */
function nextPage(link: string | null): string | undefined {
  const address = /<([^>]+)>;\s*rel="next"/.exec(link ?? "")?.[1];
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { pathname, search } = new URL(address);
  return pathname.replace(/^\/(github|api\/v3)(?=\/)/, "") + search;
}

async function readJson(answer: Response, path: string): Promise<unknown> {
  // The gateway bounds what it passes on.
  try {
    return await answer.json();
  } catch (error) {
    throw new PlatformError({ code: "Unavailable", message: `${path}: GitHub's answer is no JSON`, cause: error });
  }
}

/** At most `bytesMax` from the end of the body; never more than twice that in memory. */
async function readEnd(answer: Response, bytesMax: number): Promise<string> {
  let kept = Buffer.alloc(0);
  try {
    for await (const chunk of answer.body ?? []) {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length > 2 * bytesMax) kept = kept.subarray(-bytesMax);
    }
  } catch (error) {
    throw new PlatformError({ code: "Unavailable", message: "the gateway's answer was cut off", cause: error });
  }
  return kept.subarray(-bytesMax).toString("utf8");
}

function dataOf(answer: unknown): unknown {
  const { data, errors } = answer as { readonly data?: unknown; readonly errors?: readonly { message?: unknown }[] };
  if (errors === undefined || errors.length === 0) return data;
  const messages = errors.map(({ message }) => String(message)).join("; ");
  throw new PlatformError({ code: "Invalid", message: `GraphQL: ${messages.slice(0, 500)}` });
}
