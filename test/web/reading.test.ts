import { expect, it } from "vitest";
import { MAIN_PAGES } from "./example-pages.ts";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";
import { overflow } from "./overflow.ts";
import { startPrefixProxy } from "./prefix-proxy.ts";
import { violations } from "./violations.ts";
import { visit } from "./visit.ts";

/* Ways in which pages are reached and read: behind a reverse proxy, on paper, by another person, by keys, without a script. */

inChromium("ways to read pages", startExample, (at) => {
  const HISTORY = "history?task_name=build&subject=gcc&context=sid%2Famd64";

  it("everything works below a path prefix, and nothing is asked for outside of it", async () => {
    const { harness, ids } = at.farm;
    const proxy = await startPrefixProxy(harness.server.url, "/farm/almanac");
    const server = { url: proxy.url, adminToken: harness.server.adminToken };
    const { page, context, complaints } = await visit(at.browser, { server });
    for (const name of ["Requests", "Tasks", "Workers", "Submit", "Overview"]) {
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name }).click();
      await page.getByRole("heading", { level: 1, name }).waitFor();
    }
    await page.getByRole("link", { name: `#${ids.failed}`, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: /glibc/ }).waitFor();
    await page.keyboard.press("g");
    await page.keyboard.press("k");
    await page.waitForURL(`${proxy.url}workers`);
    await page.goBack();
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "dark" }).click();
    await page.locator("html[data-theme=dark]").waitFor();
    expect(page.url()).toBe(`${proxy.url}r/${ids.failed}`);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "As one file" }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(new RegExp(`^almanac-r-${ids.failed}-.*\\.html$`));
    await page.goto("r");
    await page.getByText("live", { exact: true }).waitFor();
    const [later] = await harness.submit({ task_name: "behind", requirements: { tags: ["none"] } });
    await page.getByRole("link", { name: `#${later!.id}`, exact: true }).click();
    await page.getByRole("button", { name: "Abort" }).click();
    await page.getByRole("status").getByText("aborted").waitFor();
    await page.getByLabel("Go to a request").fill("builder-1");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Worker builder-1" }).waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Token").waitFor();
    expect(page.url().startsWith(proxy.url)).toBe(true);
    // the sign-in page answers that nobody is signed in, which a browser tells
    expect(complaints.filter((complaint) => !complaint.includes("401"))).toEqual([]);
    await context.close();
    await proxy.close();
  });

  it("on paper nothing is cut off, and nothing is left that only a screen can use", async () => {
    const { page, context } = await at.visit();
    await page.emulateMedia({ media: "print" });
    await page.setViewportSize({ width: 718, height: 1000 }); // A4 between its margins
    for (const { name, path } of MAIN_PAGES) {
      await page.goto(path(at.farm));
      expect({ name, cut: await overflow(page) }).toEqual({ name, cut: [] });
      const boxes = page.locator(".table, pre");
      const cut = await boxes.evaluateAll((all) =>
        all
          .filter((box) => box.scrollWidth > box.clientWidth + 1)
          .map((box) => box.getAttribute("aria-label") ?? box.className),
      );
      expect({ name, cut }).toEqual({ name, cut: [] });
      expect(await page.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(false);
      expect(await page.locator("button:visible, .reading:visible").count()).toBe(0);
    }
    await context.close();
  });

  it("an address that was sent to somebody else shows them the same, once they have signed in", async () => {
    const { page, context } = await at.visit();
    await page.goto(HISTORY);
    const chart = page.locator("figure[data-zoom] svg.wide").first();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!; // it is shown
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/since=.*until=/);
    const seen = await page.locator("main tbody th").allInnerTexts();
    expect(seen.length).toBeGreaterThan(5);
    await page.reload();
    expect(await page.locator("main tbody th").allInnerTexts()).toEqual(seen);
    const other = await at.browser.newContext({ baseURL: at.farm.harness.server.url });
    const theirs = await other.newPage();
    await theirs.goto(page.url());
    await theirs.getByLabel("Token").fill(at.farm.harness.server.adminToken);
    await theirs.getByRole("button", { name: "Sign in" }).click();
    await theirs.getByText("Only runs that ended").waitFor();
    expect(theirs.url()).toBe(page.url());
    expect(await theirs.locator("main tbody th").allInnerTexts()).toEqual(seen);
    await other.close();
    await context.close();
  });

  it("what ran when is read by pointer and arrow keys, and a drag chooses a span of it", async () => {
    const { page, context } = await at.visit();
    await page.goto("workers/builder-1");
    const figure = page.locator("figure", { hasText: "What ran on it when" });
    const slider = figure.getByLabel("Read the points");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^#\d+ .* · \d+m\d\ds · /);
    await figure.getByRole("link", { name: "Open this run" }).waitFor();
    const svg = figure.locator("svg.wide");
    await svg.scrollIntoViewIfNeeded();
    const box = (await svg.boundingBox())!; // it is shown
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/since=.*until=/);
    await page.getByRole("heading", { name: "What it did then" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "What it did lately" }).waitFor();
    await page.goto(`r/${at.farm.ids.passed}`);
    const attempts = page.locator("figure", { hasText: "It waited" });
    await attempts.getByLabel("Read the points").focus();
    await page.keyboard.press("End");
    expect(await attempts.getByLabel("Read the points").getAttribute("aria-valuetext")).toMatch(
      /^run 1 on builder-1: /,
    );
    await context.close();
  });

  it("what waits for what is drawn, read by arrow keys, and listed", async () => {
    const { harness } = at.farm;
    const tags = { requirements: { tags: ["none"] } };
    const [, , , last] = await harness.submit(
      { task_name: "fetch", name: "sources", ...tags },
      { task_name: "build", name: "amd64", depends_on: ["sources"], ...tags },
      { task_name: "build", name: "arm64", depends_on: ["sources"], ...tags },
      { task_name: "release", name: "release", depends_on: ["amd64", "arm64", "sources"], ...tags },
    );
    const { page, context } = await at.visit();
    await page.goto(`r/${last!.id}`);
    const graph = page.locator("figure", { hasText: "4 requests that wait for each other" });
    expect(await graph.locator("svg text").allTextContents()).toEqual(["sources", "amd64", "arm64", "release"]);
    await graph.getByLabel("Read the points").focus();
    await page.keyboard.press("Home");
    expect(await graph.getByLabel("Read the points").getAttribute("aria-valuetext")).toBe(
      `#${last!.id - 3} sources · pending`,
    );
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: `#${last!.id - 3} fetch` }).waitFor();
    await page.getByText("The same as a table").click();
    const rows = page.getByRole("region", { name: "Requests that wait for each other" }).locator("tbody th");
    expect(await rows.allInnerTexts()).toEqual([3, 2, 1, 0].map((before) => `#${last!.id - before}`));
    await context.close();
  });

  it("shortcuts are listed, and heed neither what is typed nor keys that belong to the browser", async () => {
    const { page, context } = await at.visit();
    const focused = () => page.evaluate("document.activeElement.href ?? document.activeElement.tagName");
    const dialog = page.getByRole("dialog", { name: "Shortcuts" });
    await page.goto("/r");
    for (const keys of ["Control+j", "Alt+k", "Meta+/", "Control+g", "w"]) await page.keyboard.press(keys);
    expect(await focused()).toBe("BODY");
    await page.getByLabel("Result").focus();
    await page.keyboard.press("?");
    await page.keyboard.press("/");
    await page.keyboard.press("Home");
    await page.getByLabel("Go to a request").press("g");
    await page.keyboard.type("w?j.");
    expect(await page.getByLabel("Go to a request").inputValue()).toBe("gw?j.");
    expect(await dialog.count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe("/r");
    await page.reload();
    for (const key of ["j", "j", "k"]) await page.keyboard.press(key);
    const row = await focused();
    const first = await page.locator("tbody th a").first().getAttribute("href");
    expect(row).toBe(new URL(first!, page.url()).href); // a row leads to its request
    await page.keyboard.press("?");
    await dialog.getByText("run of the same key before").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused()).toBe(row);
    await page.goto("/regressions");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/regressions\/\d+$/);
    await context.close();
  });

  it("shortcuts lead to every place, are switched off, stay off, and are switched on again", async () => {
    const { page, context } = await at.visit();
    const path = () => new URL(page.url()).pathname;
    const places = { r: "/r", w: "/wf", t: "/t", g: "/regressions", k: "/workers", s: "/schedules", n: "/new" };
    const rarer = { a: "/accuracy", u: "/waste", h: "/hooks", d: "/deliveries", o: "/", c: "/settings" };
    await page.goto("/new"); // the page that signed in may still be loading
    for (const [key, place] of Object.entries({ ...places, ...rarer })) {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.pathname === place);
    }
    await page.keyboard.press("?");
    await page.getByRole("button", { name: "Switch shortcuts off" }).click();
    await page.reload();
    for (const key of ["?", "g", "w", "/"]) await page.keyboard.press(key);
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(path()).toBe("/settings");
    await page.getByRole("button", { name: "Shortcuts", exact: true }).press("Enter");
    await page.getByRole("button", { name: "Switch shortcuts on" }).click();
    await page.keyboard.press("g");
    await page.keyboard.press("w");
    await page.waitForURL((url) => url.pathname === "/wf");
    await context.close();
  });

  it("without a script every picture is there, with its sentence and its table", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    const pictures: Record<string, RegExp[]> = {
      [HISTORY]: [/^The newest 100 runs/, /^Memory: at most/, /^Duration: at most/],
      t: [/of the last 30 runs failed$/, /^median time of/],
      "workers/builder-1": [/^What ran on it when/, /were reserved on average/],
      [`r/${at.farm.ids.passed}`]: [/^It waited/, /^Memory of run/],
    };
    for (const [path, names] of Object.entries(pictures)) {
      await page.goto(path);
      for (const name of names) {
        expect({ path, name, isThere: await page.getByRole("img", { name }).first().isVisible() }).toEqual({
          path,
          name,
          isThere: true,
        });
      }
      expect(await page.locator("main table").count()).toBeGreaterThan(0);
    }
    await context.close();
  });
});
