import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { startHarness } from "../server/harness.ts";
import { inChromium } from "./in-chromium.ts";
import { overflow } from "./overflow.ts";
import { OF_SIZES, violations } from "./violations.ts";

/* What the pages say to whoever has just started a server: what will be there, how it comes to be, and where the guide says more. */

const EMPTY_PAGES = [
  "",
  "r",
  "wf",
  "t",
  "regressions",
  "workers",
  "waste",
  "accuracy",
  "schedules",
  "hooks",
  "deliveries",
  "settings",
  "history?task_name=nothing",
];

/** A server with nothing in it. */
async function startEmptyFarm() {
  const harness = await startHarness();
  return { harness, close: () => harness.close() };
}

/** The links to texts of the guide that stand in what a page has to say. */
function guideLinks(page: Page): Promise<string[]> {
  return page
    .locator("main a")
    .evaluateAll((links) =>
      links.map((link) => (link as unknown as { href: string }).href).filter((href) => href.includes("/docs/")),
    ); // links have one
}

inChromium("the pages of an empty farm", startEmptyFarm, (at) => {
  it("lead to the parts of the guide that say more, and are for everybody", async () => {
    const { page, context, complaints } = await at.visit();
    const wanted = new Set<string>();
    for (const path of EMPTY_PAGES) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(`./${path}`);
      const links = await guideLinks(page);
      expect({ path, hasLink: links.length > 0 }).toEqual({ path, hasLink: true });
      for (const link of links) wanted.add(link);
      const faults = await violations(page);
      await page.setViewportSize({ width: 320, height: 900 });
      faults.push(...(await violations(page, OF_SIZES)), ...(await overflow(page)));
      expect({ path, faults }).toEqual({ path, faults: [] });
    }
    for (const link of wanted) {
      await page.goto("about:blank"); // from one part of a text to another a browser asks nobody
      const answer = await page.goto(link);
      const part = await page.locator(new URL(link).hash || "h1").count();
      expect({ link, status: answer?.status(), part }).toEqual({ link, status: 200, part: 1 });
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("every link of the guide leads to a page, and to its part", async () => {
    const { page, context } = await at.visit();
    await page.goto("docs");
    const texts = await guideLinks(page);
    const found = new Map<string, Set<string>>();
    const wanted = new Set<string>();
    for (const text of texts) {
      await page.goto(text);
      found.set(text, new Set(await page.locator("main [id]").evaluateAll((all) => all.map(({ id }) => id))));
      const links = await page
        .locator("article a")
        .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href)); // links have one
      for (const link of links) wanted.add(link);
    }
    expect(texts.length).toBeGreaterThan(25);
    const own = [...wanted].filter((link) => link.startsWith(at.farm.harness.server.url));
    expect(own.length).toBeGreaterThan(50);
    const lost = own.filter((link) => {
      const [text = "", part] = link.split("#");
      const parts = found.get(text);
      return parts === undefined || (part !== undefined && !parts.has(decodeURIComponent(part)));
    });
    expect(lost).toEqual([]);
    await context.close();
  });
});
