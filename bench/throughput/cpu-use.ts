import { readFileSync, readdirSync } from "node:fs";

/** CPU time so far, seconds: of PostgreSQL, and of all other processes of the bench (clients, server, workers). */
export type CpuUse = { database: number; others: number };

/** Clock ticks of `/proc/PID/stat` a second, on every Linux of today (`USER_HZ`, proc(5)). */
const TICKS_A_SECOND = 100;

/** Of this process and all that it has started, directly or not, and that are there still. */
export function cpuUse(): CpuUse {
  const stats = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => statOf(Number(pid)));
  const children = Map.groupBy(stats, ({ parent }) => parent);
  const use: CpuUse = { database: 0, others: 0 };
  const open = stats.filter(({ pid }) => pid === process.pid);
  // ends: a process has one parent, which is older
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    use[one.name === "postgres" ? "database" : "others"] += one.seconds;
    open.push(...(children.get(one.pid) ?? []));
  }
  return use;
}

type Stat = { pid: number; name: string; parent: number; seconds: number };

function statOf(pid: number): Stat[] {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return []; // it has ended meanwhile
  }
  const end = text.lastIndexOf(")"); // a name may hold anything
  const fields = text.slice(end + 2).split(" ");
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number) as [number, number, number]; // proc(5)
  return [{ pid, name: text.slice(text.indexOf("(") + 1, end), parent, seconds: (user + system) / TICKS_A_SECOND }];
}
