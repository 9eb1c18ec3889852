import { describe, expect, it } from "vitest";
import { runGroups } from "../../src/history/run-groups.ts";
import { failure, success } from "./entries.ts";

const on = (worker_name: string, ...seconds: number[]) =>
  seconds.map((time) => ({ ...success(1, time, 7), worker_name }));

describe("runs by what they have in common", () => {
  it("are counted by their worker, that with most first, with the times of those that passed", () => {
    const groups = runGroups(
      [...on("a", 10), ...on("b", 20, 30, 40), { ...failure(2, 1), worker_name: "a" }, success(3, 9)],
      "worker_name",
    );
    expect(groups.map(({ name, runs, failed }) => [name, runs, failed])).toEqual([["b", 3, 0], ["a", 2, 1]]); // prettier-ignore
    expect(groups[0]).toMatchObject({ duration: { p50: 30, runs: 3 }, memory: { p50: 7 } });
    expect(groups[1]).toMatchObject({ duration: { p50: 10, runs: 1 } });
  });

  it("are counted by their context", () => {
    const runs = [success(1, 1), { ...success(2, 1), context: "sid" }, { ...success(3, 1), context: "" }];
    expect(runGroups(runs, "context").map(({ name }) => name)).toEqual(["bookworm/amd64", "sid"]);
  });
});
