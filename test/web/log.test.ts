import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";
import { overflow } from "./overflow.ts";
import { violations } from "./violations.ts";

/* A log as long as logs can be, in a real Chromium. */

const LINES = 1_000_000;
const ERROR_AT = 654_321;
const WARNING_AT = 98_765;
const SECTION_AT = 4_321;
/** Leaves room on the worker for others. */
const SMALL = { memory: 2 ** 30, disk_space: 2 ** 30, cpu_count: 1 };

/** The example, with such a log. */
async function startLongLog() {
  const example = await startExample();
  // all of the worker is kept for it
  await example.harness.client.call("abortWorkRequest", { params: { id: example.ids.tooLarge }, body: {} });
  const lines = Array.from({ length: LINES }, (_, index) => `[${index + 1}] compiling unit ${index % 977}.o`);
  lines[ERROR_AT - 1] = "\u001b[31mfatal error: disk on fire\u001b[0m <b>not bold</b>";
  lines[SECTION_AT - 1] = "::group::Link";
  lines[WARNING_AT - 1] = "unit.c:5:1: warning: unused variable 'x'";
  const id = await example.play.run({ subject: "world" }, { exit: 2, memory: 1, log: lines });
  return { ...example, path: `/r/${id}/log` };
}

inChromium("a log of a million lines", startLongLog, (at) => {
  const open = async (address: string, options = {}) => {
    const seen = await at.visit(options);
    await seen.page.goto(address);
    return seen;
  };
  const line = (page: Page, number: number) => page.locator(`#L${number}`);
  const isInView = (page: Page, number: number) =>
    page.evaluate<boolean>(`(() => {
      const [box, line] = ["log", "L${number}"].map((id) => document.getElementById(id).getBoundingClientRect());
      return line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
    })()`);

  it("is read from its end, and from any line that an address names", async () => {
    const { page, context, complaints } = await open(at.farm.path);
    await page.getByText("1,000,000 lines").waitFor();
    await line(page, LINES).waitFor();
    expect(await page.locator("#log > span").count()).toBe(500);
    await page.getByRole("link", { name: "654,321" }).click();
    await line(page, ERROR_AT).getByText("fatal error: disk on fire").waitFor();
    await expect.poll(() => isInView(page, ERROR_AT)).toBe(true);
    expect(await line(page, ERROR_AT).innerText()).toContain("<b>not bold</b>");
    await page.goto(`${at.farm.path}#L1234`);
    await page.waitForURL(/at=1234/);
    await line(page, 1234).getByText("[1234] compiling unit 256.o").waitFor();
    await expect.poll(() => isInView(page, 1234)).toBe(true);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("comes as the reader scrolls to it, and never more than a browser can bear", async () => {
    const { page, context } = await open(`${at.farm.path}?from=1000`);
    const log = page.locator("#log");
    await log.evaluate((box) => ((box as unknown as { scrollTop: number }).scrollTop = 0)); // as above
    await line(page, 999).waitFor({ state: "attached" });
    expect(await line(page, 1000).count()).toBe(1);
    for (let last = 1_499; last < 8_000; last += 500) {
      await line(page, last).evaluate((one) => (one as unknown as { scrollIntoView(): void }).scrollIntoView()); // as above
      await line(page, last + 500).waitFor({ state: "attached" });
    }
    expect(await page.locator("#log > span").count()).toBeLessThanOrEqual(5_000);
    const shown = await page.locator("#shown").innerText();
    expect(shown).toMatch(/^Lines [34],\d{3} to 8,\d{3} of 1,000,000$/);
    await context.close();
  });

  it("is searched as a whole, also without a script", async () => {
    const { page, context } = await open(at.farm.path, { javaScriptEnabled: false });
    await page.getByLabel("Lines with").fill("DISK ON");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("1 line, of 1,000,000.").waitFor();
    // what is looked for is text, and no pattern
    for (const [text, count] of [
      ["<b>not bold</b>", "1 line"],
      [".*on fire", "No line"],
      ["(", "No line"],
    ] as const) {
      await page.goto(`${at.farm.path}?q=${encodeURIComponent(text)}`);
      await page.getByText(`${count}, of 1,000,000.`).waitFor();
      expect(await page.getByLabel("Lines with").inputValue()).toBe(text);
    }
    for (const [only, number] of [
      ["that warn", WARNING_AT],
      ["that begin a section", SECTION_AT],
      ["that name an error", ERROR_AT],
    ] as const) {
      await page.getByLabel("Lines with").fill("");
      await page.getByLabel("Only").selectOption(only);
      await page.getByRole("button", { name: "Show" }).click();
      await page.getByRole("heading", { name: `Lines ${only}` }).waitFor();
      await page.getByText("1 line, of 1,000,000.").waitFor();
      expect(await page.locator("pre.log > span").innerText()).toMatch(new RegExp(`^${number}`));
    }
    await page.goto(`${at.farm.path}?q=unit+5.o`);
    await page.getByText("200 and more lines").waitFor();
    await page.getByRole("link", { name: "More" }).click();
    expect(await page.locator("pre.log > span").first().innerText()).toContain(`[${200 * 977 + 6}]`);
    await page.goto(`${at.farm.path}?from=1`);
    await page.getByRole("link", { name: "Later" }).click();
    await page.getByText("Lines 501 to 1,000 of 1,000,000").waitFor();
    await page.getByRole("link", { name: "Last" }).click();
    await line(page, LINES).waitFor();
    await context.close();
  });

  it("is given as the plain text that was written, whatever that is", async () => {
    const { page, context } = await open(`${at.farm.path.replace("/log", "")}/log`);
    const answer = await page.request.get(`${at.farm.path}.txt?run=1`);
    expect(answer.headers()).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    });
    expect((await answer.text()).split("\n").length).toBe(LINES + 1);
    await context.close();
  });

  it("is followed while it grows, until the reader looks at something else", async () => {
    const running = await at.farm.play.start({ subject: "growing", requirements: SMALL }, ["one", "two"]);
    const { page, context } = await open(`/r/${running}/log`);
    await page.getByText("live", { exact: true }).waitFor();
    await at.farm.play.write(running, ["three"]);
    await line(page, 3).getByText("three").waitFor();
    const many = Array.from({ length: 200 }, (_, index) => `more ${index}`);
    await at.farm.play.write(running, many);
    await line(page, 203).waitFor();
    await expect.poll(() => isInView(page, 203)).toBe(true);
    await page.locator("#log").evaluate((box) => ((box as unknown as { scrollTop: number }).scrollTop = 0)); // an element of a page
    await at.farm.play.write(running, ["last", "very last"]);
    await page.getByRole("button", { name: "2 later lines: go to the end" }).click();
    await line(page, 205).getByText("very last").waitFor();
    await context.close();
  });

  it("is folded up part by part, stays so while it grows, and is opened by whoever looks for a line in it", async () => {
    const written = ["before", "::group::Fetch", "one", "two", "::endgroup::", "between", "::group::Build", "three"];
    const running = await at.farm.play.start({ subject: "in parts", requirements: SMALL }, written);
    const { page, context, complaints } = await open(`/r/${running}/log`);
    await page.getByText("live", { exact: true }).waitFor();
    const seen = () =>
      page
        .locator("#log > span")
        .evaluateAll((all) => all.flatMap((one) => (one.hasAttribute("hidden") ? [] : [Number(one.id.slice(1))])));
    const parts = page.getByRole("button", { name: "The lines of this part" });
    await expect.poll(() => parts.count()).toBe(2);
    await parts.first().click();
    await parts.last().press("Enter");
    expect(await seen()).toEqual([1, 2, 6, 7]);
    expect(await parts.first().getAttribute("aria-expanded")).toBe("false");
    expect(await line(page, 3).getAttribute("hidden")).toBe("until-found");
    expect([await violations(page), await overflow(page)]).toEqual([[], []]);
    await at.farm.play.write(running, ["four", "::endgroup::", "after"]);
    await line(page, 11).waitFor();
    expect(await seen()).toEqual([1, 2, 6, 7, 11]);
    await page.evaluate(() => void (location.hash = "#L4"));
    await expect.poll(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 11]);
    await line(page, 9).dispatchEvent("beforematch"); // what a search in the browser does with what it finds
    await parts.first().click();
    expect(await seen()).toEqual([1, 2, 6, 7, 8, 9, 10, 11]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("is followed from its first line by whoever was there before it", async () => {
    const { harness, play } = at.farm;
    const [waiting] = await harness.submit({
      task_name: "build",
      subject: "awaited",
      requirements: { ...SMALL, tags: ["arch:amd64", "kvm"] },
      unblock_strategy: "manual",
    });
    const { page, context } = await open(`/r/${waiting!.id}/log`);
    await page.getByText("It has had no run yet").waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await harness.client.call("unblockWorkRequest", { params: { id: waiting!.id }, body: {} });
    const running = await play.hold(await play.take(), [], 1);
    await page.getByText("Nothing was written").waitFor();
    const early = Array.from({ length: 300 }, (_, index) => `early ${index}`);
    await play.write(running, early);
    await line(page, 300).waitFor();
    await expect.poll(() => isInView(page, 300)).toBe(true);
    await play.write(running, ["late"]);
    await line(page, 301).waitFor();
    await expect.poll(() => isInView(page, 301)).toBe(true);
    expect(await page.getByRole("button", { name: /later lines/ }).count()).toBe(0);
    await context.close();
  });
});
