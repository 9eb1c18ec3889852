/*
 * What sizing and placing by history does to recorded work. Run by `npm run bench:replay -- TRACE…`, plain or gzip;
 * without a trace those of `../shared/data`. `--json` prints one JSON document, `--workers FILE` takes another fleet
 * (JSON: `[{ "count": 2, "model": "small", "cpus": 8, "memory": 32, "slowness": 1.25 }]`, memory in GiB).
 *
 * Each trace is replayed in virtual time, submitted as recorded, on 128 cores and 512 GiB in seven unequal machines:
 *   fcfs      first come, first served, with what the users asked for
 *   backfill  the same with EASY backfilling
 *   perfect   best fit with perfect knowledge of peaks, cores and durations
 *   almanac   sized from the history as it grows, starting with none: then a request gets what its user asked for
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { AlmanacPolicy } from "../src/simulate/replay/almanac-policy.ts";
import { backfillPolicy, fcfsPolicy, perfectPolicy } from "../src/simulate/replay/fixed-policy.ts";
import { DEFAULT_FLEET, machinesOf, parseFleet } from "../src/simulate/replay/fleet.ts";
import type { MachineSpec } from "../src/simulate/replay/machine.ts";
import type { ReplayPolicy } from "../src/simulate/replay/policy.ts";
import { replay, type ReplayFigures } from "../src/simulate/replay/replay.ts";
import { readTrace } from "../src/simulate/trace/read-trace.ts";
import type { Trace } from "../src/simulate/trace/trace.ts";

const DATA = join(import.meta.dirname, "../../shared/data");
const TRACES = ["chipseq", "eager", "iwd", "methylseq"].map((name) => join(DATA, `nextflow-${name}.csv.gz`));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, workers: { type: "string" } },
});

const POLICIES: ((machines: readonly MachineSpec[]) => ReplayPolicy)[] = [
  fcfsPolicy,
  backfillPolicy,
  perfectPolicy,
  (machines) => new AlmanacPolicy(machines),
  (machines) => new AlmanacPolicy(machines, { hasTimeLimits: false, name: "almanac, no learnt time limits" }),
  (machines) => new AlmanacPolicy(machines, { isElastic: false, name: "almanac, not elastic" }),
  (machines) => new AlmanacPolicy(machines, { knowsAsked: false, name: "almanac, without users' requests" }),
];

const fleet = fleetRows();
const machines = machinesOf(fleet);
const results = [];
for (const file of positionals.length > 0 ? positionals : TRACES) {
  const trace = read(file);
  const figures = POLICIES.map((policy) => replay(trace.tasks, machines, policy(machines)));
  results.push({
    trace: basename(file),
    tasks: trace.tasks.length,
    left_out: trace.left_out,
    notes: trace.notes,
    figures,
  });
  if (!values.json) print(basename(file), trace, figures);
}
if (values.json) process.stdout.write(`${JSON.stringify({ benchmark: "replay", fleet, results })}\n`);

function read(file: string): Trace {
  if (!existsSync(file)) fail(`${file}: there is no such file; give the traces to replay as arguments`);
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("utf8");
  return readTrace(text) ?? fail(`${file}: it is no trace of a known kind`);
}

function fleetRows() {
  if (values.workers === undefined) return DEFAULT_FLEET;
  const found = parseFleet(readFileSync(values.workers, "utf8"));
  return "wrong" in found ? fail(`${values.workers}: ${found.wrong}`) : found.rows;
}

function fail(message: string): never {
  throw new Error(message);
}

function print(name: string, trace: Trace, figures: readonly ReplayFigures[]): void {
  const perfect = figures.find(({ policy }) => policy === "perfect");
  process.stdout.write(`${name}: ${trace.tasks.length} tasks${trace.notes.map((note) => `; ${note}`).join("")}\n`);
  process.stdout.write(
    `  ${"".padEnd(32)} makespan h  (of perfect)  mean wait s  (of perfect)   p95 wait s  GiB·h reserved  used  lost  failed  given up\n`,
  );
  for (const each of figures) process.stdout.write(`  ${each.policy.padEnd(32)} ${line(each, perfect)}\n`);
}

function share(value: number, of: number | undefined): string {
  return of === undefined || of === 0 ? "" : (value / of).toFixed(2);
}

function line(each: ReplayFigures, perfect: ReplayFigures | undefined): string {
  return [
    (each.makespan_s / 3600).toFixed(2).padStart(10),
    share(each.makespan_s, perfect?.makespan_s).padStart(13),
    each.mean_wait_s.toFixed(0).padStart(12),
    share(each.mean_wait_s, perfect?.mean_wait_s).padStart(13),
    each.p95_wait_s.toFixed(0).padStart(12),
    each.memory_reserved_gib_h.toFixed(0).padStart(15),
    each.memory_used_gib_h.toFixed(0).padStart(5),
    each.memory_lost_gib_h.toFixed(0).padStart(5),
    String(each.failed_runs).padStart(7),
    String(each.given_up).padStart(9),
  ].join(" ");
}
