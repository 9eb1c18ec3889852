import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { findChromium, startBrowser } from "./browser.ts";
import { startExample } from "./example.ts";
import { visit } from "./visit.ts";

/* `npm run screenshots`: pictures of the main pages, from an example that is made anew. An argument names another folder. */

const folder = process.argv[2] ?? join(import.meta.dirname, "../../docs/pages");
const chromium = findChromium();
if (chromium === undefined) throw new Error("There is no Chromium on this machine; $CHROMIUM may name one.");

const { harness, ids } = await startExample();
const browser = await startBrowser(chromium);
mkdirSync(folder, { recursive: true });
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const { page, context } = await visit(browser, harness, { viewport: { width: 1280, height: 900 }, colorScheme });
    for (const [name, path] of Object.entries(pagesOf())) {
      if (colorScheme === "dark" && name !== "request") continue;
      await page.goto(path);
      await page.getByText("live", { exact: true }).or(page.locator("main:not([data-live])")).first().waitFor();
      const file = join(folder, `${name}${colorScheme === "dark" ? "-dark" : ""}.png`);
      await page.screenshot({ path: file, fullPage: true });
      process.stdout.write(`${file}\n`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await harness.close();
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
    waiting: `/r/${ids.tooLarge}`,
    history: "/history?task_name=build&subject=gcc&context=sid%2Famd64",
    tasks: "/t",
    workers: "/workers",
    worker: "/workers/builder-1",
    submit: "/new",
  };
}
