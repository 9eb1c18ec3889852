import { setTimeout as delay } from "node:timers/promises";
import type { Contender } from "./contender.ts";
import { cpuUse } from "./cpu-use.ts";

/** How much of everything is done in a round. */
export type Load = {
  /** Jobs submitted one by one, `AT_ONCE` calls at a time. */
  single: number;
  /** Jobs in each of two submitted batches. */
  batch: number;
  /** Jobs submitted and completed with all workers up. */
  through: number;
  /** Jobs submitted each when all before are over. */
  alone: number;
};

/** What one round found of one contender. Rates are jobs a second, times milliseconds, CPU times those of one job. */
export type Figures = {
  submit_single_per_s: number;
  submit_batch_per_s: number;
  through_per_s: number;
  through_p50_ms: number;
  through_p95_ms: number;
  through_database_cpu_ms: number;
  through_other_cpu_ms: number;
  alone_p50_ms: number;
  alone_p95_ms: number;
};

/** Calls of single submissions that are under way at a time. */
const AT_ONCE = 16;
/** Submission of the whole path: jobs in one call, as many as two calls at a time. */
const THROUGH_BATCH = 250;
const POLL_MS = 10;

/** One round with a contender that has just been opened. */
export async function measureRound(contender: Contender, load: Load): Promise<Figures> {
  const submit_single_per_s = await rate(load.single, () => lanes(load.single, AT_ONCE, () => contender.submitOne()));
  const submit_batch_per_s = await rate(2 * load.batch, async () => {
    await contender.submitBatch(load.batch);
    await contender.submitBatch(load.batch);
  });
  await contender.startWorkers();
  await untilIdle(contender); // and all are warm
  const alone: number[] = [];
  for (let index = 0; index < load.alone; index += 1) alone.push(await timeAlone(contender));
  const before = cpuUse();
  const through_per_s = await rate(load.through, async () => {
    await lanes(load.through / THROUGH_BATCH, 2, () => contender.submitBatch(THROUGH_BATCH));
    await untilIdle(contender);
  });
  const after = cpuUse();
  const jobs = await contender.newestJobs(load.through);
  if (jobs.length < load.through) throw new Error(`only ${jobs.length} of ${load.through} jobs are remembered`);
  const through = jobs.map(({ createdMs, completedMs }) => completedMs - createdMs);
  return {
    submit_single_per_s,
    submit_batch_per_s,
    through_per_s,
    through_p50_ms: quantile(through, 0.5),
    through_p95_ms: quantile(through, 0.95),
    through_database_cpu_ms: (1000 * (after.database - before.database)) / load.through,
    through_other_cpu_ms: (1000 * (after.others - before.others)) / load.through,
    alone_p50_ms: quantile(alone, 0.5),
    alone_p95_ms: quantile(alone, 0.95),
  };
}

/** From the call that submits it to the moment that the contender remembers as its end: one machine, one clock. */
async function timeAlone(contender: Contender): Promise<number> {
  const startedMs = Date.now();
  await contender.submitOne();
  await untilIdle(contender);
  const [job] = await contender.newestJobs(1);
  return job!.completedMs - startedMs; // it was just submitted
}

async function untilIdle(contender: Contender): Promise<void> {
  // ends: when the last job is over
  while (!(await contender.isIdle())) await delay(POLL_MS);
}

async function rate(count: number, work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return count / ((performance.now() - startedMs) / 1000);
}

async function lanes(times: number, atOnce: number, step: () => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    // ends: when every number was taken
    while (next < times) {
      next += 1;
      await step();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** The value below which so great a share of the values lies; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
