import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

test("almanac flaky lists what failed and passed, almanac slow what takes longer than before", async () => {
  const { stderr } = await home.almanac(["flaky"]);
  expect(stderr).toBe("no task has run yet\n");
  const file = home.file("old.jsonl");
  writeFileSync(
    file,
    [...past("build", 60, 90), ...past("fetch", 5, 5)].map((entry) => JSON.stringify(entry)).join("\n"),
  );
  await home.almanac(["import", file]);
  expect(await home.almanac(["flaky"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "nothing was flaky in the newest runs\n",
  });
  const slow = await home.almanac(["slow", "--json=task_name,duration_growth"]);
  expect(JSON.parse(slow.stdout)).toEqual([{ task_name: "build", duration_growth: 0.5 }]);
  expect(await home.almanac(["slow", "fetch"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: "nothing took longer than before in the newest runs\n",
  });
  expect((await home.almanac(["slow", "nothing"])).stderr).toBe("no such task has run\n");

  const first = await home.almanac(["tasks", "--sort", "time", "--limit", "1"]);
  expect([first.stdout.split("\t")[0], first.stderr]).toEqual(["build", "there are more: --limit\n"]);
  expect((await home.almanac(["tasks", "--limit", "2"])).stderr).toBe("");
  // what is left out here is not slow
  expect((await home.almanac(["slow", "--limit", "1"])).stderr).toBe("");

  const failed = await submit("--task", "check", "--script", "exit 1");
  await home.almanac(["wait", failed]);
  await home.almanac(["verdict", failed, "flaky", "--note", "the network"]);
  const flaky = await home.almanac(["flaky", "--json=task_name,flaky_share"]);
  expect(JSON.parse(flaky.stdout)).toEqual([{ task_name: "check", flaky_share: 1 }]);
});

/** Ten runs that took so many seconds, then ten that took others. */
function past(task_name: string, before: number, after: number) {
  return Array.from({ length: 20 }, (_, index) => ({
    task_name,
    subject: "gcc",
    completed_at: `2026-11-${String(index + 1).padStart(2, "0")}T10:00:00Z`,
    duration: index < 10 ? before : after,
    result: "success",
  }));
}
