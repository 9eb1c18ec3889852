import { expect, it } from "vitest";
import { CpuLedger, TreeCpu } from "../../../src/worker/measure/proc-cpu.ts";
import { TICK_US, type ProcessStat } from "../../../src/worker/measure/process-stat.ts";

/** A process as a look finds it; times in ticks. */
function seen(pid: number, parent: number, own: number, children = 0, isDead = false): ProcessStat {
  return {
    pid,
    parent,
    userTicks: own,
    systemTicks: 0,
    childUserTicks: children,
    childSystemTicks: 0,
    threads: 1,
    start: String(pid),
    isDead,
  };
}

/** The ticks counted after these looks. */
function ticksAfter(...looks: ProcessStat[][]): number {
  const cpu = new TreeCpu(new CpuLedger("/nowhere", 2));
  for (const look of looks) cpu.add(look);
  return cpu.userUs / TICK_US;
}

const [SHELL, CHILD, GRANDCHILD] = [10, 11, 12];

it("counts a process that ended between two looks once", () => {
  expect(ticksAfter([seen(SHELL, 1, 0), seen(CHILD, SHELL, 39)], [seen(SHELL, 1, 1, 40)])).toBe(41);
});

it("counts a process once that is dead before its parent has waited for it", () => {
  const looks = [
    [seen(SHELL, 1, 0), seen(CHILD, SHELL, 20)],
    [seen(SHELL, 1, 0), seen(CHILD, SHELL, 40, 0, true)],
    [seen(SHELL, 1, 1, 40)],
  ];
  expect(ticksAfter(...looks)).toBe(41);
});

it("counts a process once that was waited for just after its parent was read", () => {
  const looks = [[seen(SHELL, 1, 0), seen(CHILD, SHELL, 39)], [seen(SHELL, 1, 0)], [seen(SHELL, 1, 1, 40)]];
  expect(ticksAfter(...looks)).toBe(41);
});

it("counts it once even if its parent is gone before the next look", () => {
  const looks = [
    [seen(SHELL, 1, 0), seen(CHILD, SHELL, 0), seen(GRANDCHILD, CHILD, 39)],
    [seen(SHELL, 1, 0), seen(CHILD, SHELL, 0)],
    [seen(SHELL, 1, 1, 41)],
  ];
  expect(ticksAfter(...looks)).toBe(42);
});

it("goes on counting later children after one that nobody waited for", () => {
  const looks = [
    [seen(SHELL, 1, 0), seen(CHILD, SHELL, 39)],
    [seen(SHELL, 1, 0)],
    [seen(SHELL, 1, 0)],
    [seen(SHELL, 1, 0, 7)],
  ];
  expect(ticksAfter(...looks)).toBe(46);
});
