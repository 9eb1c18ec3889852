import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import type { Harness } from "../server/harness.ts";
import { findChromium, startBrowser } from "./browser.ts";
import { visit, type Visit } from "./visit.ts";

const chromium = findChromium();

/** A server with something on its pages; `close` ends it and removes what it was made of. */
export type Farm = { readonly harness: Harness; close(): Promise<void> };

/** What tests have, once they run. */
export type Seen<Shown extends Farm> = {
  readonly farm: Shown;
  readonly browser: Browser;
  /** Opens a window on the farm and signs in. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
};

/**
 * Tests of a farm's pages in the machine's own Chromium; without one they are reported as skipped. Both are started
 * before the first of the tests, and closed after the last.
 */
export function inChromium<Shown extends Farm>(
  what: string,
  start: () => Promise<Shown>,
  tests: (at: Seen<Shown>) => void,
): void {
  describe.skipIf(chromium === undefined)(`${what}, in Chromium`, () => {
    let farm: Shown;
    let browser: Browser;
    beforeAll(async () => {
      farm = await start();
      browser = await startBrowser(chromium!); // skipped without one
    }, START_MS);
    afterAll(async () => {
      await browser.close();
      await farm.close();
    });
    tests({
      get farm() {
        return farm;
      },
      get browser() {
        return browser;
      },
      visit: (options) => visit(browser, farm.harness, options),
    });
  });
}

/** Long enough for a log of a million lines. */
const START_MS = 120_000;
