import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { inChromium } from "./in-chromium.ts";
import { LARGE_PAGES, startLargeFarm } from "./large-farm.ts";
import { overflow } from "./overflow.ts";

/* A farm with more of everything than fits on a page; `npm run bench:pages` has one of the size that people have. */

const HTML_BYTES = 60 * 1024;
const SIZE = { requests: 3_000, waiting: 60, workers: 1_000, runsEach: 1, history: 6_000 };

inChromium(
  "in Chromium",
  () => startLargeFarm(SIZE),
  (at) => {
    it("pages of a large farm weigh no more than others, and fit into every window", async () => {
      const { page, context } = await at.visit();
      for (const [name, path] of Object.entries(LARGE_PAGES)) {
        const answer = await page.goto(path(at.farm));
        const bytes = gzipSync((await answer?.body()) ?? "").length;
        expect({ name, status: answer?.status(), isLight: bytes <= HTML_BYTES, bytes }).toMatchObject({
          name,
          status: 200,
          isLight: true,
        });
        for (const width of [1440, 320]) {
          await page.setViewportSize({ width, height: 900 });
          expect({ name, width, wide: await overflow(page) }).toEqual({ name, width, wide: [] });
        }
      }
      await context.close();
    });

    it("lists of requests and workers are read part by part, each row once", async () => {
      const { page, context } = await at.visit();
      const rows = () => page.locator("main tbody th").allInnerTexts();
      await page.goto("r?status=completed");
      const newest = await rows();
      await page.getByRole("link", { name: "Older" }).click();
      await page.getByRole("link", { name: "Newest" }).waitFor();
      const older = await rows();
      expect(new Set([...newest, ...older]).size).toBe(200);
      await page.goBack();
      expect(await rows()).toEqual(newest);
      await page.goto("t?sort=-time");
      const tasks = await page.locator("main tbody tr").evaluateAll((all) => all.map((row) => row.dataset["key"]));
      await page.getByRole("link", { name: "More" }).click();
      await page.getByRole("link", { name: "First" }).waitFor();
      expect(new URL(page.url()).searchParams.get("sort")).toBe("-time");
      const more = await page.locator("main tbody tr").evaluateAll((all) => all.map((row) => row.dataset["key"]));
      expect(new Set([...tasks, ...more]).size).toBe(200);
      await page.goto("workers");
      const names = await rows();
      await page.getByRole("link", { name: "More" }).click();
      await page.getByRole("link", { name: "First" }).waitFor();
      expect(new Set([...names, ...(await rows())]).size).toBe(200);
      await page.getByRole("link", { name: /^\d+ draining$/ }).click();
      await page.waitForURL(/state=draining/);
      expect(await rows()).toEqual(["arm-1"]);
      await context.close();
    });

    it("the overview says for what those wait that wait, and how many failed lately", async () => {
      const { page, context } = await at.visit();
      const reasons = page.getByRole("region", { name: "For what they wait" });
      const rows = (await reasons.locator("tbody tr").allInnerTexts()).map((row) => row.split("\t"));
      expect(rows).toContainEqual(["no room", expect.stringMatching(/^\d{2,}$/), `#${at.farm.ids.tooLarge}`]);
      const waiting = page.locator(".figures li", { hasText: "waiting for a worker" });
      expect(await waiting.innerText()).toMatch(
        /the longest #\d+ for 3\dm\d\ds; 3 blocked, the longest #\d+ for 3\dm\d\ds$/,
      );
      const first = page.getByRole("region", { name: "Running" }).locator("tbody th").first();
      expect(await first.innerText()).toMatch(/^#51\d\d$/); // of the example, before the many
      expect(await page.getByRole("link", { name: /^\d+ more run$/ }).count()).toBe(1);
      const failed = page.locator(".figures li", { hasText: "failed in 24 hours" });
      expect(await failed.innerText()).toMatch(/^\d+\n?failed in 24 hours · 1 regression$/);
      await failed.getByRole("link", { name: "1 regression" }).click();
      await page.waitForURL(/verdict_kind=regression/);
      expect(await page.getByRole("region", { name: "Requests" }).locator("tbody tr").count()).toBe(1);
      await page.goBack();
      await failed.getByRole("link", { name: "failed in 24 hours" }).click();
      await page.waitForURL(/result=failure/);
      const { regression } = at.farm.ids;
      expect(await page.getByRole("link", { name: `#${regression}`, exact: true }).count()).toBe(1);
      await context.close();
    });

    it("a picture of all workers is read one by one, and leads to each", async () => {
      const { page, context } = await at.visit();
      await page.goto("./");
      const figure = page.locator("figure", { hasText: "Memory of 1003 workers, the fullest first" });
      const slider = figure.getByLabel("Read the points");
      await slider.focus();
      await page.keyboard.press("Home");
      expect(await slider.getAttribute("aria-valuetext")).toMatch(/^[\w-]+, online: .* used, .* reserved of /);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { level: 1, name: /^Worker / }).waitFor();
      await context.close();
    });
  },
);
