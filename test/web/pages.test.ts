import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { EXAMPLE_PAGES, expectedStatus, openPage } from "./example-pages.ts";
import { ON_SUSPECT } from "./example-past.ts";
import { HOSTILE, startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";
import { overflow } from "./overflow.ts";
import { OF_COLOURS, OF_SIZES, violations } from "./violations.ts";

/*
 * The pages in a real Chromium: what people with other eyes, hands and windows find, and what pages may weigh. Without a
 * Chromium the suite is reported as skipped.
 */

/** Bytes, packed, of what a page is made of, and in how many requests. */
const MOST = { html: 60 * 1024, js: 25 * 1024, css: 8 * 1024, requests: 6 };
const TYPES = { html: "text/html", js: "text/javascript", css: "text/css" };
const KINDS = ["html", "js", "css"] as const;

inChromium("the pages", startExample, (at) => {
  it("every page can be used by everybody and fits into every window, in both themes", async () => {
    const { page, context, complaints } = await at.visit({ colorScheme: "light" });
    const found: unknown[] = [];
    for (const [name, example] of Object.entries(EXAMPLE_PAGES)) {
      const report = (where: string, faults: readonly string[]) =>
        found.push(...faults.map((fault) => ({ name, where, fault })));
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.emulateMedia({ colorScheme: "light" });
      const status = await openPage(page, at.farm, example);
      report("light", await violations(page));
      await page.emulateMedia({ colorScheme: "dark" });
      report("dark", await violations(page, OF_COLOURS));
      // 320 is what a window of 1280 has at 400 %
      for (const width of [1440, 375, 320]) {
        await page.setViewportSize({ width, height: 900 });
        report(String(width), await overflow(page));
      }
      report("dark, 320", await violations(page, OF_SIZES));
      await page.emulateMedia({ colorScheme: "light" });
      report("light, 320", await violations(page, OF_COLOURS));
      report("answer", status === expectedStatus(name, example) ? [] : [`answered with ${status}`]);
      // a browser tells the console of an answer that is an error
      report("console", status === 200 ? complaints : []);
      complaints.length = 0;
    }
    expect(found).toEqual([]);
    await context.close();
  }, 300_000);

  it("every page is light, also for whoever has nothing of it yet", async () => {
    const { context } = await at.visit();
    const heavy: unknown[] = [];
    for (const [name, example] of Object.entries(EXAMPLE_PAGES)) {
      const page = await context.newPage(); // what the one before it still asks for is not of it
      const session = await context.newCDPSession(page);
      await session.send("Network.setCacheDisabled", { cacheDisabled: true });
      const weights = await weigh(page, example.path(at.farm));
      expect(weights.html).toBeGreaterThan(0);
      for (const what of [...KINDS, "requests"] as const)
        if (weights[what] > MOST[what]) heavy.push({ name, what, found: weights[what], most: MOST[what] });
      await page.close();
    }
    expect(heavy).toEqual([]);
    await context.close();
  }, 120_000);

  it("every link of a page leads to one", async () => {
    const { page, context } = await at.visit();
    const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
    const seen = new Set<string>();
    for (const { path } of Object.values(EXAMPLE_PAGES)) {
      await page.goto(path(at.farm));
      const links = await page
        .locator("a[href]:not([href^='#'])")
        .evaluateAll((all) => all.map((link) => (link as unknown as { href: string }).href)); // links have one
      for (const link of new Set(links.map((one) => one.replace(/#.*/, "")))) {
        if (seen.has(link)) continue;
        seen.add(link);
        const { status, body } = await fetch(link, { headers: { cookie } });
        await body?.cancel();
        expect({ link, status }).toEqual({ link, status: 200 });
      }
    }
    await context.close();
  });

  it("a filtered list, a reload and the way back show what was seen", async () => {
    const { page, context } = await at.visit();
    await page.goto("/r");
    await page.getByLabel("Result").selectOption("failure");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL(/result=failure/);
    const rows = () => page.locator("tbody tr th").allInnerTexts();
    const seen = await rows();
    const { hostile, outOfMemory, regression, failed, failedAlike } = at.farm.ids;
    expect(seen).toEqual([hostile, outOfMemory, regression, failed, failedAlike].map((id) => `#${id}`));
    await page.reload();
    expect(await rows()).toEqual(seen);
    await page.getByRole("link", { name: `#${at.farm.ids.failed}` }).click();
    await page.getByRole("heading", { level: 1, name: /glibc/ }).waitFor();
    await page.goBack();
    expect(await rows()).toEqual(seen);
    expect(page.url()).toContain("result=failure");
    await context.close();
  });

  it.each(["pending", "blocked", "running"])("notes of %s requests are seen whole at 1160 pixels", async (status) => {
    const { page, context } = await at.visit({ viewport: { width: 1160, height: 900 } });
    await page.goto(`/r?status=${status}`);
    const list = page.getByRole("region", { name: "Requests" });
    expect(await list.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    await context.close();
  });

  it("a request says why it was skipped, where its files come from, who was told, and that its worker is suspected", async () => {
    const { ids } = at.farm;
    const { page, context } = await at.visit();
    const main = () => page.locator("main").innerText();
    await page.goto(`/r/${ids.skipped}`);
    expect(await page.locator("p.lead").innerText()).toBe("skipped because no page has changed since 2.0");
    await page.goto(`/r/${ids.withInputs}`);
    const given = page.getByRole("region", { name: "Files that it was given" });
    expect(await given.locator("tbody th").allInnerTexts()).toEqual([
      "packages/shop_2.1_amd64.deb",
      "packages/shop-dbgsym_2.1_amd64.deb",
    ]);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      given.getByRole("link", { name: "packages/shop_2.1_amd64.deb" }).click(),
    ]);
    expect(readFileSync(await file.path(), "utf8")).toBe("shop 2.1");
    await given
      .getByRole("link", { name: /^\d+\.1$/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "Files that it left" }).waitFor();
    await page.goto(`/r/${ids.regression}`);
    const told = page.getByRole("region", { name: /^Who was told/ });
    expect(await told.locator("tbody tr").count()).toBe(2);
    await page.getByRole("link", { name: "All of its deliveries" }).click();
    await page.getByRole("heading", { level: 1, name: "Deliveries" }).waitFor();
    await page.goto(`/r/${ON_SUSPECT}`);
    expect(await main()).toMatch(/builder-2 is suspected to be at fault, since .* ago: 2 of its last 3 runs failed/);
    await page.getByRole("link", { name: "builder-2", exact: true }).first().click();
    expect(await main()).toContain("online, suspected");
    await context.close();
  });

  it("hostile names are text everywhere", async () => {
    const { page, context, complaints } = await at.visit();
    let dialogs = 0;
    page.on("dialog", () => void (dialogs += 1));
    for (const path of [
      "/",
      "/r",
      `/r/${at.farm.ids.hostile}`,
      `/r/${at.farm.ids.hostile}/log`,
      "/t",
      `/history?task_name=${encodeURIComponent(HOSTILE)}`,
    ]) {
      await page.goto(path);
      expect(await page.locator("img, main script").count()).toBe(0);
      expect(await page.locator("main").innerText()).toContain("<script>alert(1)</script>");
    }
    expect(dialogs).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("a page can be read without a script", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    await page.goto("/history?task_name=build&subject=gcc&context=sid%2Famd64");
    await expect(page.getByRole("img", { name: /^Memory: at most/ }).isVisible()).resolves.toBe(true);
    await page.goto(`/r/${at.farm.ids.passed}`);
    expect(await page.locator("dt").allInnerTexts()).toEqual([
      "Why it waited",
      "Why this worker",
      "When it ended",
      "Is it a regression",
      "Reserved and not used",
    ]);
    await context.close();
  });

  it("a chart is read by arrow keys, and a drag puts its span into the address", async () => {
    const { page, context } = await at.visit();
    await page.goto("/history?task_name=build&subject=gcc&context=sid%2Famd64");
    const figure = page.locator("figure", { hasText: "Memory: at most" });
    const slider = figure.getByLabel("Read the points").first();
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(/^\d\.\dG · of \d\.\dG · .*2026|^\d\.\dG/);
    const chart = figure.locator("svg.wide");
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!; // it is shown
    await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/since=.*until=/);
    await page.getByText("Only runs that ended").waitFor();
    await page.goBack();
    expect(page.url()).not.toContain("since");
    await context.close();
  });

  it("shortcuts lead from page to page", async () => {
    const { page, context } = await at.visit();
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByRole("heading", { level: 1, name: "Requests" }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: `#${at.farm.ids.running} build llvm (sid/amd64)` }).waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("builder-1");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Worker builder-1" }).waitFor();
    expect(new URL(page.url()).pathname).toBe("/workers/builder-1");
    await page.goto("/regressions");
    await page.keyboard.press("j");
    await page.keyboard.press("m");
    await page.waitForURL(/\/regressions\/\d+#note$/);
    await expect.poll(() => page.locator(":focus").getAttribute("name")).toBe("note");
    await page.goto(`/r/${at.farm.ids.failed}`);
    await page.keyboard.press("[");
    await page.waitForURL(new RegExp(`/r/${at.farm.ids.passedBefore}\\?run=1$`));
    await page.keyboard.press("]");
    await page.waitForURL(new RegExp(`/r/${at.farm.ids.failed}\\?run=1$`));
    await page.keyboard.press(".");
    expect(await page.locator(":focus").innerText()).toBe("Make it again");
    await context.close();
  });

  it("the card of a failure says what it means, who failed alike, and what has changed since it last passed", async () => {
    const { page, context } = await at.visit();
    const { failed, failedAlike, passedBefore } = at.farm.ids;
    await page.goto(`/r/${failed}`);
    const card = page.locator(".card").first();
    const text = await card.innerText();
    expect(text).toMatch(/^Flaky \(\d+ % sure\): /);
    expect(text).toContain("FAIL: malloc/tst-mallocstate");
    expect(text).toMatch(new RegExp(`The same failure elsewhere: ${failedAlike}\\.1 \\(test musl, \\w+ ago\\)\\.`));
    expect(text).toMatch(new RegExp(`Before it ${passedBefore}\\.1 passed \\w+ ago\\. What has changed since:`));
    expect(await card.locator("tbody td").allInnerTexts()).toEqual(['["make","check"]', '["make","-j4","check"]']);
    await context.close();
  });

  it("all places are in one line of a window of 1160 pixels, the rarer ones behind a button that needs no script", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false, viewport: { width: 1160, height: 800 } });
    const header = await page.locator("body > header").boundingBox();
    const search = await page.locator("header search").boundingBox();
    expect(header!.height).toBeLessThan(2 * search!.height); // both are shown
    await page.getByRole("button", { name: "More" }).click();
    await page.getByRole("link", { name: "Hooks", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Hooks" }).waitFor();
    expect(await page.getByRole("button", { name: "More" }).getAttribute("aria-current")).toBe("true");
    await context.close();
  });

  it("shows what happens, also what happened while the server was away", async () => {
    const { page, context } = await at.visit();
    await page.goto("/r");
    await page.getByText("live", { exact: true }).waitFor();
    const [first] = await at.farm.harness.submit({ task_name: "later", requirements: { tags: ["none"] } });
    await page.getByRole("link", { name: `#${first!.id}`, exact: true }).waitFor();
    await at.farm.harness.restart();
    const [second] = await at.farm.harness.submit({ task_name: "later", requirements: { tags: ["none"] } });
    await page.getByRole("link", { name: `#${second!.id}`, exact: true }).waitFor();
    expect(await page.getByRole("link", { name: `#${first!.id}`, exact: true }).count()).toBe(1);
    await context.close();
  });

  it("a tab that is not seen makes room for one that is, of the six connections that a browser opens to a host", async () => {
    const { page: first, context } = await at.visit();
    await context.addInitScript(() => {
      Object.defineProperty(document, "hidden", { get: () => document.documentElement.dataset["hidden"] === "yes" });
    });
    const live = (page: Page) => page.getByText("live", { exact: true }).waitFor();
    const see = (page: Page, isSeen: boolean) =>
      page.evaluate(
        (hidden) => {
          document.documentElement.dataset["hidden"] = hidden;
          document.dispatchEvent(new Event("visibilitychange"));
        },
        isSeen ? "no" : "yes",
      );
    await first.goto("/r");
    await live(first);
    for (let tabs = 1; tabs < 8; tabs += 1) {
      await see(context.pages().at(-1)!, false);
      const next = await context.newPage();
      await next.goto("/r");
      await live(next);
    }
    await first.getByText("paused", { exact: true }).waitFor();
    await see(first, true);
    await live(first);
    expect(context.pages()).toHaveLength(8);
    await context.close();
  });

  it("says how old it is while it cannot hear of anything", async () => {
    const { page, context } = await at.visit();
    await page.goto("/r");
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.locator("#age").isVisible()).toBe(false);
    await page.route("**/api/v1/events**", (route) => route.abort());
    await page.reload();
    await page.getByText("reconnecting", { exact: true }).waitFor();
    await page.getByText(/^as it was \d+ s ago$/).waitFor();
    await page.unroute("**/api/v1/events**");
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.locator("#age").isVisible()).toBe(false);
    await context.close();
  });

  it("a submission is looked at before it is made, and then aborted", async () => {
    const { page, context } = await at.visit();
    await page.goto("/new");
    await page.getByRole("button", { name: "Look at it" }).click();
    await page.getByRole("heading", { name: "If it were submitted now: build hello" }).waitFor();
    const typed = page.getByLabel("Work requests, as YAML or JSON");
    const wrong = "task_name: build\nsubject: [one\n";
    await typed.fill(wrong);
    await page.getByRole("button", { name: "Look at it" }).click();
    await page.getByRole("alert").getByText("text that is not YAML (line 3, column 1:").waitFor();
    expect(await typed.inputValue()).toBe(wrong);
    const wanted = {
      work_requests: [{ task_name: "typed", requirements: { tags: ["none"] }, task_data: { command: ["true"] } }],
    };
    await typed.fill(stringify(wanted));
    await page.getByRole("button", { name: "Submit" }).click();
    await page.getByRole("heading", { level: 1, name: "typed" }).waitFor();
    await page.getByRole("button", { name: "Abort" }).click();
    await page.getByRole("status").getByText("aborted").waitFor();
    await page.getByRole("button", { name: "Make it again" }).click();
    await page.getByRole("button", { name: "Abort" }).waitFor();
    const { items } = await at.farm.harness.client.call("listWorkRequests", { query: { task_name: "typed" } });
    expect(items.map(({ status }) => status)).toEqual(["pending", "aborted"]);
    await context.close();
  });

  it("a worker says how fast it is, and what of that which waits it cannot take", async () => {
    const { page, context } = await at.visit();
    await page.goto("/workers/builder-2");
    const row = (name: string) => page.getByRole("row", { name }).first().innerText();
    expect(await row("speed")).toMatch(
      /takes \d\.\d\d of the ordinary time \(\d\.\d\d to \d\.\d\d by key\), by \d+ runs of \d keys/,
    );
    expect(await row("runs that ended in error")).toMatch(/\tnone in 24 hours, none of \d+ in 7 days$/);
    expect(await row("without the tag arch:arm64")).toMatch(/\t\d+\t#\d+$/);
    await context.close();
  });

  it("a worker is drained and resumed", async () => {
    const { page, context } = await at.visit();
    await page.goto("/workers/builder-2");
    await page.getByRole("button", { name: /^Drain/ }).click();
    await page.getByRole("button", { name: /^Resume/ }).waitFor();
    const worker = async () =>
      (await at.farm.harness.client.call("listWorkers", {})).workers.find(
        ({ worker_name }) => worker_name === "builder-2",
      );
    expect((await worker())?.state).toBe("draining");
    await page.getByRole("button", { name: /^Resume/ }).click();
    await page.getByRole("button", { name: /^Drain/ }).waitFor();
    await context.close();
  });
});

/** Opens a page, and says what it is made of, as in `MOST`. */
async function weigh(page: Page, path: string): Promise<typeof MOST> {
  const weights = { html: 0, js: 0, css: 0, requests: 0 };
  const bodies: Promise<void>[] = [];
  page.on("request", (request) => void (!request.url().includes("/events") && (weights.requests += 1)));
  page.on("response", (response) => {
    const kind = KINDS.find((one) => (response.headers()["content-type"] ?? "").startsWith(TYPES[one]));
    if (kind === undefined) return;
    bodies.push(response.body().then((body) => void (weights[kind] += gzipSync(body).length)));
  });
  await page.goto(path);
  await Promise.all(bodies);
  return weights;
}
