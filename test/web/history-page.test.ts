import { expect, it } from "vitest";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/* The history of a key: what was predicted beside what was reserved and used, and what another reservation would have been. */

const PATH = "history?task_name=build&subject=gcc&context=sid%2Famd64";

inChromium("a history", startExample, (at) => {
  it("shows what was predicted of the runs that are kept, as a band, in words and in the table", async () => {
    const { page, context } = await at.visit();
    await page.goto(PATH);
    const memory = page.locator("figure", { hasText: "Memory: at most" });
    expect(await memory.locator("figcaption").innerText()).toMatch(
      /The newest run was predicted to need \d\.\dG(?: to \d\.\dG)? \(p5 to p95\) and was given \d\.\dG\. What was predicted is known of \d+ of the \d+ runs here: (?:\d+ were made elsewhere|the requests of \d+ are no longer kept|nothing was predicted of \d+)/,
    );
    expect(await memory.locator("svg.wide path.band").getAttribute("d")).toMatch(/^M\d+/);
    await memory.getByText("predicted: p5 to p95").waitFor();
    const runs = page.getByRole("region", { name: "Runs, newest first" });
    const [head, first] = [runs.locator("thead th"), runs.locator("tbody tr").first().locator("th, td")];
    const column = (await head.allInnerTexts()).indexOf("Predicted memory (p5 · p50 · p95)");
    expect((await first.allInnerTexts())[column]).toMatch(/^\d\.\dG · \d\.\dG · \d\.\dG$/);
    // of many keys together it would be a thicket
    await page.goto("history?task_name=build");
    expect(await page.locator("path.band").evaluateAll((all) => all.map((one) => one.getAttribute("d")))).not.toContain(
      expect.stringMatching(/./),
    );
    await context.close();
  });

  it("says by worker what workers are chosen by, and leads to each context", async () => {
    const { page, context } = await at.visit();
    await page.goto("history?task_name=test");
    const workers = page.getByRole("region", { name: "Runs by worker" });
    const row = workers.getByRole("row", { name: /^builder-1/ });
    const { client } = at.farm.harness;
    const { slowness } = await client.call("getWorker", { params: { worker_name: "builder-1" } });
    const { factor, low, high, runs, keys } = slowness!; // both have run the same keys
    const cells = await row.getByRole("cell").allInnerTexts();
    expect(cells.slice(-4, -1)).toEqual([
      factor.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      `${runs} runs of ${keys} keys`,
    ]);
    await row.getByRole("img", { name: /^takes 0\.\d\d of the ordinary time, 0\.\d\d to \d\.\d\d by key$/ }).waitFor();
    await page.getByRole("region", { name: "Runs by context" }).getByRole("link", { name: "sid/arm64" }).click();
    await page.getByRole("heading", { level: 1, name: "History of test (sid/arm64)" }).waitFor();
    expect(await page.getByRole("region", { name: "Runs by context" }).count()).toBe(0);
    await context.close();
  });

  it("shows the runs on one worker only, which stays by reload, links and the way back, and can be taken away again", async () => {
    const { page, context } = await at.visit();
    const title = (text: string) => page.getByRole("heading", { level: 1, name: `History of ${text}`, exact: true });
    await page.goto("history?task_name=test");
    await page
      .getByRole("region", { name: "Runs by worker" })
      .getByRole("link", { name: "only these runs, on builder-2" })
      .click();
    await title("test on builder-2").waitFor();
    const last = page.getByRole("region", { name: "Runs, newest first" }).locator("tbody tr td:last-child");
    expect(new Set(await last.allInnerTexts())).toEqual(new Set(["builder-2"]));
    await page.getByText("npx almanac history test --worker builder-2 --plot").waitFor();
    const csv = await page.request.get((await page.getByRole("link", { name: "As CSV" }).getAttribute("href")) ?? "");
    const [, ...rows] = (await csv.text()).trimEnd().split("\n");
    expect(rows.filter((row) => !row.includes(",builder-2,"))).toEqual([]);
    const { items } = await at.farm.harness.client.call("listHistory", {
      query: { task_name: "test", worker: "builder-2", limit: 1000 },
    });
    expect(rows).toHaveLength(items.length);
    await page.getByRole("region", { name: "Runs by context" }).getByRole("link", { name: "sid/arm64" }).click();
    await title("test (sid/arm64) on builder-2").waitFor();
    await page.goBack();
    await title("test on builder-2").waitFor();
    await page.reload();
    await title("test on builder-2").waitFor();
    await page.getByRole("link", { name: "Those on all workers" }).click();
    await title("test").waitFor();
    expect(new URL(page.url()).searchParams.has("worker")).toBe(false);
    await page.goto("history?task_name=test&worker=nobody");
    await page.getByText("No such run is known.").waitFor();
    expect(await page.getByText("History can be brought along").count()).toBe(0);
    await context.close();
  });

  it("marks durations by worker on demand, without a script, and says between which workers they differ most", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    await page.goto(PATH);
    const duration = page.locator("figure", { hasText: "Duration: at most" });
    await duration.getByText("passed", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Marked by worker" }).click();
    await page.waitForURL(/by=worker#duration$/);
    expect(await page.getByRole("link", { name: "Marked by worker" }).getAttribute("aria-current")).toBe("true");
    await duration.getByText(/^builder-1: \d+$/).waitFor();
    await duration.getByText("hollow: not passed").waitFor();
    expect(await duration.locator("figcaption").innerText()).toMatch(
      /Half of the runs that passed took at most .* on builder-1 and .* on builder-2\.$/,
    );
    expect(
      await page.locator("figure", { hasText: "Memory: at most" }).getByText("passed", { exact: true }).count(),
    ).toBe(1);
    // it stays with what else is chosen, and is no filter of the files
    expect(await page.getByRole("link", { name: "only these runs, on builder-1" }).getAttribute("href")).toContain(
      "by=worker",
    );
    expect(await page.getByRole("link", { name: "As JSON" }).getAttribute("href")).not.toContain("by=");
    await page.getByRole("link", { name: "Marked by result" }).click();
    await duration.getByText("passed", { exact: true }).waitFor();
    await page.goto("history?task_name=build&by=worker");
    await duration.getByText("They are of several keys").waitFor();
    expect((await page.request.get(`${PATH}&by=weekday`)).status()).toBe(400);
    await context.close();
  });

  it("begins with what has changed, and of few runs says what is predicted of the next, and by which", async () => {
    const { page, context } = await at.visit();
    await page.goto(PATH);
    await page
      .locator("h1 + ul")
      .getByRole("link", { name: /^memory rose by \d+ %/ })
      .click();
    await page.getByRole("heading", { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/\/regressions\/\d+$/);
    const few = async (key: string) => {
      await page.goto(`history?${key}`);
      return page.getByText(/^Few data/).innerText();
    };
    expect(await few("task_name=test&subject=musl")).toMatch(
      /^Few data: 1 run is known\. The next is predicted to need \d+M to \d+M \(p5 to p95\) of memory, by 1 run of this key \(spread as in the whole task\); to take .*, by 1 run of this key/,
    );
    expect(await few("task_name=build&subject=webkit")).toMatch(/ of memory, by \d\d runs of this task; to take /);
    await page.goto("history?task_name=build");
    expect(await page.getByText(/^Few data/).count()).toBe(0);
    await context.close();
  });

  it("says what another reservation would have come to, without a script", async () => {
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    await page.goto(PATH);
    await page.getByLabel("Memory to reserve instead").fill("2.4G");
    await page.getByRole("button", { name: "Look back" }).click();
    await page.waitForURL(/what_if=2.4G/);
    expect(page.url()).toContain("context=sid%2Famd64");
    expect(await page.getByRole("status").innerText()).toMatch(
      /^Had 2\.4G been reserved, \d+ of \d+ runs would have been killed for memory and made again with what they were given: \d+ GiB·h (less|more) than the \d+ GiB·h that they held\./,
    );
    await page.locator("svg.wide text", { hasText: "what if 2.4G" }).waitFor();
    expect((await page.request.get(`${PATH}&what_if=much`)).status()).toBe(400);
    await context.close();
  });

  it("says the same of each amount as a slider goes over them", async () => {
    const { page, context } = await at.visit();
    await page.goto(PATH);
    const slider = page.getByLabel("Choose an amount");
    await slider.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    expect(await slider.getAttribute("aria-valuetext")).toMatch(
      /^\d+ runs from \d\.\dG to \d\.\dG · with \d\.\dG reserved: \d+ of \d+ killed, \d+ GiB·h (less|more)$/,
    );
    await context.close();
  });
});
