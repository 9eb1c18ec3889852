import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startBrowser } from "../../test/web/browser.ts";

/*
 * Lighthouse, which is no dependency of ours: with what it brings it is larger than everything else that we need to
 * develop, and `npm test` would install it on every machine. This bench installs the one version named here into the
 * cache of `node_modules`, without install scripts.
 */

const VERSION = "13.5.0";
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"] as const;

/** Scores from 0 to 100, and milliseconds (CLS: a share of the window). */
export type LighthouseFigures = {
  performance: number;
  accessibility: number;
  best_practices: number;
  seo: number;
  lcp_ms: number;
  tbt_ms: number;
  cls: number;
  /** What did not get its full score. */
  failed: string[];
};

/** Looks at addresses as a phone of the middle class on a slow network would: Lighthouse's own default. */
export async function runLighthouse(
  chromium: string,
  addresses: Readonly<Record<string, string>>,
  cookie: string,
): Promise<Record<string, LighthouseFigures>> {
  const lighthouse = await loadLighthouse();
  const port = await freePort();
  const browser = await startBrowser(chromium, [`--remote-debugging-port=${port}`]);
  const found: Record<string, LighthouseFigures> = {};
  try {
    for (const [name, address] of Object.entries(addresses)) {
      const result = await lighthouse(address, {
        port,
        logLevel: "silent",
        onlyCategories: [...CATEGORIES],
        disableStorageReset: true,
        extraHeaders: { Cookie: cookie },
      });
      found[name] = figuresOf(result);
    }
  } finally {
    await browser.close();
  }
  return found;
}

type Result = {
  lhr: {
    categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
    audits: Record<string, { score: number | null; numericValue?: number }>;
  };
};
type Lighthouse = (address: string, flags: Record<string, unknown>) => Promise<Result>;

function figuresOf({ lhr: { categories, audits } }: Result): LighthouseFigures {
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100);
  const value = (name: string) => audits[name]?.numericValue ?? Number.NaN;
  const weighed = Object.values(categories).flatMap(({ auditRefs }) => auditRefs.filter(({ weight }) => weight > 0));
  const failed = weighed.filter(({ id }) => (audits[id]?.score ?? 1) < 0.9).map(({ id }) => id);
  return {
    performance: score("performance"),
    accessibility: score("accessibility"),
    best_practices: score("best-practices"),
    seo: score("seo"),
    lcp_ms: Math.round(value("largest-contentful-paint")),
    tbt_ms: Math.round(value("total-blocking-time")),
    cls: Math.round(value("cumulative-layout-shift") * 1000) / 1000,
    failed,
  };
}

async function loadLighthouse(): Promise<Lighthouse> {
  const folder = join(import.meta.dirname, "../../node_modules/.cache/almanac-bench", `lighthouse-${VERSION}`);
  const entry = join(folder, "node_modules/lighthouse/core/index.js");
  if (!existsSync(entry)) install(folder);
  const module = (await import(pathToFileURL(entry).href)) as { default: Lighthouse }; // its documented entry
  return module.default;
}

function install(folder: string): void {
  mkdirSync(folder, { recursive: true });
  process.stderr.write(`installing lighthouse ${VERSION} into ${folder}\n`);
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", [...args, `lighthouse@${VERSION}`], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`npm could not install lighthouse ${VERSION}`);
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once("error", reject);
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
  });
  return promise;
}
