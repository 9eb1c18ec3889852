import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { findChromium, startBrowser } from "./browser.ts";
import { startExample } from "./example.ts";
import { smallPng } from "./small-png.ts";
import { visit } from "./visit.ts";

/*
 * `npm run screenshots`: pictures of the main pages, from an example that is made anew, for the documentation. An argument
 * names another folder; `--whole` takes pages to their end.
 */

const isWhole = process.argv.includes("--whole");
const SIZE = { width: 1160, height: 1100 };
const folder =
  process.argv.slice(2).find((argument) => !argument.startsWith("-")) ?? join(import.meta.dirname, "../../docs/pages");
const chromium = findChromium();
if (chromium === undefined) throw new Error("There is no Chromium on this machine; $CHROMIUM may name one.");

const { harness, ids } = await startExample("manual");
const browser = await startBrowser(chromium);
mkdirSync(folder, { recursive: true });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, context } = await visit(browser, harness, { viewport: SIZE, colorScheme });
    for (const [name, path] of Object.entries(pagesOf())) {
      if (colorScheme === "dark" && name !== "request") continue;
      await page.goto(path);
      await page.getByText("live", { exact: true }).or(page.locator("main:not([data-live])")).first().waitFor();
      const file = join(folder, `${name}${colorScheme === "dark" ? "-dark" : ""}.png`);
      writeFileSync(
        file,
        smallPng(await page.screenshot({ fullPage: true, ...(!isWhole && (await beginning(page))) })),
      );
      process.stdout.write(`${file}\n`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await harness.close();
}

/** The part of a page that is shown: as much as says what it is for. */
async function beginning(page: Page) {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  return { clip: { x: 0, y: 0, width: SIZE.width, height: Math.min(height, SIZE.height) } };
}

function pagesOf(): Record<string, string> {
  return {
    overview: "/",
    requests: "/r",
    request: `/r/${ids.running}`,
    failure: `/r/${ids.failed}`,
    log: `/r/${ids.failed}/log?at=41&times=start#L41`,
    regressions: "/regressions",
    regression: "/regressions/1",
    waste: "/waste",
    settings: "/settings?task_name=build&subject=gcc",
    waiting: `/r/${ids.tooLarge}`,
    history: "/history?task_name=build&subject=gcc&context=sid%2Famd64",
    tasks: "/t",
    workers: "/workers",
    worker: "/workers/builder-1",
    submit: "/new",
  };
}
