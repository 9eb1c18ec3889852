import { createHash } from "node:crypto";
import { AppError } from "../../../contract/errors.ts";
import type { LoopContext } from "../../loop/context.ts";
import { readStylesheet } from "./assets.ts";
import type { ReadingPage } from "./given.ts";
import { readingPages } from "./pages.ts";

/** One file, and a name for it. */
export type Report = { html: string; file_name: string; policy: string };

/**
 * Makes any page that is read one file by itself: the same page, with the stylesheet in it and without scripts, of which
 * a browser that shows it asks nobody for anything. `page` is the page's address from the root, such as `r/5122`.
 * Throws `route-not-found`, and what the page throws.
 */
export type MakeReport = (page: string, root: string, signal: AbortSignal) => Promise<Report>;

/** Reads the stylesheet, once. */
export function reportMaker(context: LoopContext): MakeReport {
  const pages = readingPages(context);
  const css = readStylesheet();
  const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(css).digest("base64")}'; base-uri 'none'`;
  return async (page, root, signal) => {
    const address = new URL(page.replace(/^\/+/, ""), "http://almanac.invalid/");
    const found = find(pages, address.pathname);
    if (found === undefined) throw new AppError("route-not-found", { method: "GET", path: page.slice(0, 200) });
    const made_at = await context.store.read.now();
    const frame = { root, assets: "", theme: "system", alone: { css, policy, made_at } } as const;
    const asked = { params: found.params, query: Object.fromEntries(address.searchParams) };
    const html = await found.page.render(frame, asked, signal);
    return { html, file_name: fileName(address, made_at), policy };
  };
}

type Found = { page: ReadingPage; params: Record<string, string> };

function find(pages: readonly ReadingPage[], pathname: string): Found | undefined {
  for (const page of pages) {
    const params = match(page.path.split("/"), pathname.split("/"));
    if (params !== undefined) return { page, params };
  }
  return undefined;
}

/** Parts that vary are numbers and workers' names: no letter in them is written in another way in an address. */
function match(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (expected.startsWith(":")) params[expected.slice(1)] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}

/** `almanac-r-5122-2026-11-22.html`; letters that a file's name may have anywhere. */
function fileName({ pathname, searchParams }: URL, made_at: string): string {
  const names = [...pathname.split("/"), ...["task_name", "subject", "context"].map((name) => searchParams.get(name))];
  const safe = names.flatMap((name) => (name ?? "").replaceAll(/[^\w.-]+/g, "-").slice(0, 40) || []);
  return `${["almanac", ...safe, made_at.slice(0, 10)].join("-")}.html`;
}
