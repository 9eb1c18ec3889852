import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeHome, type Home } from "../cli/almanac.ts";
import { findChromium, startBrowser } from "./browser.ts";
import { HOSTILE, startExample, type Example } from "./example.ts";
import { overflow } from "./overflow.ts";

/* Reports: pages as one file. Those that need no Chromium are tried everywhere. */

let example: Example;
let home: Home;
beforeAll(async () => {
  example = await startExample();
  home = makeHome();
});
afterAll(async () => {
  home[Symbol.dispose]();
  await example.close();
});

/** Writes a report by the command line; gives the file. */
async function write(...what: string[]): Promise<string> {
  const { url, adminToken } = example.harness.server;
  const file = home.file(`${what.join("-").replaceAll(/\W+/g, "-")}.html`);
  const done = await home.almanac(["report", ...what, "--html", file, "--url", url], {
    env: { ALMANAC_TOKEN: adminToken },
  });
  expect(done).toEqual({ code: 0, stdout: "", stderr: "" });
  return file;
}

describe("almanac report", () => {
  it("writes a request, whose links lead to the server and which asks for nothing", async () => {
    const { ids, harness } = example;
    const html = readFileSync(await write(String(ids.failed)), "utf8");
    expect(html).toContain("original exit status 1");
    expect(html).toContain(`href="${harness.server.url}/workers/builder-1"`);
    expect(html).not.toMatch(/<(script|link|img|iframe|form|button|input)\b/);
    expect(html).not.toMatch(/ (src|href)="(?!http|#)/);
  });

  it("refuses what it does not know, and says what there is", async () => {
    const { url, adminToken } = example.harness.server;
    const call = (...args: string[]) =>
      home.almanac(["report", ...args, "--url", url], { env: { ALMANAC_TOKEN: adminToken } });
    const weather = await call("weather", "--html", "-");
    expect(weather).toMatchObject({ code: 2, stdout: "" });
    expect(weather.stderr).toContain(
      "of a work request (5122), a run of it (5122.1), any page (/r), and of: workflow, history, regressions, worker, tasks, waste, accuracy.",
    );
    expect(await call("tasks", "build")).toMatchObject({ code: 2, stdout: "" });
    expect(await call("workflow")).toMatchObject({ code: 2, stdout: "" });
    expect((await call("waste", "--since", "5d")).stderr).toContain("7|30|90");
    expect(await call("history", "--html", "-")).toMatchObject({ code: 2, stdout: "" });
    expect(await call("999999", "--html", "-")).toMatchObject({ code: 5, stdout: "" });
    expect((await call("tasks")).stdout).toMatch(/^<!doctype html>/i);
  });

  it("an address that leads nowhere, or nowhere good, is refused", async () => {
    const { client, server } = example.harness;
    await expect(client.download("report", { query: { page: "nowhere" } })).rejects.toMatchObject({
      code: "route-not-found",
    });
    const root = "javascript:alert(1)//";
    await expect(client.download("report", { query: { page: "r", root } })).rejects.toMatchObject({
      code: "invalid-request",
    });
    expect((await fetch(`${server.url}/api/v1/report?page=r`)).status).toBe(401);
  });
});

const chromium = findChromium();

describe.skipIf(chromium === undefined)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(chromium!); // skipped without one
  });
  afterAll(() => browser.close());

  it("a report opens from disk as its page looks, without a request, in every theme and window", async () => {
    const { ids } = example;
    const files = [
      await write(String(ids.passed)),
      await write(`${ids.outOfMemory}.1`),
      await write("history", "build", "gcc", "sid/amd64", "--since", "30d"),
      await write("worker", "builder-1"),
      await write("tasks"),
      await write("workflow", String(ids.workflow)),
      await write("regressions", "build"),
      await write("waste", "--since", "7d"),
      await write("accuracy", "build", "--since", "90d"),
      await write("/schedules/nightly"),
      await write("/workers?state=online"),
    ];
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await browser.newPage({ colorScheme });
      const asked: string[] = [];
      const complaints: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => complaints.push(message.text()));
      for (const file of files) {
        const address = pathToFileURL(file).href;
        await page.goto(address);
        expect(await page.locator("main table").count()).toBeGreaterThan(0);
        expect(await page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize")).toBe("24px");
        for (const width of [1280, 320]) {
          await page.setViewportSize({ width, height: 900 });
          expect({ file, width, wide: await overflow(page) }).toEqual({ file, width, wide: [] });
        }
        expect(asked.splice(0)).toEqual([address]);
      }
      expect(complaints).toEqual([]);
      await page.close();
    }
  });

  it("what others have named and written is text in a report as well", async () => {
    const file = await write(String(example.ids.hostile));
    const page = await browser.newPage();
    let dialogs = 0;
    page.on("dialog", () => void (dialogs += 1));
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator("img, main script").count()).toBe(0);
    expect(await page.locator("main").innerText()).toContain(HOSTILE.slice(0, 25));
    expect(dialogs).toBe(0);
    await page.close();
  });
});
