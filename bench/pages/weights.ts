import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { EXAMPLE_PAGES } from "../../test/web/example-pages.ts";
import type { Example } from "../../test/web/example.ts";

/** What pages weigh, packed as a browser gets them: KB of 1,024 bytes. */
export type Weights = { html_kb: number; heaviest: string; scripts_kb: number; stylesheet_kb: number };

const WEB = join(import.meta.dirname, "../../src/web");

/** Weighs every page of the example, and what pages load: all scripts together, although no page has all of them. */
export async function weigh(example: Example, cookie: string): Promise<Weights> {
  const pages: { name: string; kb: number }[] = [];
  for (const [name, { path }] of Object.entries(EXAMPLE_PAGES)) {
    const answer = await fetch(example.harness.server.url + path(example), {
      headers: { cookie, accept: "text/html" },
    });
    pages.push({ name, kb: packedKb(await answer.text()) });
  }
  const heaviest = pages.reduce((most, page) => (page.kb > most.kb ? page : most));
  const islands = join(WEB, "islands");
  const scripts = readdirSync(islands).map((name) => packedKb(readFileSync(join(islands, name))));
  return {
    html_kb: round(heaviest.kb),
    heaviest: heaviest.name,
    scripts_kb: round(scripts.reduce((sum, kb) => sum + kb, 0)),
    stylesheet_kb: round(packedKb(readFileSync(join(WEB, "style.css")))),
  };
}

function packedKb(content: string | Buffer): number {
  return gzipSync(content).length / 1024;
}

function round(kb: number): number {
  return Math.round(kb * 10) / 10;
}
