import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/command-table.ts";
import { makeHome } from "./almanac.ts";

const home = makeHome();
afterAll(() => home[Symbol.dispose]());
const almanac = home.almanac;

test("without arguments it shows examples, commands and success", async () => {
  const { code, stdout, stderr } = await almanac([]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Examples:\n {2}almanac up /);
  for (const { name } of COMMANDS.filter(({ isHidden }) => isHidden !== true)) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
  }
});

test("the version is the package's", async () => {
  const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8")) as {
    version: string;
  };
  expect((await almanac(["--version"])).stdout).toBe(`${packageJson.version}\n`);
});

describe.each(COMMANDS.map(({ name }) => name))("almanac %s", (name) => {
  test("has help on standard output", async () => {
    const { code, stdout, stderr } = await almanac(["help", name]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: almanac ${name}`);
  });

  test("refuses an option that it does not have, on standard error", async () => {
    const { code, stdout, stderr } = await almanac([name, "--no-such-option"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("almanac: unknown option '--no-such-option'");
  });
});

test("a mistyped command is wrong usage, with a guess at what was meant", async () => {
  expect(await almanac(["sbmit"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "almanac: unknown command 'sbmit'\n  (Did you mean submit?)\n  Add --help to see what there is.\n",
  });
});

test("a mistyped option is wrong usage, with a guess at what was meant", async () => {
  const { code, stderr } = await almanac(["ls", "--statsu", "running"]);
  expect(code).toBe(2);
  expect(stderr).toContain("(Did you mean --status?)");
});

test("values that no option can have name what is expected", async () => {
  const cases: [string[], string][] = [
    [["submit", "--memory", "3X", "--", "true"], 'Expected bytes like "2G", "512M" or "4096".'],
    [["submit", "--time", "soon", "--", "true"], 'Expected a time like "90s", "1h30m" or seconds.'],
    [["submit", "--cpus", "-1", "--", "true"], "Expected a number above 0."],
    [["submit", "--priority", "high", "--", "true"], "Expected a whole number."],
    [
      ["server", "--keep-requests", "30x"],
      `option '--keep-requests <time>' argument '30x' is invalid. Expected a time from 1m to 10 years like "30d", or "forever".`,
    ],
    [["server", "--keep-requests", "59s"], "Expected a time from 1m to 10 years"],
    [["up", "--keep-history-for", "11000d"], "Expected a time from 1d to 10 years"],
    [["up", "--keep-history", "many"], "argument 'many' is invalid. Expected a whole number from 0 to 100000."],
    [["server", "--keep-events", "10"], "argument '10' is invalid. Expected a whole number from 1000 to 100000000."],
    [["server", "--keep-deliveries", "-1d"], "Expected a time from 1m to 10 years"],
    [["server", "--keep-accuracy", "1h"], "Expected a time from 1d to 10 years"],
    [["ls", "--limit", "many"], "Expected a whole number of at least 0."],
    [["ls", "--status", "bad"], "Allowed choices are blocked, pending, running, completed, aborted."],
    [["up", "--port", "70000"], "Expected a port from 0 to 65535."],
  ];
  for (const [args, expected] of cases) {
    const { code, stdout, stderr } = await almanac(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(expected);
  }
});

test("what is no number of a request is wrong usage, before any server is asked", async () => {
  for (const command of ["show", "log", "why", "wait", "watch", "abort", "cancel", "retry", "unblock"]) {
    expect(await almanac([command, "abc"])).toEqual({
      code: 2,
      stdout: "",
      stderr: 'almanac: "abc" is not the number of a work request.\n  It looks like 5122, #5122 or r5122.\n',
    });
  }
});

describe("without a server", () => {
  test("commands say where they looked and how to start one, with exit code 3", async () => {
    for (const args of [
      ["ls"],
      ["show", "1"],
      ["submit", "--", "true"],
      ["worker", "ls"],
      ["token", "ls"],
      ["worker"],
    ]) {
      expect(await almanac(args)).toEqual({
        code: 3,
        stdout: "",
        stderr:
          `almanac: no server is running (looked at ${home.file("server.json")}).\n` +
          "  Start one with `npm start` (or `almanac up`), or name one with --url and --token.\n",
      });
    }
  });

  test("a server that was named and is not there is told with where it was named", async () => {
    const url = "http://127.0.0.1:1";
    const byOption = await almanac(["ls", "--url", url]);
    expect(byOption.code).toBe(3);
    expect(byOption.stderr).toContain(`no server is running at ${url} (from --url).`);
    const byVariable = await almanac(["ls"], { env: { ALMANAC_URL: url } });
    expect(byVariable.stderr).toContain(`no server is running at ${url} (from $ALMANAC_URL).`);
  });

  test("an address that is none is wrong usage", async () => {
    const { code, stderr } = await almanac(["ls", "--url", "localhost:4747"]);
    expect(code).toBe(2);
    expect(stderr).toContain('"localhost:4747" is not the address of a server.');
  });

  test("history is that of this machine, and says so", async () => {
    expect(await almanac(["history", "build", "--json"])).toEqual({
      code: 0,
      stdout: '{"items":[]}\n',
      stderr: "no server is known here; this is the local history\n",
    });
  });

  test("doctor lists what it found and succeeds", async () => {
    const { code, stdout } = await almanac(["doctor", "--json"]);
    expect(code).toBe(0);
    const { checks } = JSON.parse(stdout) as { checks: { name: string; state: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: "node", state: "ok" }));
    expect(checks).toContainEqual(expect.objectContaining({ name: "server", state: "missing" }));
  });

  test("doctor fails when the home cannot be used", async () => {
    writeFileSync(home.file("file"), "");
    const { code, stdout } = await almanac(["doctor", "--home", home.file("file/below")]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^home\tmissing\t/m);
  });
});
