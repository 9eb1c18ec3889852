import { expect, it } from "vitest";
import { createClient } from "../../src/client/client.ts";
import { workerName } from "../../src/contract/names.ts";
import { withDatabase } from "./copy-rows.ts";
import { startExample, type Example } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/** The example, and two runs on builder-2 that ended in error within the day, and one before it. */
async function startWithErrors(): Promise<Example> {
  const example = await startExample();
  await withDatabase(example.harness, (db) => {
    const runs = db.prepare("select id from runs where worker_name = 'builder-2' order by ended_at desc limit 3").all();
    const change = db.prepare(
      "update runs set outcome = ?, ended_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', ?) where id = ?",
    );
    const ends = [
      ['{"kind":"worker_lost"}', "-1 hours"],
      ['{"kind":"start_failed","errors":[]}', "-23 hours"],
      ['{"kind":"worker_lost"}', "-25 hours"],
    ] as const;
    for (const [index, [outcome, ago]] of ends.entries()) change.run(outcome, ago, String(runs[index]!["id"]));
  });
  return example;
}

inChromium("the pages of workers", startWithErrors, (at) => {
  it("say of each what is reserved and used, how fast it is, and how many runs ended in error, as the API does", async () => {
    const { client } = at.farm.harness;
    const { workers } = await client.call("listWorkers");
    const of = (name: string) => workers.find(({ worker_name }) => worker_name === name)!; // it has joined
    expect(of("builder-2").errors_in_day).toBe(2);
    expect(of("arm-1")).toMatchObject({ errors_in_day: 0, slowness: null, load: { runs: 0, memory: { used: 0 } } });
    const { load, slowness } = of("builder-1");
    const { page, context } = await at.visit();
    await page.goto("workers");
    const row = async (name: string) =>
      (await page.getByRole("region", { name: "Workers" }).locator(`tr[data-key=${name}]`).innerText()).split("\t");
    expect((await row("builder-1")).slice(2, 9)).toEqual([
      String(load.runs),
      expect.stringMatching(/^\d\.\dG$/),
      expect.stringMatching(/ of 64\.0G$/),
      `${load.cpu_count.reserved} of 16`,
      expect.stringMatching(/ of 200G$/),
      slowness!.factor.toFixed(2), // both have run the same keys
      "–",
    ]);
    expect((await row("builder-2"))[8]).toBe("2");
    await context.close();
  });

  it("are sorted by the head that is clicked, and the other way round by another click", async () => {
    const { page, context } = await at.visit();
    await page.goto("workers?state=online");
    const names = () => page.getByRole("region", { name: "Workers" }).locator("tbody th").allInnerTexts();
    const head = (name: string) => page.getByRole("columnheader", { name });
    await head("Errors").getByRole("link").click();
    await page.waitForURL(/\?state=online&sort=errors#list$/);
    expect(await names()).toEqual(["builder-2", "builder-1"]);
    expect(await head("Errors").getAttribute("aria-sort")).toBe("descending");
    await head("Errors").getByRole("link").click();
    await page.waitForURL(/sort=-errors/);
    expect(await names()).toEqual(["builder-1", "builder-2"]);
    await page.getByRole("link", { name: "all", exact: true }).click();
    await page.waitForURL(/\?sort=-errors#list$/);
    expect(await names()).toEqual(["arm-1", "builder-1", "builder-2"]);
    const heads = page.getByRole("region", { name: "Workers" }).getByRole("columnheader");
    expect(await heads.locator("a").count()).toBe(await heads.count());
    await context.close();
  });

  it("say what its program said of itself, the last trouble first, and what it says while they are open", async () => {
    const { page, context } = await at.visit();
    await page.goto("workers/arm-1");
    expect(await page.getByText("Nothing yet. What its program says will stand here").isVisible()).toBe(true);
    await page.goto("workers/builder-1");
    expect(await page.locator("p", { hasText: "in what it said" }).innerText()).toMatch(
      /^warning in what it said 1\dm\d\ds ago: “the disk is nearly full: 9\.1G .*” Its log$/,
    );
    await page.getByRole("link", { name: "Its log" }).click();
    await page.waitForURL(/builder-1#log$/);
    const rows = page.getByRole("region", { name: "What it said" }).locator("tbody tr");
    expect(await rows.count()).toBe(20);
    expect((await rows.nth(2).innerText()).split("\t").slice(1)).toEqual([
      "error",
      'could not remove the directory of a run: EACCES: permission denied run_id="5061.1"',
    ]);
    expect(await rows.nth(2).locator("svg.glyph").count()).toBe(1);
    const line = { number: 1, age_ms: 0, level: "error" as const, text: "something new <b>went</b> wrong" };
    await at.farm.builder.sync([...at.farm.play.held], { log: { session: "another", lines: [line] } });
    await page.getByRole("cell", { name: line.text }).waitFor();
    expect(await rows.count()).toBe(20);
    await page.getByRole("link", { name: "Older lines" }).click();
    await page.waitForURL(/builder-1\/log$/);
    expect(await rows.count()).toBe(26);
    expect(await rows.last().innerText()).toContain('started version="0.1.0"');
    await context.close();
  });

  it("show what a hostile worker hides in its lines, and stay as wide as they are", async () => {
    const { page, context } = await at.visit({ viewport: { width: 375, height: 800 } });
    await page.goto("workers/builder-2/log");
    const text = await page.getByRole("region", { name: "What it said" }).innerText();
    expect(text).toContain(String.raw`\x1b]0;title\x07\x1b[31mred\x1b[0m \x1b[2Jcleared\nand a second line`);
    expect(text).toContain(`<script>alert(1)</script>"'><img src=x onerror=alert(1)>\\u202egpj.exe`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    await context.close();
  });

  it("say how fast a worker is at each task, with a way to its history, and where tokens are made", async () => {
    const { task_slowness, not_taken, week } = await at.farm.harness.client.call("getWorker", {
      params: { worker_name: "builder-1" },
    });
    expect(not_taken.reasons.map(({ candidate, count }) => [candidate.verdict, candidate.tag, count])).toEqual([
      ["lacks_tag", "arch:arm64", 1],
    ]);
    expect(week).toEqual({ runs: expect.any(Number), errors: 0, is_cut: false });
    expect(task_slowness.map(({ task_name }) => task_name)).toEqual(["build", "test"]);
    const { page, context } = await at.visit();
    await page.goto("workers/builder-1");
    const rows = page.getByRole("region", { name: "How fast it is, by task" }).locator("tbody tr");
    const { factor, low, high, runs, keys } = task_slowness[0]!; // just compared
    expect((await rows.nth(1).innerText()).split("\t").filter((text) => text.trim() !== "")).toEqual([
      "build",
      factor.toFixed(2),
      `${low.toFixed(2)} to ${high.toFixed(2)}`,
      `${runs} runs of ${keys} keys`,
    ]);
    await rows.nth(1).getByRole("link", { name: "build" }).click();
    await page.waitForURL(/history\?task_name=build#workers$/);
    await page.goBack();
    await page.getByRole("link", { name: "settings" }).click();
    await page.waitForURL(/settings#tokens$/);
    await page.getByRole("button", { name: "Make" }).waitFor();
    await context.close();
  });

  it("give the whole command with which another machine joins", async () => {
    const { page, context } = await at.visit();
    await page.goto("workers/builder-1");
    await page.getByRole("button", { name: "Make the command to join" }).click();
    await page.waitForURL(/settings\/tokens#tokens$/);
    const command = await page.getByText("npx almanac worker --url").innerText();
    const [, url, secret] = /--url (http:\S+) --join (almanac_\S+)$/.exec(command.trim())!; // it is waited for
    const joining = createClient({ url: url!, token: secret });
    const { worker } = await at.farm.harness.client.call("getWorker", {
      params: { worker_name: workerName.parse("arm-1") },
    });
    const self = { ...worker, tags: [] }; // it takes nothing that waits
    const joined = await joining.call("join", { body: { worker_name: "newcomer", self } });
    expect(joined.worker_name).toBe("newcomer");
    joining.close();
    await context.close();
  });

  it("say how much of each resource was reserved and used, and what of that which waits they can never take", async () => {
    const { page, context } = await at.visit();
    await page.goto("workers/builder-1");
    const chartOf = (what: string) =>
      page.getByRole("img", { name: new RegExp(`^Of \\S+ ${what} \\d+ % were reserved`) });
    expect(await chartOf("of memory").isVisible()).toBe(true);
    expect(await chartOf("cores").isVisible()).toBe(false);
    await page.getByText("The same of cores and disk").click();
    expect(await chartOf("cores").isVisible()).toBe(true);
    expect(await chartOf("of disk").isVisible()).toBe(true);
    const cannot = page.locator("#cannot + p");
    expect(await cannot.innerText()).toBe(
      "Of the 2 requests that are next to be placed it can never take 1, however free it is. The other it could, while it is online and has room.",
    );
    await context.close();
  });
});
