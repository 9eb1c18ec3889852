import { describe, expect, test } from "vitest";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

describe("a failure that a person calls a regression", () => {
  test("is a finding that can be shown, taken, put into a state, and listed", async () => {
    const failed = await submit("--task", "check", "--script", "echo 'error: no tax'; exit 1");
    await home.almanac(["wait", failed]);
    expect(await home.almanac(["regressions"])).toMatchObject({
      code: 0,
      stderr: "nothing has changed for the worse\n",
    });
    const said = await home.almanac(["verdict", failed, "regression", "--note", "it passed elsewhere"]);
    expect(said).toMatchObject({ code: 0, stdout: `#${failed} is regression (was first_run)\n` });
    const { stdout } = await home.almanac(["regressions", "1"]);
    expect(stdout).toContain("finding 1: check fails, and passed before\n");
    expect(stdout).toContain(`  began  in run ${failed}.1, which local sent\n  owner  nobody\n`);
    expect(await home.almanac(["regressions", "1", "--owner", "local", "--mark", "known"])).toMatchObject({
      code: 0,
      stdout: "finding 1 is known and is looked after by local\n",
    });
    expect((await home.almanac(["regressions", "--owner", "local", "--json=id,owner"])).stdout).toBe(
      '[{"id":1,"owner":"local"}]\n',
    );
    expect((await home.almanac(["regressions", "--no-owner"])).stderr).toBe("no finding matches\n");
    expect(await home.almanac(["verdict", failed, "known", "--note", "ticket 7"])).toMatchObject({
      code: 0,
      stdout: `#${failed} is known_failure (was regression)\n`,
    });
  });

  test("is refused what is wrong, as wrong usage", async () => {
    const cases: [string[], string][] = [
      [["regressions", "seven"], "a finding is said by its number, such as 7."],
      [["regressions", "--note", "why"], "a finding is said by its number, such as 7."],
      [["regressions", "1", "--note", "why"], "it needs --mark STATE."],
      [
        ["regressions", "1", "--owner", "eve"],
        "Nobody here is called eve. Those whom something can be given to: local.",
      ],
      [["verdict", "1", "known", "--note", ""], "a verdict needs a reason: --note TEXT."],
    ];
    for (const [args, expected] of cases) {
      const { code, stdout, stderr } = await home.almanac(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(expected);
    }
    expect(await home.almanac(["regressions", "99"])).toMatchObject({ code: 5, stdout: "" });
  });
});
