import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/* How every task goes in each of its contexts. */

inChromium("the tasks", startExample, (at) => {
  it("are sorted by each column and by saved orders, without a script, and the address says how", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false, viewport: { width: 1160, height: 900 } });
    await page.goto("t");
    const list = page.getByRole("region", { name: "Tasks by context" });
    const names = () => list.locator("tbody tr").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-key")));
    const sorted = () =>
      list.locator("th[aria-sort]").evaluateAll((heads) => heads.map((head) => head.getAttribute("aria-sort")));
    expect(await list.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    expect(await page.getByRole("link", { name: "most wasteful" }).getAttribute("aria-current")).toBe("true");
    await list.getByRole("link", { name: "Task, context" }).click();
    expect(await sorted()).toEqual(["ascending"]);
    const byName = await names();
    expect(byName).toEqual(byName.toSorted());
    expect(byName).toContain("worker build sid/amd64");
    await list.getByRole("link", { name: "Task, context" }).click();
    expect(new URL(page.url()).search).toBe("?sort=-task");
    expect([await names(), await sorted()]).toEqual([byName.toReversed(), ["descending"]]);
    await page.getByRole("link", { name: "least reliable" }).click();
    const column = (await list.locator("thead th").allInnerTexts()).findIndex((head) => head.startsWith("Failed"));
    const failed = await list.locator(`tbody tr > :nth-child(${column + 1})`).allInnerTexts();
    const shares = failed.map((text) => Number.parseFloat(text));
    expect(shares).toEqual(shares.toSorted((a, b) => b - a));
    expect((await page.request.get("t?sort=luck")).status()).toBe(400);
    await context.close();
  });

  it("lead to what is open in them, to their histories, and can be one task alone", async () => {
    const { page, context } = await at.visit();
    await page.goto("t?task_name=build");
    const list = page.getByRole("region", { name: "Tasks by context" });
    expect(await list.locator("tbody th").allInnerTexts()).toEqual(["build\nsid/amd64", "build\nsid/arm64"]);
    const row = list.getByRole("row", { name: "build sid/amd64" });
    await row.getByRole("link", { name: "1", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Regressions" }).waitFor();
    expect(new URL(page.url()).search).toBe("?task_name=build&context=sid%2Famd64");
    const open = page.getByRole("region", { name: "Findings, newest first" });
    expect(await open.locator("tbody tr").count()).toBe(1);
    await page.goBack();
    await row.getByRole("link", { name: "sid/amd64" }).click();
    await page.getByRole("heading", { level: 1, name: "History of build (sid/amd64)" }).waitFor();
    await context.close();
  });
});
