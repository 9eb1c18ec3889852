import type { Harness } from "../server/harness.ts";
import { copyRows, withDatabase } from "./copy-rows.ts";
import { startExample, type Example } from "./example.ts";

/** How much there is in a large farm. */
export type FarmSize = { requests: number; waiting: number; workers: number; runsEach: number; history: number };

/**
 * The example, and beside it as much as a large farm has: made by copying the example's own rows in SQL, because to play
 * so many runs would take hours. What is measured is how they are read.
 */
export async function startLargeFarm(size: FarmSize): Promise<Example> {
  const example = await startExample();
  const { harness, ids } = example;
  await withDatabase(harness, (db) => {
    copyRows(db, "workers", "worker_name = 'builder-1'", size.workers, {
      worker_name: "'worker-' || printf('%05d', n)",
    });
    const name = { subject: "'package-' || (n % 5000)", created_by: "'person-' || (n % 40)" };
    copyRows(db, "work_requests", `id = ${ids.passed}`, size.requests, { ...name, id: FIRST_ID, task_name: TASK });
    copyRows(db, "runs", `work_request_id = ${ids.passed}`, size.requests, {
      id: `(${FIRST_ID}) || '.1'`,
      work_request_id: FIRST_ID,
      worker_name: `'worker-' || printf('%05d', n % ${size.workers})`,
      measurement: "null",
    });
    copyRows(db, "history", "id = 1", size.history, {
      id: "null",
      task_name: TASK,
      subject: name.subject,
      context: CONTEXT,
      completed_at: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n * 4) || ' seconds')",
      import_hash: "null",
    });
    // runs of one key with their curves, which lie behind the curve of the next
    const curved = `id = ${ids.passed}`;
    copyRows(db, "work_requests", curved, CURVED_RUNS, { id: FIRST_CURVED });
    copyRows(db, "runs", `work_request_${curved}`, CURVED_RUNS, {
      id: `(${FIRST_CURVED}) || '.1'`,
      work_request_id: FIRST_CURVED,
    });
    copyRows(db, "history", `work_request_${curved}`, CURVED_RUNS, {
      id: "null",
      work_request_id: FIRST_CURVED,
      run_id: `(${FIRST_CURVED}) || '.1'`,
      completed_at: "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (n + 5) || ' hours')",
      import_hash: "null",
    });
    const second = `${FIRST_ID} + ${size.requests}`;
    copyRows(db, "work_requests", `id = ${ids.running}`, size.workers * size.runsEach, {
      ...name,
      id: second,
      task_name: TASK,
    });
    copyRows(db, "runs", `work_request_id = ${ids.running}`, size.workers * size.runsEach, {
      id: `(${second}) || '.1'`,
      work_request_id: second,
      worker_name: `'worker-' || printf('%05d', n / ${size.runsEach})`,
      lease_token: "'lease-' || n",
    });
    const third = `${second} + ${size.workers * size.runsEach}`;
    copyRows(db, "work_requests", `id = ${ids.tooLarge}`, size.waiting, { ...name, id: third, task_name: TASK });
    copyRows(db, "findings", "kind = 'regression'", FINDINGS, { id: "null", subject: name.subject, task_name: TASK });
  });
  return example;
}

const FIRST_ID = "10000 + n";
const FIRST_CURVED = "1000000 + n";
const CURVED_RUNS = 40;
/** More than one page of them shows. */
const FINDINGS = 300;
const TASK = "'task-' || (n % 200)";
/** So that every task has a history in each of them. */
const CONTEXT = "'context-' || (n / 200 % 5)";

/** The pages that have most to show there. */
export const LARGE_PAGES: Record<string, (example: { ids: Example["ids"]; harness: Harness }) => string> = {
  overview: () => "/",
  requests: () => "/r",
  "requests of one task": () => "/r?task_name=task-7",
  "requests of one task with a result": () => "/r?task_name=task-7&result=success",
  "requests of one worker": () => "/r?worker=worker-00001",
  "requests that nobody made": () => "/r?created_by=nobody&status=completed",
  "requests that ended last": () => "/r?order=ended",
  "regressions of a day, of which there is one": () => `/r?verdict_kind=regression&since=${aDayAgo()}`,
  "failures of a day, of which there are few": () => `/r?result=failure&since=${aDayAgo()}`,
  regressions: () => "/regressions",
  "running requests": () => "/r?status=running",
  "a request with twenty curves behind its own": ({ ids }) => `/r/${ids.passed}`,
  "a request that waits": ({ ids }) => `/r/${ids.tooLarge}`,
  "a history": () => "/history?task_name=task-7",
  tasks: () => "/t",
  "tasks by how much they grow": () => "/t?sort=growth",
  workers: () => "/workers",
  "a worker": () => "/workers/worker-00001",
};

function aDayAgo(): string {
  return new Date(Date.now() - 86_400_000).toISOString();
}
