import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/* What has changed for the worse: the list, and each finding. */

inChromium("the regressions", startExample, (at) => {
  it("say how many requests they hit, lead to the run in which they began, and name what was otherwise there", async () => {
    const { page, context } = await at.visit();
    await page.goto("regressions");
    const list = page.getByRole("region", { name: "Findings, newest first" });
    const heads = await list.locator("thead th").allInnerTexts();
    const row = list.getByRole("row").filter({ hasText: "test openssl" });
    const cell = (head: string) => row.locator(`> :nth-child(${heads.indexOf(head) + 1})`);
    expect(await cell("Requests").innerText()).toMatch(/^\d+/);
    const began = await cell("Since run").innerText();
    expect(await cell("Otherwise in that run").innerText()).toBe("task data command");
    await cell("Since run").getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: new RegExp(`#${Number.parseInt(began)}`) }).waitFor();
    await page.goBack();
    await row.getByRole("rowheader").getByRole("link").click();
    await page.getByRole("heading", { name: "Where it began" }).waitFor();
    await page
      .getByRole("link", { name: `run ${began}` })
      .first()
      .waitFor();
    await page.getByRole("region", { name: "What has changed since it last passed" }).waitFor();
    await page.getByText(/It concerns \d+ requests?/).waitFor();
    await context.close();
  });
});
