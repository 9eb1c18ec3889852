import { describe, expect, test } from "vitest";
import { startInterruptible } from "./interruptible.ts";
import { useServer } from "./use-server.ts";

const { home, submit, up } = useServer();

test("the last line of the greeting is the address, where the server answers", async () => {
  const url = up().output().trim().split("\n").at(-1)!; // a greeting has lines
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${url}/api/v1/status`)).status).toBe(401);
});

describe("the exit code of --wait, wait and watch", () => {
  test.each([
    [0, "success", ["--", "true"]],
    [1, "failure", ["--", "sh", "-c", "exit 9"]],
    [3, "error", ["--", "no-such-command"]],
  ])("is %i for %s", async (expected, result, work) => {
    // of a task of its own: a failure is not tried again for earlier successes
    const task = ["--task", `t-${result}`, "--fail-on", "any"];
    const waited = await home.almanac(["submit", "--wait", ...task, ...work]);
    expect(waited.code).toBe(expected);
    const id = waited.stdout.trim();
    expect(waited.stdout).toBe(`${id}\n`);
    expect(waited.stderr).toContain(`#${id} t-${result}`);
    expect((await home.almanac(["wait", id])).code).toBe(expected);
    expect((await home.almanac(["watch", id])).code).toBe(expected);
    const shown = await home.almanac(["show", id, "--exit-status", "--json=id,status,result"]);
    expect(shown.code).toBe(expected);
    expect(JSON.parse(shown.stdout)).toEqual({ id: Number(id), status: "completed", result });
  });

  test("is 6 for what was aborted", async () => {
    const running = await submit("--", "sleep", "60");
    const waiting = home.almanac(["wait", running]);
    expect((await home.almanac(["abort", running])).code).toBe(0);
    expect((await waiting).code).toBe(6);
    const blocked = await submit("--manual", "--", "true");
    expect((await home.almanac(["cancel", blocked, "--reason", "enough"])).stdout).toBe(`#${blocked} aborted\n`);
    expect((await home.almanac(["watch", blocked])).code).toBe(6);
    const shown = await home.almanac(["show", blocked, "--json=aborted.reason"]);
    expect(shown.stdout).toBe('{"aborted.reason":"enough"}\n');
  });

  test("is 124 after --timeout, and the work goes on", async () => {
    const id = await submit("--", "sleep", "60");
    const { code, stdout, stderr } = await home.almanac(["wait", "--timeout", "200ms", id]);
    expect({ code, stdout }).toEqual({ code: 124, stdout: "" });
    expect(stderr).toContain(`#${id} has not ended.\n  The work goes on; come back with: almanac wait ${id}\n`);
    expect((await home.almanac(["show", id, "--json=result"])).stdout).toBe('{"result":null}\n');
    await home.almanac(["cancel", id]);
  });

  test("of several is that of the failed one; with --any that of the first to end", async () => {
    const slow = await submit("--", "sleep", "60");
    const [good, bad] = [await submit("--", "true"), await submit("--fail-on", "any", "--", "false")];
    expect((await home.almanac(["wait", good, bad])).code).toBe(1);
    expect((await home.almanac(["wait", "--any", slow, good])).code).toBe(0);
    await home.almanac(["abort", slow]);
  });
});

describe("an interrupt", () => {
  test("leaves what others submitted running, says how to come back, and gives 130", async () => {
    const id = await submit("--", "sleep", "60");
    const waiting = startInterruptible(home, ["watch", id]);
    await waiting.said(/running/);
    waiting.child.kill("SIGINT");
    expect(await waiting.code).toBe(130);
    expect(waiting.stderr()).toContain(`Come back with: almanac watch ${id}\n`);
    expect((await home.almanac(["show", id, "--json=status"])).stdout).toBe('{"status":"running"}\n');
    await home.almanac(["abort", id]);
  });

  test("is asked for twice to abort what the command itself submitted", async () => {
    const waiting = startInterruptible(home, ["submit", "--wait", "--", "sleep", "60"]);
    await waiting.said(/running/);
    waiting.child.kill("SIGINT");
    await waiting.said(/Ctrl-C again within 2 s aborts it/);
    // An echo of the same Ctrl-C, as npm makes one, is not a second one: so this has to be repeated.
    const again = setInterval(() => waiting.child.kill("SIGINT"), 2);
    expect(await waiting.code).toBe(130);
    clearInterval(again);
    const id = waiting.stdout().trim();
    expect(waiting.stderr()).toContain(`#${id} aborted`);
    expect((await home.almanac(["wait", id])).code).toBe(6);
  });
});
