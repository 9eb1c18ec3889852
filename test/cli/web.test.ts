import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readServerRecord } from "../../src/client/home.ts";
import { openerOf } from "../../src/cli/open-page.ts";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

function serverUrl(): string {
  return readServerRecord(home.path)!.url; // it runs: it has written it
}

/** No screen, and no browser chosen. */
const NO_SCREEN = { BROWSER: "", DISPLAY: "", WAYLAND_DISPLAY: "" };

/** A browser of the test's own: a program that does as the script says with the address in `$1`. */
function browser(script: string): string {
  const path = home.file("browser.sh");
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

describe.skipIf(process.platform !== "linux")("--web", () => {
  test("opens the page with the browser that is chosen, and prints no data", async () => {
    const id = await submit("--task", "check", "--", "true");
    await home.almanac(["wait", id]);
    const opened = home.file("opened");
    const BROWSER = `${browser(`printf %s "$1" > '${opened}'`)}:other`;
    const url = `${serverUrl()}/r/${id}?run=1`;
    expect(await home.almanac(["show", `${id}.1`, "--web"], { env: { ...NO_SCREEN, BROWSER } })).toEqual({
      code: 0,
      stdout: "",
      stderr: `opened ${url}\n`,
    });
    expect(readFileSync(opened, "utf8")).toBe(url);
  });

  test.each([
    ["there is no screen", () => ""],
    ["the browser fails", () => browser("exit 4")],
    ["there is no such program", () => home.file("no-browser")],
  ])("prints the address where %s", async (_, BROWSER) => {
    const asked = ["history", "a & b", "x", "--web", "--since", "2026-01-01"];
    const { code, stdout, stderr } = await home.almanac(asked, { env: { ...NO_SCREEN, BROWSER: BROWSER() } });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "no browser can be opened here; this is the page's address:\n",
    });
    expect(stdout).toBe(
      `${serverUrl()}/history?task_type=worker&task_name=a+%26+b&subject=x&since=2026-01-01T00%3A00%3A00.000Z\n`,
    );
  });

  test("knows the page of each thing that is shown, and that the server has it", async () => {
    const id = await submit("--task", "check", "--", "true");
    await home.almanac(["wait", id]);
    const { stdout: workers } = await home.almanac(["worker", "ls", "--json=worker_name"]);
    const [{ worker_name: worker }] = JSON.parse(workers) as [{ worker_name: string }];
    const expected: [string[], string][] = [
      [["show", id], `r/${id}`],
      [["show", "last-entry:worker:check::"], "history?task_type=worker&task_name=check&subject=&context="],
      [["log", id], `r/${id}/log?run=1`],
      [["worker", "show", worker], `workers/${worker}`],
      [["regressions"], "regressions"],
      [["regressions", "--all", "--no-owner"], "regressions?has_owner=no&state=all"],
    ];
    for (const [args, page] of expected) {
      const { stdout } = await home.almanac([...args, "--web"], { env: NO_SCREEN });
      expect(stdout).toBe(`${serverUrl()}/${page}\n`);
      const report = await home.almanac(["report", `/${page}`]); // renders the page of that address
      expect({ page, code: report.code, stderr: report.stderr }).toEqual({ page, code: 0, stderr: "" });
    }
  });

  test("opens nothing that is not there, and goes with no other form of output", async () => {
    expect(await home.almanac(["show", "99", "--web"], { env: NO_SCREEN })).toMatchObject({ code: 5, stdout: "" });
    const both = await home.almanac(["show", "1", "--web", "--json"], { env: NO_SCREEN });
    expect(both).toMatchObject({ code: 2, stdout: "" });
    expect(both.stderr).toContain("option '--web' cannot be used with option '--json'");
    const local = await home.almanac(["history", "make", "--local", "--web"], { env: NO_SCREEN });
    expect(local).toMatchObject({ code: 2, stdout: "" });
    expect(local.stderr).toContain("the local history has no page");
  });
});

test("the platform's own opener is used where there is a screen", () => {
  expect(openerOf("darwin", {})).toEqual(["open"]);
  expect(openerOf("win32", {})).toEqual(["rundll32", "url.dll,FileProtocolHandler"]);
  expect(openerOf("linux", { WAYLAND_DISPLAY: "wayland-0" })).toEqual(["xdg-open"]);
  expect(openerOf("linux", { DISPLAY: "" })).toBeUndefined();
});
