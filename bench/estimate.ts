/*
 * How good the estimates are. Run by `npm run bench:estimate -- [FILE|FOLDER…]`, plain or gzip; without any the traces
 * of `../shared/data`. `--json` prints one JSON document, `--splits N` changes the number of random splits (10).
 * Instead, `--ablation` leaves out the parts of the method one by one (also on a made trace of subjects that differ), and
 * `--choices` tries other values of its constants on two halves of the tasks: one to choose by, one to confirm.
 *
 * Each trace is replayed for Almanac and for what others do (`estimate/baselines.ts`): by the protocol of the Sizey paper
 * (30 % of each task's runs given, the others in random order, means over the splits), and online (cold start, in the order
 * of time, each run known once it has ended). Waste in GB·h (10⁹ bytes): what attempts that succeeded had
 * beyond their need ("over"), and what attempts that failed had ("lost"), each times the duration.
 */
import { parseArgs } from "node:util";
import { ABLATIONS } from "./estimate/ablations.ts";
import { almanac } from "./estimate/almanac.ts";
import { barsOf } from "./estimate/bars.ts";
import { BASELINES } from "./estimate/baselines.ts";
import { measureCost } from "./estimate/cost.ts";
import { accuracyOf, type Accuracy } from "./estimate/durations.ts";
import { tryChoices } from "./estimate/choices.ts";
import { engineWith } from "./estimate/engine.ts";
import { deviationsOf } from "./estimate/published.ts";
import {
  ablationTable,
  accuracyTable,
  barTable,
  choiceTable,
  costTable,
  deviationTable,
  overviewTable,
  sizingTable,
  toldEndsTable,
} from "./estimate/report.ts";
import { onlineSizing, paperSizing, type Sizing } from "./estimate/sizing.ts";
import { madeTrace } from "./estimate/made-trace.ts";
import type { Method } from "./estimate/sizer.ts";
import { readTraces, type Trace } from "./estimate/traces.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    splits: { type: "string", default: "10" },
    ablation: { type: "boolean", default: false },
    choices: { type: "boolean", default: false },
  },
});

/** Of four of five runs that outgrow their amount an elastic worker raises the limit in time. */
const ELASTIC_SHARE = 0.8;

/** What a server tells its estimates. */
const told = { withInFlight: true, withMachine: false };

const splits = Math.max(1, Number(values.splits));
const report: Record<string, unknown> = {};

const traces = tracesOrExit();
if (values.ablation) await reportAblations();
else if (values.choices) await reportChoices();
else reportAll();
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);

function tracesOrExit(): Trace[] {
  try {
    const found = readTraces(positionals);
    for (const name of found.skipped) process.stderr.write(`${name}: of no known kind, left out\n`);
    return found.traces;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(2);
  }
}

function reportAll(): void {
  const methods = [...BASELINES, almanac()];
  const sizings: Sizing[] = [];
  for (const trace of traces) {
    show(`\n${trace.name}: ${trace.runs.length} runs\n`);
    sizings.push(...bothProtocols(trace, methods));
  }
  report["sizing"] = sizings;
  report["disk"] = disk();
  report["elastic"] = elastic();
  report["accuracy"] = accuracies();
  report["cost"] = measureCost();
  show(`\nCost\n${costTable(report["cost"] as ReturnType<typeof measureCost>)}`); // set in the line before
  for (const protocol of ["paper", "online"] as const) {
    show(
      `\nAll files, ${protocol} protocol\n${overviewTable(sizings.filter((sizing) => sizing.protocol === protocol))}`,
    );
  }
  const deviations = deviationsOf(sizings);
  report["deviations"] = deviations;
  if (deviations.length > 0) show(`\nBaselines, waste/use (online: waste)\n${deviationTable(deviations)}`);
  const bars = barsOf(sizings);
  report["bars"] = bars;
  if (bars.length > 0) show(`\nBars\n${barTable(bars)}`);
}

