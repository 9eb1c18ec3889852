import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

inChromium("the overview", startExample, (at) => {
  it("lists what is late by most first, or what should end first, as its address says", async () => {
    const { page, context } = await at.visit();
    const { late, running } = at.farm.ids;
    const table = page.getByRole("region", { name: "Running" });
    const ids = async () => (await table.locator("tbody th").allInnerTexts()).map((text) => Number(text.slice(1)));
    expect((await ids())[0]).toBe(late);
    await page.getByRole("link", { name: "finishing first" }).click();
    await page.waitForURL(/\?sort=finishing#running$/);
    expect(await page.getByRole("link", { name: "finishing first" }).getAttribute("aria-current")).toBe("true");
    const ends = await Promise.all(
      (await ids()).map(async (id) => {
        const { work_request } = await at.farm.harness.client.call("getWorkRequest", { params: { id } });
        return work_request.expected?.end?.p50 ?? "";
      }),
    );
    expect(ends).toEqual(ends.toSorted());
    expect(await ids()).toContain(running);
    await page.getByRole("link", { name: "most overdue first" }).click();
    await page.waitForURL((url) => url.search === "");
    await context.close();
  });

  it("draws how far a run is beside what such runs take, and hatches and says by how much it is late", async () => {
    const { page, context } = await at.visit();
    const rows = page.getByRole("region", { name: "Running" }).locator("tbody tr");
    const late = rows.filter({ hasText: `#${at.farm.ids.late}` });
    const other = rows.filter({ hasText: `#${at.farm.ids.running}` });
    expect(await late.innerText()).toMatch(/late by \d+m\d\ds/);
    const bar = late.getByRole("img");
    expect(await bar.getAttribute("aria-label")).toMatch(
      /^2\dm\d\ds so far: half of such runs take no more than \d+m\d\ds, nine of ten no more than \d+m\d\ds$/,
    );
    expect(await bar.locator(".bar-late").evaluate((mark) => getComputedStyle(mark).strokeDasharray)).not.toBe("none");
    expect(await other.innerText()).toMatch(/–[\d.]+m left/);
    expect(await other.locator(".bar-late").count()).toBe(0);
    expect(await page.getByText("longer than nine of ten").isVisible()).toBe(true);
    await context.close();
  });

  it("cuts the memory of a worker into its requests, and names them in text", async () => {
    const { page, context } = await at.visit();
    const box = page.locator(".boxes li", { hasText: "builder-1" });
    const names = box.getByRole("link", { name: /^#\d+$/ });
    const count = await names.count();
    expect(count).toBeGreaterThanOrEqual(3);
    const bar = box.getByRole("img", {
      name: new RegExp(`^memory: .* used, .* reserved of 64\\.0G, by ${count} requests$`),
    });
    const pieces = async (look: string) => ((await bar.locator(look).getAttribute("d")) ?? "").split("M").length - 1;
    expect([await pieces(".bar-reserved"), await pieces(".bar-used"), await pieces(".bar-cut")]).toEqual([
      count,
      count,
      count - 1,
    ]);
    expect(await bar.locator(".bar-room").count()).toBe(1);
    await names.first().click();
    await page.getByRole("heading", { level: 1, name: `#${at.farm.ids.running} build llvm (sid/amd64)` }).waitFor();
    await context.close();
  });

  it("says on a phone why each request waits and what is left of each run, without scrolling to the side", async () => {
    const { page, context } = await at.visit({ viewport: { width: 375, height: 800 } });
    for (const name of ["Waiting", "Running"]) {
      const table = page.getByRole("region", { name, exact: true });
      expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      expect(await table.getByRole("row").count()).toBeGreaterThan(3);
    }
    const why = page.getByText("it runs after #5105");
    const box = (await why.boundingBox())!; // it is shown
    expect(box.x + box.width).toBeLessThanOrEqual(375);
    const cell = page.getByRole("region", { name: "Waiting" }).getByRole("cell").nth(1);
    expect(await cell.evaluate((one) => getComputedStyle(one, "::before").content)).toBe('"Waits "');
    await context.close();
  });

  it("shows the eight fullest workers on a phone, the fullest first, and the others when asked", async () => {
    const { harness } = at.farm;
    for (let index = 1; index <= 8; index += 1) await harness.join(`spare-${index}`, {});
    const { page, context } = await at.visit({ viewport: { width: 375, height: 800 } });
    const shown = page.locator(".boxes li:visible");
    const byPlace = () =>
      shown.evaluateAll((all) =>
        all
          .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
          .map((one) => one.getAttribute("data-key")),
      );
    expect(await shown.count()).toBe(8);
    expect((await byPlace())[0]).toBe("builder-1");
    await page.getByRole("link", { name: "All 11 workers" }).click();
    await expect.poll(() => shown.count()).toBe(11);
    expect(await page.getByRole("link", { name: "All 11 workers" }).isVisible()).toBe(false);
    await page.reload();
    expect(await shown.count()).toBe(11);
    await page.setViewportSize({ width: 1160, height: 800 });
    await page.goto("./");
    expect(await shown.count()).toBe(11);
    expect((await byPlace())[0]).toBe("arm-1");
    await context.close();
  });
});
