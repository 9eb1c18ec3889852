import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALMANAC, makeHome, type Home } from "./almanac.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => home[Symbol.dispose]());

describe.each(["run", "measure"])("almanac %s", (name) => {
  test("passes on the command's output, input and exit code, and adds nothing to standard output", async () => {
    const command = ["sh", "-c", "cat; echo error >&2; exit 7"];
    const { code, stdout, stderr } = await home.almanac([name, "--", ...command], { input: "hello\n" });
    expect({ code, stdout }).toEqual({ code: 7, stdout: "hello\n" });
    expect(stderr).toMatch(/^error\n./);
  });

  test("needs no -- before a command, and leaves its options to it", async () => {
    const { stdout } = await home.almanac([name, "echo", "--json", "--help", "--", "x"]);
    expect(stdout).toBe("--json --help -- x\n");
  });

  test("tells a signal that ended the command as a shell does", async () => {
    expect((await home.almanac([name, "--", "sh", "-c", "kill -TERM $$"])).code).toBe(143);
  });

  test("gives 127 for a command that does not exist, and says so", async () => {
    const { code, stdout, stderr } = await home.almanac([name, "--", "no-such-command"]);
    expect({ code, stdout }).toEqual({ code: 127, stdout: "" });
    expect(stderr).toContain("no-such-command");
  });

  test("without a command it is wrong usage", async () => {
    for (const args of [[], ["--"], ["--output"]]) {
      const { code, stdout } = await home.almanac([name, ...args]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    }
  });

  test("passes a signal on to the command", async () => {
    const script = 'trap "echo caught; exit 9" TERM; echo ready; while :; do sleep 0.05; done';
    const child = spawn(ALMANAC, [name, "--", "sh", "-c", script], {
      env: { ...process.env, ALMANAC_HOME: home.path },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const output = text(child.stdout);
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([9, null]);
    expect(await output).toMatch(/caught\n$/);
  });

  test("does its work although nobody reads standard error", async () => {
    const child = spawn("sh", ["-c", `"$0" "$@" 2>&-; echo "code $?"`, ALMANAC, name, "--", "sh", "-c", "exit 4"], {
      env: { ...process.env, ALMANAC_HOME: home.path },
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(await text(child.stdout)).toBe("code 4\n");
  });

  test("writes a JSON report into a file, apart from what the command writes", async () => {
    const report = home.file("report.json");
    const { stdout, stderr } = await home.almanac([name, "--json", "--output", report, "--", "sh", "-c", "exit 0"]);
    expect({ stdout, stderr }).toEqual({ stdout: "", stderr: "" });
    expect(readFileSync(report, "utf8")).toContain('"outcome":{"kind":"exited","code":0}');
  });
});

describe("almanac run", () => {
  test("keeps its runs by command, directory and architecture, and compares them", async () => {
    const cwd = home.file("project");
    mkdirSync(cwd);
    const first = await home.almanac(["run", "--", "true"], { cwd });
    expect(first.stderr).toBe("almanac: first run of its key: nothing to compare with yet\n");
    const second = await home.almanac(["run", "--", "true"], { cwd });
    expect(second.stderr).toMatch(/^almanac: .* the one earlier run \(.*\n$/);
    const { stdout } = await home.almanac(["history", "true", "project", "--local", "--json"]);
    const { items } = JSON.parse(stdout) as { items: object[] };
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      task_type: "worker",
      task_name: "true",
      subject: "project",
      context: process.arch,
      result: "success",
      origin: "run",
      trusted: true,
    });
  });

  test("keeps them under the names that were given", async () => {
    await home.almanac(["run", "--task", "t", "--subject=s/1", "--context", "c:x", "--", "false"]);
    const { stdout } = await home.almanac(["history", "t", "--local", "--json=subject,context,result"]);
    expect(JSON.parse(stdout)).toEqual([{ subject: "s/1", context: "c:x", result: "failure" }]);
  });

  test("a history that cannot be written is told, and the command's exit code stays", async () => {
    writeFileSync(home.file("file"), "");
    const { code, stderr } = await home.almanac(["run", "--", "sh", "-c", "exit 6"], {
      env: { ALMANAC_HOME: home.file("file") },
    });
    expect(code).toBe(6);
    expect(stderr).toMatch(/^almanac: this run was not kept in the local history: /);
  });

  test("the parser and the fast path agree", async () => {
    await home.almanac(["run", "--task", "quick", "--", "true"]);
    await home.almanac(["run", "--json", "--task", "quick", "--", "true"]); // --json is left to the parser
    const { stdout } = await home.almanac(["history", "quick", "--local", "--json=task_name,subject,context"]);
    const [one, other] = JSON.parse(stdout) as object[];
    expect(one).toEqual(other);
  });
});

describe("almanac measure", () => {
  test("shows time, cpu and memory on standard error, and keeps nothing", async () => {
    const { stderr } = await home.almanac(["measure", "--", "sleep", "0.1"]);
    expect(stderr).toMatch(/^ *time +(\d\dms|\d(\.\d+)?s)/m);
    expect(stderr).toMatch(/^ *memory /m);
    expect((await home.almanac(["history", "sleep", "--local", "--json"])).stdout).toBe('{"items":[]}\n');
  });

  test("repeats, and ends with the first run that fails", async () => {
    const { stdout, stderr } = await home.almanac(["measure", "--repeat", "3", "--", "echo", "x"]);
    expect(stdout).toBe("x\nx\nx\n");
    expect(stderr).toMatch(/3 runs\n$/);
    const failing = await home.almanac(["measure", "--repeat", "3", "--", "sh", "-c", "echo x; exit 2"]);
    expect(failing).toMatchObject({ code: 2, stdout: "x\n" });
  });
});
