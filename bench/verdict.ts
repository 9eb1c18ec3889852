/*
 * How right verdicts are. Run by `npm run bench:verdict -- [FILE]`; without a file the real verdicts are those of
 * `../shared/data/verdicts-iofrol.csv.gz`. `--json` prints one JSON document, `--keys N` changes the number of generated keys
 * (600), `--seed N` draws others.
 *
 * Generated histories with a known truth (`verdict/generate.ts`): 100 requests a key, one key in ten has never passed, two of
 * three others break once (for 15 requests on average), one run in a hundred is lost with its worker, the logs of one key in
 * five say nothing. Almanac and three plain rules judge the same keys.
 */
import { parseArgs } from "node:util";
import { table } from "./estimate/report.ts";
import { driftScore, falseAlarms, type DriftScore } from "./verdict/drift.ts";
import { readVerdicts, replay, type Forecast } from "./verdict/real.ts";
import { RULES } from "./verdict/rules.ts";
import { precisionAndRecall, SCORED, scoreRule, type Score } from "./verdict/score.ts";

const FLAKE_RATES = [0, 0.01, 0.05, 0.1, 0.2];
const DEFAULT_FILE = "../shared/data/verdicts-iofrol.csv.gz";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    keys: { type: "string", default: "600" },
    seed: { type: "string", default: "7" },
  },
});

const farm = { keys: Number(values.keys), requests: 100, infrastructureRate: 0.01, seed: Number(values.seed) };

const scores = FLAKE_RATES.flatMap((flakeRate) => RULES.map((rule) => scoreRule(rule, { ...farm, flakeRate })));
show(`\nVerdicts of ${farm.keys} keys with ${farm.requests} requests each\n${verdictTable(scores)}`);
show(`\nPrecision / recall of each of almanac's verdicts\n${kindTable(scores)}`);

const drifts = [
  falseAlarms(0.1, 20, 2000),
  falseAlarms(0.3, 20, 2000),
  ...[0.1, 0.2, 0.5].flatMap((drift) => [0.05, 0.1, 0.2].map((noise) => driftScore(drift, noise, 100))),
];
show(`\nDrift\n${driftTable(drifts)}`);

const real = readReal(positionals[0] ?? DEFAULT_FILE);
if (real !== undefined) show(`\nThe next failure of ${real[0]?.verdicts} real verdicts\n${realTable(real)}`);
const goals = goalsOf(scores);
show(`\n${goals.map(({ goal, isMet }) => `${isMet ? "met    " : "not met"}  ${goal}`).join("\n")}\n`);
if (values.json) process.stdout.write(`${JSON.stringify({ farm, scores, drifts, real, goals }, null, 2)}\n`);

function show(text: string): void {
  if (!values.json) process.stdout.write(text);
}

function readReal(path: string): Forecast[] | undefined {
  try {
    return replay(readVerdicts(path));
  } catch (error) {
    process.stderr.write(`the real verdicts are left out: ${error instanceof Error ? error.message : String(error)}\n`);
    return undefined;
  }
}

function verdictTable(all: readonly Score[]): string {
  const head = [
    "flakes  rule",
    "regression precision",
    "recall",
    "other verdicts right",
    "extra runs",
    "of retry twice",
  ];
  const rows = all.map((score) => {
    const { precision, recall } = precisionAndRecall(score.verdicts.regression);
    const share = score.extra_runs / twiceAt(all, score.flake_rate).extra_runs;
    const name = `${percent(score.flake_rate).padStart(5)}   ${score.rule}`;
    return [
      name,
      number(precision),
      number(recall),
      number(othersRight(score)),
      String(score.extra_runs),
      number(share),
    ];
  });
  return table(head, rows);
}

/** The share of requests other than regressions that were called what they are. */
function othersRight({ verdicts }: Score): number {
  const others = SCORED.filter((kind) => kind !== "regression").map((kind) => verdicts[kind]);
  const sum = (of: "right" | "true_count") => others.reduce((total, counts) => total + counts[of], 0);
  return sum("right") / sum("true_count");
}

function twiceAt(all: readonly Score[], flakeRate: number): Score {
  return all.find(({ rule, flake_rate }) => rule === "retry every failure twice" && flake_rate === flakeRate)!; // each rule was scored at each rate
}

function kindTable(all: readonly Score[]): string {
  const own = all.filter(({ rule }) => rule === "almanac");
  const rows = SCORED.map((kind) => [
    kind,
    ...own.map(({ verdicts }) => {
      const { precision, recall } = precisionAndRecall(verdicts[kind]);
      return `${number(precision)} / ${number(recall)}`;
    }),
  ]);
  return table(["flakes", ...FLAKE_RATES.map(percent)], rows);
}

function driftTable(all: readonly DriftScore[]): string {
  const rows = all.map(({ drift, noise, runs, false_alarms, found, delay_runs, placed }) => [
    drift === 0 ? "stationary" : `+${percent(drift)}`,
    percent(noise),
    String(runs),
    String(false_alarms),
    found === undefined ? "" : percent(found),
    delay_runs === undefined ? "" : `${delay_runs} runs`,
    placed === undefined ? "" : percent(placed),
  ]);
  return table(["drift", "noise", "runs", "false alarms", "found", "after (median)", "first run named ±2"], rows);
}

function realTable(all: readonly Forecast[]): string {
  return table(
    ["estimator", "Brier", "AUC"],
    all.map(({ estimator, brier, auc }) => [estimator, brier.toFixed(4), auc.toFixed(3)]),
  );
}

function goalsOf(all: readonly Score[]): { goal: string; isMet: boolean }[] {
  return FLAKE_RATES.map((rate) => {
    const own = all.find((score) => score.rule === "almanac" && score.flake_rate === rate)!; // as in `twiceAt`
    const { precision = 0, recall = 0 } = precisionAndRecall(own.verdicts.regression);
    const share = own.extra_runs / twiceAt(all, rate).extra_runs;
    const isMet = precision >= 0.97 && recall >= 0.97 && share <= 0.5;
    return { goal: `flakes ${percent(rate)}: precision and recall >= 0.97 with at most half the extra runs`, isMet };
  });
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function number(value: number | undefined): string {
  return value === undefined ? "–" : value.toFixed(3);
}
