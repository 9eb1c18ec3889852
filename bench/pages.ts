import { cpus } from "node:os";
import { gzipSync } from "node:zlib";
import { findChromium } from "../test/web/browser.ts";
import { MAIN_PAGES } from "../test/web/example-pages.ts";
import { startExample, type Example } from "../test/web/example.ts";
import { LARGE_PAGES, startLargeFarm } from "../test/web/large-farm.ts";
import { weigh } from "./pages/weights.ts";
import { runLighthouse, type LighthouseFigures } from "./pages/lighthouse.ts";

/*
 * How fast pages are. `npm run bench:pages`: how long the server takes for each page of a large farm, beside the same page
 * of the small example, what the example's pages weigh, and what Lighthouse says of them on a phone. `-- --json` prints one document;
 * `-- --no-lighthouse` leaves Lighthouse out, `-- --only-lighthouse` the large farm.
 */

const LARGE = { requests: 100_000, waiting: 2_000, workers: 1_000, runsEach: 4, history: 200_000 };
const ROUNDS = 20;

type PageFigures = {
  page: string;
  small_ms: number;
  p50_ms: number;
  p95_ms: number;
  times_small: number;
  html_kb: number;
};

const isJson = process.argv.includes("--json");
const example = await startExample();
const cookie = await signIn(example);
const pages = process.argv.includes("--only-lighthouse") ? [] : await measureLarge();
const weights = await weigh(example, cookie);
const lighthouse = process.argv.includes("--no-lighthouse") ? undefined : await measureLighthouse();
await example.close();
report();

/** The cookie of a session, as a browser gets it. */
async function signIn({ harness: { server } }: Example): Promise<string> {
  const answer = await fetch(`${server.url}/sign-in`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ token: server.adminToken }),
  });
  const [set] = answer.headers.getSetCookie();
  if (set === undefined) throw new Error(`the sign-in was answered with ${answer.status}`);
  return set.split(";", 1)[0] ?? "";
}

async function measureLarge(): Promise<PageFigures[]> {
  const large = await startLargeFarm(LARGE);
  try {
    return await measurePages(large, await signIn(large));
  } finally {
    await large.close();
  }
}

async function measurePages(large: Example, largeCookie: string): Promise<PageFigures[]> {
  const figures: PageFigures[] = [];
  for (const [page, path] of Object.entries(LARGE_PAGES)) {
    const small: number[] = [];
    const all: number[] = [];
    let html = "";
    for (let round = -2; round < ROUNDS; round += 1) {
      const [ofSmall] = await timed(example, path(example), cookie);
      const [ofLarge, text] = await timed(large, path(large), largeCookie);
      html = text;
      if (round < 0) continue;
      small.push(ofSmall);
      all.push(ofLarge);
    }
    const [small_ms, p50_ms] = [quantile(small, 0.5), quantile(all, 0.5)];
    const html_kb = Math.round((gzipSync(html).length / 1024) * 10) / 10;
    figures.push({
      page,
      small_ms,
      p50_ms,
      p95_ms: quantile(all, 0.95),
      times_small: Math.round((p50_ms / small_ms) * 10) / 10,
      html_kb,
    });
  }
  return figures;
}

async function timed({ harness }: Example, path: string, session: string): Promise<[ms: number, html: string]> {
  const startedAt = performance.now();
  const answer = await fetch(harness.server.url + path, {
    headers: { cookie: session, "accept-encoding": "identity" },
  });
  const html = await answer.text();
  const ms = performance.now() - startedAt;
  // a worker of the large farm is none of the small one
  if (!answer.ok && answer.status !== 404) throw new Error(`${path} was answered with ${answer.status}`);
  return [ms, html];
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? 0) * 10) / 10;
}

async function measureLighthouse(): Promise<Record<string, LighthouseFigures>> {
  const chromium = findChromium();
  if (chromium === undefined) throw new Error("There is no Chromium on this machine; $CHROMIUM may name one.");
  const { url } = example.harness.server;
  const addresses = Object.fromEntries(MAIN_PAGES.map(({ name, path }) => [name, url + path(example)]));
  return runLighthouse(chromium, addresses, cookie);
}

function report(): void {
  if (isJson) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    process.stdout.write(`${JSON.stringify({ machine, large: LARGE, rounds: ROUNDS, pages, weights, lighthouse })}\n`);
    return;
  }
  if (pages.length > 0)
    process.stdout.write(`${"page of a large farm".padEnd(36)}small ms   p50 ms   p95 ms   × small   HTML KB gzip\n`);
  for (const { page, small_ms, p50_ms, p95_ms, times_small, html_kb } of pages) {
    const cells = [small_ms, p50_ms, p95_ms, times_small, html_kb].map((value) => value.toFixed(1).padStart(9));
    process.stdout.write(`${page.padEnd(35)}${cells.join("")}\n`);
  }
  const { html_kb, heaviest, scripts_kb, stylesheet_kb } = weights;
  process.stdout.write(
    `packed, KB: HTML at most ${html_kb} (${heaviest}), all scripts ${scripts_kb}, stylesheet ${stylesheet_kb}\n`,
  );
  for (const [page, figures] of Object.entries(lighthouse ?? {})) {
    const { performance: speed, accessibility, best_practices, seo, lcp_ms, tbt_ms, cls, failed } = figures;
    process.stdout.write(
      `${page.padEnd(30)}performance ${speed}, accessibility ${accessibility}, best practices ${best_practices}, SEO ${seo}; LCP ${lcp_ms} ms, TBT ${tbt_ms} ms, CLS ${cls}${failed.length === 0 ? "" : `; not full: ${failed.join(", ")}`}\n`,
    );
  }
}
