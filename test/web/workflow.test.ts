import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { WorkRequest } from "../../src/domain/work-request.ts";
import { ended, startHarness } from "../server/harness.ts";
import { writeConfig } from "../task/config/config-file.ts";
import { inChromium, type Farm } from "./in-chromium.ts";
import { overflow } from "./overflow.ts";
import { violations } from "./violations.ts";

/* Workflows on their page: one that can be drawn whole, one that is folded, one of ten thousand requests. */

const HTML_BYTES = 60 * 1024;

const CONFIG = `
const work = (subject, more = {}) => ({ task_name: "work", subject, task_data: { command: ["true"] }, fail_on: "any", ...more });
export default defineConfig({
  workflows: [
    defineWorkflow({
      name: "release",
      data: z.strictObject({ n: z.int() }),
      dynamicData: ({ n }) => ({ subject: n + " packages" }),
      plan: ({ n }, workflow) => {
        const first = workflow.ensure("fetch", work("fetch"));
        for (let i = 1; i <= n; i += 1) {
          const build = workflow.ensure("build " + i, work("p" + (i % 100), { depends_on: [first], group: "builds" }));
          workflow.ensure("test " + i, work("t" + (i % 100), { depends_on: [build], group: "tests" }));
        }
      },
    }),
  ],
});`;

async function startReleases(): Promise<Farm> {
  const config = writeConfig(CONFIG);
  const harness = await startHarness({ config: config.file });
  const close = async () => {
    await harness.close();
    config[Symbol.dispose]();
  };
  return { harness, close };
}

inChromium("the page of a workflow", startReleases, (at) => {
  async function release(n: number): Promise<WorkRequest> {
    const [request] = await at.farm.harness.submit({ task_type: "workflow", task_name: "release", task_data: { n } });
    await at.farm.harness.event(request!.id, "started"); // one was submitted
    return request!;
  }

  it("says how it stands, what makes it long, and what runs after what, for everybody and in every window", async () => {
    const { id } = await release(3);
    const worker = await at.farm.harness.join("w-1");
    const [assignment] = (await worker.sync([], { wait_ms: 20_000 })).assignments;
    await worker.sync([ended(assignment!, {})]); // the first of it
    await at.farm.harness.event(assignment!.work_request_id, "completed");
    const { page, context, complaints } = await at.visit();
    await page.goto(`/wf/${id}`);
    expect(await page.locator(".lead").innerText()).toMatch(/1 of 7 requests have ended/);
    expect(await page.locator("figure .node").count()).toBe(7);
    const time = page.locator("figure", { hasText: "When each waited and ran" });
    await time.getByLabel("Read the points").focus();
    await page.keyboard.press("Home");
    expect(await time.getByLabel("Read the points").getAttribute("aria-valuetext")).toMatch(/^fetch: /);
    await page.getByText("The same as a list").click();
    expect(await page.locator("ul.nested > li").allInnerTexts()).toContainEqual(
      expect.stringMatching(/^blocked test 1, after build 1$|^pending test 1, after build 1$/),
    );
    for (const width of [1440, 375, 320]) {
      await page.setViewportSize({ width, height: 900 });
      expect({ width, wide: await overflow(page), faults: await violations(page) }).toEqual({
        width,
        wide: [],
        faults: [],
      });
    }
    await page.getByRole("link", { name: "Its own request" }).click();
    await page.getByRole("heading", { level: 1, name: `#${id} release 3 packages` }).waitFor();
    await page.goto("/wf");
    await page.getByRole("link", { name: `#${id}`, exact: true }).click();
    await page.getByRole("heading", { level: 1, name: `#${id} release 3 packages` }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it("draws those of one kind that run after the same as one", async () => {
    const { id } = await release(60);
    const { page, context } = await at.visit();
    await page.goto(`/wf/${id}`);
    expect(await page.locator("figure .graph text").allTextContents()).toEqual(["fetch", "builds × 60", "tests × 60"]);
    await context.close();
  });

  it("opens a fold by a link that stands in the address, and folds it again, without a script", async () => {
    const { id } = await release(45);
    const { page, context } = await at.visit({ javaScriptEnabled: false });
    await page.goto(`/wf/${id}`);
    await page.getByText("The same as a list").click();
    await page.getByRole("link", { name: "Open tests × 45" }).click();
    await page.waitForURL(/\?open=\d+#graph$/);
    const boxes = () => page.locator("figure .graph text").allTextContents();
    expect((await boxes()).length).toBe(1 + 1 + 45);
    await page.reload();
    expect(await boxes()).toContain("test 45");
    await page.getByRole("link", { name: "Fold tests × 45" }).click();
    await page.getByRole("link", { name: /^Fold/ }).waitFor({ state: "detached" });
    expect(await boxes()).toEqual(["fetch", "builds × 45", "tests × 45"]);
    expect((await page.request.get(`/wf/${id}?open=all`)).status()).toBe(400);
    await context.close();
  });

  it("stays light with ten thousand requests", async () => {
    const { id } = await release(5_000);
    const { page, context } = await at.visit();
    const answer = await page.goto(`/wf/${id}`);
    expect(answer?.status()).toBe(200);
    expect(gzipSync((await answer?.body()) ?? "").length).toBeLessThanOrEqual(HTML_BYTES);
    expect(await page.locator("main").innerText()).toContain("9801 more are not listed");
    expect(await overflow(page)).toEqual([]);
    await page.getByText("The same as a list").click();
    const address = await page.getByRole("link", { name: "Open tests × 5000" }).getAttribute("href");
    const opened = await page.goto(new URL(address!, page.url()).href); // it is a link
    expect(gzipSync((await opened?.body()) ?? "").length).toBeLessThanOrEqual(HTML_BYTES);
    await page.getByText("tests × 5000 are drawn one by one, but for 4940 that have no room.").waitFor();
    expect(await overflow(page)).toEqual([]);
    await context.close();
  });
});
