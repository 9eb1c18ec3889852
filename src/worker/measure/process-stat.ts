import { readIfThere } from "./kernel-file.ts";

/** One process as `/proc/PID/stat` shows it. CPU times in clock ticks (hundredths of a second on Linux). */
export type ProcessStat = {
  pid: number;
  parent: number;
  /** True for what has ended and only waits to be waited for. */
  isDead: boolean;
  /** Ticks since boot when it started: together with the pid it names one process for good. */
  start: string;
  userTicks: number;
  systemTicks: number;
  /** Of its children that ended and were waited for, and theirs. */
  childUserTicks: number;
  childSystemTicks: number;
  threads: number;
};

/** Linux tells user space hundredths of a second on every machine (`USER_HZ`). */
export const TICK_US = 10_000;

/** The state of a process, or undefined when there is none of this id. */
export function readProcessStat(root: string, pid: number | "self"): ProcessStat | undefined {
  const text = readIfThere(`${root}/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // the name in parentheses may itself hold spaces and parentheses
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const number = (field: number): number => Number(fields[field - 3]); // numbered as in proc(5), from 3
  return {
    pid: Number.parseInt(text, 10),
    parent: number(4),
    isDead: fields[0] === "Z" || fields[0] === "X",
    start: fields[22 - 3] ?? "",
    userTicks: number(14),
    systemTicks: number(15),
    childUserTicks: number(16),
    childSystemTicks: number(17),
    threads: number(20),
  };
}

/** The children of a process: those of all its threads. */
export function childrenOf(root: string, pid: number, threads: readonly string[]): number[] {
  return threads.flatMap((thread) =>
    (readIfThere(`${root}/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
}
