import { execFileSync } from "node:child_process";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { EXIT } from "../../src/cli/exit-code.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { commandOf, type CommandPart } from "../../src/web/parts/typed-command.ts";
import { EXAMPLE_PAGES, openPage } from "./example-pages.ts";
import { startExample } from "./example.ts";
import { inChromium } from "./in-chromium.ts";

/* The commands that pages show beside what they do: each is one that the command line takes, with what was typed. */

/** What is typed into fields of forms: what a shell would take apart, and what their commands check. */
const HOSTILE = `it's "$HOME" \`x\``;
const TYPED: Record<string, string> = {
  priority_adjustment: "-5",
  expires_in: "30d",
  value: "2G",
  cron: "0 3 * * 1-5",
  time_zone: "Europe/Berlin",
  only_if: "ref=refs/heads/*\n  who=it's me",
  action: "mailto:a@example.org",
  name: "on-push",
};

/** What the parser says against a command; undefined: it would be carried out. */
async function complaintOf(command: string): Promise<string | undefined> {
  const words = execFileSync("sh", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" })
    .split("\0")
    .slice(0, -1);
  const said: string[] = [];
  const write = (text: string) => said.push(text) > 0;
  const stream = { write } as unknown as NodeJS.WriteStream; // nothing else is done with it before a command is carried out
  const { stdin, env } = process;
  const program = buildProgram({ args: words, env, stdin, stdout: stream, stderr: stream, nowMs: () => 0, exitCode: EXIT.success }); // prettier-ignore
  program.hook("preAction", () => {
    throw PARSED;
  });
  try {
    await program.parseAsync(words.slice(1), { from: "user" });
  } catch (error) {
    if (error === PARSED) return undefined;
    return `${command}: ${said.join("")}${String(error)}`;
  }
  return `${command}: names no command`;
}

const PARSED = new Error("this would be carried out");

function shownCommands(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('main code, main pre[aria-label="At the command line"]')]
      .flatMap(({ textContent }) => textContent.split("\n"))
      .map((text) => text.replace(/^npx /, ""))
      .filter((text) => text.startsWith("almanac ")),
  );
}

type Form = { values: Record<string, string>; commands: { parts: CommandPart[]; text: string }[] };

/** The commands that are kept up with forms, and what stands in these. */
function typedForms(page: Page): Promise<Form[]> {
  return page.evaluate(() =>
    [...document.forms].map((form) => ({
      values: Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, typeof value === "string" ? value : ""]),
      ),
      commands: [...form.querySelectorAll<HTMLElement>("code[data-command]")].map((code) => ({
        parts: JSON.parse(code.dataset["command"] ?? "") as CommandPart[],
        text: code.textContent,
      })),
    })),
  );
}

/** Commands that do not say what stands in the fields. */
function wrongIn({ values, commands }: Form): string[] {
  return commands.flatMap(({ parts, text }) => (text === `almanac ${commandOf(parts, values)}` ? [] : [text]));
}

/** Types into every field of every form that has such a command. */
async function typeAll(page: Page): Promise<void> {
  const fields = page.locator("form:has(code[data-command]) :is(input:not([type=hidden]), textarea)");
  for (const field of await fields.all()) {
    const name = (await field.getAttribute("name")) ?? "";
    await field.evaluate((one) => one.closest("details")?.setAttribute("open", ""));
    await field.fill(TYPED[name] ?? HOSTILE);
  }
  for (const choice of await page.locator("form:has(code[data-command]) select").all()) {
    const last = await choice.locator("option").last().getAttribute("value");
    await choice.selectOption(last);
  }
}

inChromium("the commands that pages show", startExample, (at) => {
  it("are taken by the command line, as they stand and with whatever is typed", async () => {
    // somebody to whom a finding can be given
    await at.farm.harness.client.call("createToken", { body: { name: "grace", scope: "submit" } });
    const { page, context } = await at.visit();
    const shown = new Set<string>();
    const typedFields = new Set<string>();
    for (const example of Object.values(EXAMPLE_PAGES)) {
      await openPage(page, at.farm, example);
      if (new URL(page.url()).pathname.startsWith("/docs")) continue; // those are typed by the tests of the guide
      for (const command of await shownCommands(page)) shown.add(command);
      if ((await page.locator("code[data-command]").count()) === 0) continue;
      await typeAll(page);
      // the island comes when something is typed first
      await expect.poll(async () => (await typedForms(page)).flatMap(wrongIn)).toEqual([]);
      for (const { parts, text } of (await typedForms(page)).flatMap(({ commands }) => commands)) {
        expect(text).not.toMatch(/ [A-Z]{4,}\b(?<! FILE)/);
        const fields = parts.flatMap((part) => (typeof part === "string" ? [] : [part.of]));
        for (const of of fields) typedFields.add(of.map(({ field }) => field).join("="));
        shown.add(text);
      }
    }
    const complaints = await Promise.all([...shown].map(complaintOf));
    expect(complaints.filter((one) => one !== undefined)).toEqual([]);
    expect(shown.size).toBeGreaterThan(100);
    expect([...typedFields].toSorted()).toEqual(
      ["action", "context", "cron", "expires_in", "field=value", "kind", "missed", "mode", "name", "note", "only_if", "owner", "priority_adjustment", "reason", "scope", "subject", "task_name", "time_zone"], // prettier-ignore
    );
    await context.close();
  });

  it("have words in capitals for what is not typed yet, and what was typed before when one comes back", async () => {
    const { page, context } = await at.visit();
    await page.goto("settings");
    const token = page.locator("form", { has: page.getByRole("button", { name: "Make", exact: true }) });
    const command = token.locator("code");
    expect(await command.innerText()).toBe("almanac token new --scope read NAME");
    await token.getByLabel("Name").fill("ci farm");
    await token.getByLabel("It may").selectOption("join");
    await expect.poll(() => command.innerText()).toBe("almanac token new --worker 'ci farm'");
    await token.getByLabel("Ends in").fill("30d");
    await page.goto("./");
    await page.goBack();
    await expect.poll(() => command.innerText()).toBe("almanac token new --worker --expires-in 30d 'ci farm'");
    await context.close();
  });
});

it("a command that is not one, or lacks something, is complained of", async () => {
  expect(await complaintOf("almanac tell 5")).toMatch(/unknown command/);
  expect(await complaintOf("almanac retry")).toMatch(/missing required argument/);
  expect(await complaintOf("almanac retry --nowhere 5")).toMatch(/unknown option/);
  expect(await complaintOf("almanac retry 5")).toBeUndefined();
});
