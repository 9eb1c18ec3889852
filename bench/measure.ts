/*
 * How exact and how cheap measuring is. Run by `npm run bench:measure`; `-- --json` prints one JSON document,
 * `-- --runs N --seconds N` make it shorter (2,000 runs and 60 s by default; `--runs 0` leaves the overhead out).
 */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { detectMeter } from "../src/worker/measure/detect.ts";
import { cpuCount, cpuModel } from "../src/worker/measure/machine.ts";
import { knownProgram } from "../test/fixtures/programs/known.ts";
import { accuracy } from "./measure/accuracy.ts";
import { overhead, samplingCost, type SamplingRow } from "./measure/overhead.ts";
import { accuracyTables, overheadTables } from "./measure/tables.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
  },
});

const compiled = knownProgram();
if (compiled === undefined) throw new Error("bench:measure needs a C compiler (cc) for its program of known figures");

const home = mkdtempSync(join(tmpdir(), "almanac-bench-"));
const directory = mkdtempSync(join(home, "run-"));
const known = join(home, "known");
copyFileSync(compiled, known);

const best = detectMeter({ keepsSpare: true }).meter; // as a worker has it
const meters = best.method === "proc" ? [best] : [best, detectMeter({ method: "proc" }).meter];
const machine = {
  date: new Date().toISOString().slice(0, 10),
  cpu_model: cpuModel(),
  cpu_count: cpuCount(),
  kernel: release(),
  node: process.version,
};
const runs = Number(values.runs);
// before the accuracy cases, which leave the process with a larger heap
const overheadRows = runs > 0 ? await overhead(known, directory, meters, runs) : [];
const accuracyRows = await accuracy(known, directory, meters);
const sampling: SamplingRow[] = [];
for (const meter of Number(values.seconds) > 0 ? meters : []) {
  sampling.push(await samplingCost(known, directory, meter, Number(values.seconds)));
}
for (const meter of meters) meter.close();
rmSync(home, { recursive: true });

if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ benchmark: "measure", machine, accuracy: accuracyRows, overhead: overheadRows, sampling })}\n`,
  );
} else {
  process.stdout.write(
    `${machine.date}, ${machine.cpu_count} × ${machine.cpu_model}, Linux ${machine.kernel}, Node ${machine.node}\n\n`,
  );
  process.stdout.write(`${accuracyTables(accuracyRows)}\n${overheadTables(overheadRows, sampling)}\n`);
}
