import { describe, expect, test } from "vitest";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

describe("diff", () => {
  test("compares the newest runs of two work requests, and exits with 0 whatever differs", async () => {
    await home.almanac(["config", "set", "retries.flaky=0"]);
    const passed = await submit("--task", "d", "--subject", "s", "--", "true");
    await home.almanac(["wait", passed]);
    const failing = ["--task", "d", "--subject", "s", "--script", 'echo "a.c:1: error: no"; exit 4'];
    const failed = (await home.almanac(["submit", "--wait", ...failing])).stdout.trim();

    const { code, stdout, stderr } = await home.almanac(["diff", passed, `#${failed}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`${passed}.1 d s  ✓ passed on `);
    expect(stdout).toContain(`${failed}.1 d s  ✕ exit code 4 on `);
    expect(stdout).toContain(`    task data command: ["true"] → -\n`);
    expect(stdout).toContain(`    ${failed}.1: a.c:1: error: no\n`);

    const json = await home.almanac(["diff", `${passed}.1`, `${failed}.1`, "--json"]);
    const document = JSON.parse(json.stdout) as { changes: { what: string }[]; figures: { metric: string }[] };
    expect(document).toMatchObject({ before: { id: `${passed}.1` }, after: { id: `${failed}.1` } });
    expect(document.changes.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["task data command", "task data script"]),
    );
    expect(document.figures.map(({ metric }) => metric)).toEqual(["duration", "cpu_time", "memory", "disk_space"]);
  });

  test("says what there is nothing to compare of", async () => {
    const ran = await submit("--", "true");
    await home.almanac(["wait", ran]);
    const blocked = await submit("--manual", "--", "true");
    expect(await home.almanac(["diff", ran, blocked])).toEqual({
      code: 5,
      stdout: "",
      stderr: `almanac: #${blocked} has no run to compare: it is blocked.\n  \`almanac why ${blocked}\` tells more.\n`,
    });
    const unknown = await home.almanac(["diff", ran, `${ran}.7`]);
    expect(unknown).toMatchObject({ code: 5, stdout: "" });
    expect(unknown.stderr).toContain(`There is no run ${ran}.7.`);
    const typed = await home.almanac(["diff", ran, "the-other"]);
    expect(typed).toMatchObject({ code: 2, stdout: "" });
    expect(typed.stderr).toContain('"the-other" is not the number of a work request.');
  });
});
