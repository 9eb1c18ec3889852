import { loadavg } from "node:os";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { startPostgres } from "../test/postgres/start.ts";
import { almanac } from "./throughput/almanac.ts";
import type { Competitor } from "./throughput/contender.ts";
import { graphileWorker } from "./throughput/graphile.ts";
import { measureRound, quantile, type Figures, type Load } from "./throughput/measure.ts";
import { pgBoss } from "./throughput/pg-boss.ts";

/*
 * No-op jobs through Almanac, graphile-worker and pg-boss: submitted, and submitted, run by 4 worker processes and
 * completed, with the history of jobs kept. One PostgreSQL for all, as it comes (all commits synced), a fresh
 * database for each contender and round; the rounds go through all contenders in turn, so that a busy machine is
 * busy for all. Run by `npm run bench:throughput`; `-- --json` prints one JSON document; `--rounds N`, `--jobs N`,
 * `--only NAME,…`.
 */

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    jobs: { type: "string", default: "4000" },
    only: { type: "string" },
  },
});
const through = Number(values.jobs);
const load: Load = { single: 400, batch: 500, alone: 30, through };

type Name = keyof Figures;
type Spread = { median: number; least: number; most: number };
type Row = { contender: string; figures: Record<Name, Spread> };

const postgres = await startPostgres({ shared_buffers: "256MB", max_connections: "200", synchronous_commit: "on" });
try {
  const rows = await measure(competitors());
  const rates = ["through_per_s", "submit_single_per_s", "submit_batch_per_s"] as const;
  const ratios = rates.flatMap((figure) => ratiosOf(rows, figure));
  if (values.json) process.stdout.write(`${JSON.stringify(documentOf(rows, ratios), null, 2)}\n`);
  else print(rows, ratios);
} finally {
  await postgres.stop();
}

function competitors(): Competitor[] {
  let count = 0;
  const createDatabase = () => {
    count += 1;
    return postgres.createDatabase(`bench${count}`);
  };
  const all = [
    almanac("Almanac on PostgreSQL", createDatabase),
    graphileWorker(createDatabase),
    pgBoss(createDatabase),
    almanac("Almanac on SQLite", () => Promise.resolve(undefined)),
  ];
  const only = values.only?.split(",");
  return only === undefined ? all : all.filter(({ name }) => only.some((part) => name.includes(part)));
}

async function measure(contenders: readonly Competitor[]): Promise<Row[]> {
  const found = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const { name, open } of contenders) {
      const contender = await open();
      try {
        const figures = await measureRound(contender, load);
        found.get(name)!.push(figures); // a list for each
        process.stderr.write(`round ${round}: ${name} ${Math.round(figures.through_per_s)} jobs/s\n`);
      } finally {
        await contender.stop();
      }
    }
  }
  return [...found].map(([contender, rounds]) => ({ contender, figures: spreadOf(rounds) }));
}

function spreadOf(rounds: readonly Figures[]): Record<Name, Spread> {
  const names = Object.keys(rounds[0] ?? {}) as Name[]; // all rounds have the same
  const of = (name: Name) => rounds.map((figures) => figures[name]);
  return Object.fromEntries(
    names.map((name) => [
      name,
      { median: quantile(of(name), 0.5), least: Math.min(...of(name)), most: Math.max(...of(name)) },
    ]),
  ) as Record<Name, Spread>; // one for each name
}

type Ratio = { figure: string; of: string; to: string; ratio: number };

/** Almanac's medians as parts of each other contender's. */
function ratiosOf(rows: readonly Row[], figure: Name): Ratio[] {
  const ours = rows.filter(({ contender }) => contender.startsWith("Almanac"));
  const others = rows.filter((row) => !ours.includes(row));
  return ours.flatMap((our) =>
    others.map((other) => ({
      figure,
      of: our.contender,
      to: other.contender,
      ratio: our.figures[figure].median / other.figures[figure].median,
    })),
  );
}

function documentOf(rows: readonly Row[], ratios: readonly Ratio[]) {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load: loadavg() };
  const { rounds } = values;
  return { bench: "throughput", at: new Date().toISOString(), machine, rounds: Number(rounds), load, rows, ratios };
}

function print(rows: readonly Row[], ratios: readonly Ratio[]): void {
  const titles: Record<Name, string> = {
    through_per_s: "submitted, run and completed, jobs/s",
    through_p50_ms: "  of these, from submission to end, p50 ms",
    through_p95_ms: "  of these, from submission to end, p95 ms",
    through_database_cpu_ms: "  CPU time of PostgreSQL for each, ms",
    through_other_cpu_ms: "  CPU time of everything else for each, ms",
    alone_p50_ms: "one job at a time, p50 ms",
    alone_p95_ms: "one job at a time, p95 ms",
    submit_single_per_s: "submitted one by one, 16 at once, jobs/s",
    submit_batch_per_s: "submitted 500 in a call, jobs/s",
  };
  for (const [name, title] of Object.entries(titles) as [Name, string][]) {
    process.stdout.write(`${title}\n`);
    for (const { contender, figures } of rows) {
      const { median, least, most } = figures[name];
      process.stdout.write(`    ${contender.padEnd(22)}${rounded(median)}  (${rounded(least)} to ${rounded(most)})\n`);
    }
  }
  for (const { figure, of, to, ratio } of ratios) {
    process.stdout.write(`${figure}: ${of} / ${to} = ${ratio.toFixed(2)}\n`);
  }
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
}