function bothProtocols(trace: Trace, methods: readonly Method[]): Sizing[] {
  const paper = methods.flatMap((method) => paperSizing(trace, method, splits) ?? []);
  if (paper.length > 0) show(`\npaper protocol, ${paper[0]!.splits} splits\n${sizingTable(paper)}`); // not empty
  const online = methods.flatMap((method) => onlineSizing(trace, method) ?? []);
  if (online.length > 0) show(`\nonline\n${sizingTable(online)}`);
  return [...paper, ...online];
}

/** Peak disk by the paper protocol, where a trace has it. */
function disk(): Sizing[] {
  const withDisk = traces.filter((trace) => trace.runs.some((run) => run.disk_space !== undefined));
  const methods = [...BASELINES, almanac({ name: "Almanac" }, "disk_space")];
  return withDisk.flatMap((trace) => {
    const sizings = methods.flatMap((method) => paperSizing(trace, method, splits, { sized: "disk_space" }) ?? []);
    show(`\n${trace.name}, disk, paper protocol\n${sizingTable(sizings)}`);
    return sizings;
  });
}

/** Workers that raise limits: for estimates that do not know it, and for such that do. */
function elastic(): Sizing[] {
  const largest = BASELINES.filter(({ name }) => name.startsWith("largest so far"));
  const knowing = almanac({ name: "Almanac, elastic", query: (query) => ({ ...query, elastic: true }) });
  return traces.flatMap((trace) => {
    const methods = [...largest, almanac(), knowing];
    const sizings = methods.flatMap(
      (method) => paperSizing(trace, method, splits, { elasticShare: ELASTIC_SHARE }) ?? [],
    );
    if (sizings.length > 0) show(`\n${trace.name}, elastic workers, paper protocol\n${sizingTable(sizings)}`);
    return sizings;
  });
}

/** Contexts are told to the estimate as machines instead, where they are machines. */
function withoutContexts(trace: Trace): Trace {
  return { ...trace, runs: trace.runs.map((run) => ({ ...run, context: "" })) };
}

/** Durations and cores, of keys with ten known runs and more and an input size. */
function accuracies(): { trace: string; what: string; accuracy: Accuracy }[] {
  const rows = traces.flatMap((trace) => [
    {
      trace: trace.name,
      what: "duration",
      accuracy: accuracyOf(trace.runs, { resource: "duration", ...told, split: 1 }),
    },
    {
      trace: trace.name,
      what: "duration, without runs in flight",
      accuracy: accuracyOf(trace.runs, { resource: "duration", ...told, withInFlight: false, split: 1 }),
    },
    {
      trace: trace.name,
      what: "duration, machine known",
      accuracy: accuracyOf(withoutContexts(trace).runs, { resource: "duration", ...told, withMachine: true, split: 1 }),
    },
    {
      trace: trace.name,
      what: "cores",
      accuracy: accuracyOf(trace.runs, { resource: "cpu_count", ...told, split: 1 }),
    },
  ]);
  const known = rows.filter(({ accuracy }) => accuracy.runs > 0);
  show(`\nAccuracy, keys with 10 known runs and more\n${accuracyTable(known)}`);
  show(`\nThe ends told of them\n${toldEndsTable(known.filter(({ what }) => what === "duration"))}`);
  return known;
}

async function reportAblations(): Promise<void> {
  const methods = await Promise.all(
    ABLATIONS.map(async (ablation) => almanac(ablation, "memory", await engineWith(ablation.constants ?? []))),
  );
  const sizings = [...traces, madeTrace()].flatMap((trace) => bothProtocols(trace, methods));
  report["ablation"] = sizings;
  show(`\nWaste without a part, as a share of the waste with it\n${ablationTable(sizings)}`);
}

async function reportChoices(): Promise<void> {
  const results = await tryChoices(traces, splits, (result) => show(choiceTable([result])));
  report["choices"] = results;
  show(
    `\nWaste with another value, as a share of the waste as it is, on two halves of the tasks\n${choiceTable(results)}`,
  );
}

function show(text: string): void {
  if (!values.json) process.stdout.write(text);
}
