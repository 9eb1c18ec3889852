import { afterEach, expect, it } from "vitest";
import { ProcessTree } from "../../../src/worker/measure/process-tree.ts";
import type { RunHandle } from "../../../src/worker/run/run-spec.ts";
import { start, until } from "../run/run-command.ts";

const running: RunHandle[] = [];

afterEach(async () => {
  for (const run of running) run.abort("the test");
  await Promise.all(running.splice(0).map(({ ended }) => ended));
});

it("reads parents before their children at every look, so that nobody's time is counted twice", async () => {
  const run = start(["/bin/sh", "-c", "sh -c 'sleep 60; true' & sleep 60 & wait"], { graceMs: 0 });
  running.push(run);
  const tree = new ProcessTree("", "ALMANAC_NOBODY=1");
  tree.plant(run.pid ?? 0);
  await until("all four are there", () => tree.members().length === 4);
  for (const members of [tree.members(), tree.membersAnywhere()]) {
    const order = members.map(({ pid }) => pid);
    expect(order[0]).toBe(run.pid);
    for (const { pid, parent } of members.slice(1)) expect(order.indexOf(parent)).toBeLessThan(order.indexOf(pid));
  }
});
