import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { findChromium, startBrowser } from "./browser.ts";
import { MAIN_PAGES } from "./example-pages.ts";
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

const example = await startExample("manual");
const browser = await startBrowser(chromium);
mkdirSync(folder, { recursive: true });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, context } = await visit(browser, example.harness, { viewport: SIZE, colorScheme });
    for (const { picture, path } of MAIN_PAGES) {
      if (colorScheme === "dark" && picture !== "request") continue;
      await page.goto(path(example));
      await page.getByText("live", { exact: true }).or(page.locator("main:not([data-live])")).first().waitFor();
      const file = join(folder, `${picture}${colorScheme === "dark" ? "-dark" : ""}.png`);
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
  await example.close();
}

/** The part of a page that is shown: as much as says what it is for. */
async function beginning(page: Page) {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  return { clip: { x: 0, y: 0, width: SIZE.width, height: Math.min(height, SIZE.height) } };
}
