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
    const found = page.getByRole("link", { name: /^Finding \d+$/ });
    const number = (await found.innerText()).replace("Finding ", "");
    expect(await found.getAttribute("href")).toBe(`../regressions/${number}`);
    await page.goBack();
    expect(await row.getByRole("rowheader").innerText()).toBe(`finding ${number}`);
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

  it("are gone through and opened by keys, and m leads to what is to be said of one", async () => {
    const { page, context } = await at.visit();
    await page.goto("regressions");
    const links = page.getByRole("rowheader").getByRole("link");
    const [first, second] = await links.allInnerTexts();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(second);
    await page.keyboard.press("k");
    await page.keyboard.press("Enter");
    await page.getByText(`${first!.replace("finding", "Finding")} is `).waitFor(); // there are two
    await page.keyboard.press("m");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("note");
    await page.goBack();
    await page.keyboard.press("j");
    await page.keyboard.press("m");
    await page.waitForURL(/#note$/);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("note");
    await context.close();
  });

  it("are taken, given to somebody and left without a script", async () => {
    await at.farm.harness.client.call("createToken", { body: { name: "grace", scope: "submit" } });
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    await page.goto("regressions/1");
    await page.getByRole("button", { name: "I take it" }).click();
    await page.getByText("local, that is you.").waitFor();
    await page.getByLabel("To whom").selectOption("grace");
    await page.getByRole("button", { name: "Give it" }).click();
    await page.getByText("grace.", { exact: true }).waitFor();
    await page.goto("regressions?owner=grace");
    await page.getByRole("link", { name: "finding 1" }).click();
    await page.getByRole("button", { name: "Leave it" }).click();
    expect(await page.getByText(/^Nobody has taken it/).innerText()).toContain("Nobody has taken it"); // once it is there
    await context.close();
  });
});
