// Pages of lists with GitHub's Link header.

import type { Urls } from "../views/urls.ts";
import type { PageReply } from "./route.ts";

const PER_PAGE_DEFAULT = 30;
const PER_PAGE_MAX = 100;

export interface RenderedPage {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export async function renderPage(reply: PageReply, url: URL, urls: Urls): Promise<RenderedPage> {
  const perPage = clamp(url.searchParams.get("per_page"), PER_PAGE_DEFAULT, PER_PAGE_MAX);
  const number = clamp(url.searchParams.get("page"), 1, Number.MAX_SAFE_INTEGER);
  const last = Math.max(1, Math.ceil(reply.total / perPage));
  const items = await reply.render((number - 1) * perPage, number * perPage);
  const links: string[] = [];
  const add = (rel: string, page: number): void => {
    const target = new URL(`${urls.api}${url.pathname.replace(/^\/api\/v3/, "")}${url.search}`);
    target.searchParams.set("page", String(page));
    links.push(`<${target.href}>; rel="${rel}"`);
  };
  if (number > 1) {
    add("prev", Math.min(number - 1, last));
  }
  if (number < last) {
    add("next", number + 1);
    add("last", last);
  }
  if (number > 1) {
    add("first", 1);
  }
  return { body: reply.wrap(items, reply.total), headers: links.length === 0 ? {} : { link: links.join(", ") } };
}

function clamp(text: string | null, fallback: number, max: number): number {
  const value = Number(text ?? fallback);
  return Number.isInteger(value) && value >= 1 ? Math.min(value, max) : fallback;
}
