import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/* Whether estimates can be believed, and what they cost. */

inChromium("the pages of accuracy, waste and settings", startExample, (at) => {
  it("say how often the p95 held, of all tasks and of one, and lead from one to the other", async () => {
    const { page, context } = await at.visit();
    await page.goto("t");
    await page.getByRole("link", { name: "Can the estimates be believed?" }).click();
    await page.getByRole("heading", { level: 1, name: "Accuracy", exact: true }).waitFor();
    const lead = page.locator("p.lead");
    expect(await lead.innerText()).toMatch(
      /^Since 20[\d-]+, \d+ % of \d+ runs used no more memory than their p95: as it/,
    );
    expect(await page.getByText("People overruled 2 verdicts.").isVisible()).toBe(true);
    const ends = page.getByRole("region", { name: "The end told of runs that went on" });
    expect(await ends.getByRole("row").count()).toBe(4);
    expect(await page.getByText(/^At 10 % of a run the end told was off by [\d.]+ % of its whole time/).count()).toBe(
      1,
    );
    const choice = page.getByRole("region", { name: "What the choice of worker was worth" });
    expect(await choice.getByRole("row", { name: /^all / }).count()).toBe(1);
    const figure = page.locator("figure", { hasText: "Share of runs that used no more memory" });
    await figure.getByLabel("Read the points").focus();
    await page.keyboard.press("ArrowLeft");
    expect(await figure.getByLabel("Read the points").getAttribute("aria-valuetext")).toMatch(
      /^20[\d-]+: memory [\d.]+ %, time [\d.]+ %$/,
    );
    await page.getByRole("link", { name: "90 days" }).click();
    await page
      .getByRole("region", { name: /^Tasks/ })
      .getByRole("link", { name: "build", exact: true })
      .click();
    await page.getByRole("heading", { level: 1, name: "Accuracy: build" }).waitFor();
    expect(new URL(page.url()).search).toBe("?days=90&task_type=worker&task_name=build");
    expect(await page.getByText("npx almanac accuracy build --since 90d").isVisible()).toBe(true);
    await context.close();
  });

  it("say what was asked, reserved and used over time, what that saved, and whose it was", async () => {
    const { page, context } = await at.visit();
    await page.getByRole("link", { name: "saved by sizing in 7 days" }).click();
    await page.getByRole("heading", { level: 1, name: "Waste" }).waitFor();
    expect(
      await page.getByText(/^For \d+ of \d+ runs people asked for an amount, .* less, and that is saved\.$/).count(),
    ).toBe(1);
    const figure = page.locator("figure", { hasText: "Memory of runs, GiB·h a day" });
    await figure.getByLabel("Read the points").focus();
    await page.keyboard.press("Home");
    expect(await figure.getByLabel("Read the points").getAttribute("aria-valuetext")).toMatch(
      /^20[\d-]+: asked for [\d.]+, reserved [\d.]+, used [\d.]+$/,
    );
    const spare = page.getByText(
      /of the time in which anything ran since .* fits 1 of the 2 workers .*: builder-2 could go/,
    );
    expect(await spare.count()).toBe(1);
    await page.getByRole("link", { name: "by worker" }).click();
    await page
      .getByRole("region", { name: /^Workers/ })
      .getByRole("link", { name: "builder-1" })
      .click();
    await page.getByRole("heading", { level: 1, name: "Worker builder-1" }).waitFor();
    await page.goto("waste?by=owner");
    await page
      .getByRole("region", { name: /^Owners/ })
      .getByRole("link", { name: "local" })
      .click();
    await page.waitForURL(/created_by=local/);
    await context.close();
  });

  it("say what a value would have done, before it is set", async () => {
    const { page, context } = await at.visit();
    await page.goto("settings");
    await page.getByLabel("Field").selectOption("memory");
    await page.getByLabel("Value (2G").fill("1M");
    await page.locator("select[name=mode]").selectOption("override");
    await page.getByRole("textbox", { name: "Task (empty: any)" }).fill("build");
    await page.getByRole("button", { name: "Look at it first" }).click();
    const card = page.getByRole("status").filter({ hasText: "It is not set" });
    expect(await card.innerText()).toMatch(/It would have decided for (\d+) of \1 requests of task build/);
    expect(await card.innerText()).toContain("npx almanac config set memory=1.0M --task build --override --dry-run");
    expect(await page.getByText("None: history sizes everything").isVisible()).toBe(true);
    const kept = page.getByRole("region", { name: "What is kept" });
    expect(await kept.getByRole("row", { name: /^requests, their runs/ }).innerText()).toContain(
      "90 days after their end",
    );
    await page.getByRole("button", { name: "Set", exact: true }).click();
    await page.getByRole("button", { name: "Remove 1" }).click();
    await page.getByText("None: history sizes everything").waitFor();
    await context.close();
  });
});
