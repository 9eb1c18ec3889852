import { describe, expect, it } from "vitest";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import type { NewWorkRequest, Store } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { at, insertIn, KEY, newRequest, newRun, WORKER } from "./records.ts";

/** Requests whose runs started so many seconds after a certain moment; null: placed, but not started. */
async function start(store: Store, fields: Partial<NewWorkRequest>, ...started: (number | null)[]): Promise<void> {
  await store.transaction(async (tx) => {
    for (const seconds of started) {
      const [id] = await insertIn(tx, newRequest(fields));
      await placeIn(tx, id!, 1, seconds); // one was inserted
    }
  });
}

async function placeIn(
  tx: Parameters<Parameters<Store["transaction"]>[0]>[0],
  id: WorkRequestId,
  attempt: number,
  seconds: number | null,
): Promise<void> {
  const run = newRun(id, { attempt, cpu_model: attempt === 1 ? null : "fast" });
  await tx.insertRun(run);
  await tx.updateWorkRequest(id, { status: "running", run_count: attempt, input_size: 1000 * id });
  if (seconds !== null) await tx.updateRun(run.id, undefined, { state: "running", started_at: at(seconds) });
}

describe.each(ENGINES)("runs in flight on $name", (engine) => {
  const databases = useDatabases(engine);

  it("are those of the task that have started, of any subject, oldest request first, and no more than asked for", async () => {
    const store = await databases.open();
    await start(store, {}, 5, null, 3);
    await start(store, { subject: "other" }, 4);
    await start(store, { task_name: "test" }, 1);
    await start(store, { task_type: "server" }, 1);
    const found = await store.read.runsInFlight(KEY, 10);
    const own = { subject: KEY.subject, context: KEY.context, cpu_model: null, worker_name: WORKER };
    expect(found).toEqual([
      { ...own, started_at: at(5), input_size: 1000 },
      { ...own, started_at: at(3), input_size: 3000 },
      { ...own, subject: "other", started_at: at(4), input_size: 4000 },
    ]);
    expect(await store.read.runsInFlight(KEY, 2)).toEqual(found.slice(0, 2));
  });

  it("of a request that is run again are only its newest run, and none once that has ended", async () => {
    const store = await databases.open();
    await start(store, {}, 5);
    const id = 1 as WorkRequestId; // the first one
    const end = { state: "ended", ended_at: at(6), outcome: { kind: "worker_lost" } } as const;
    await store.transaction(async (tx) => {
      await tx.updateRun(runId(id, 1), undefined, end);
      await tx.updateWorkRequest(id, { status: "pending" });
    });
    expect(await store.read.runsInFlight(KEY, 10)).toEqual([]);
    await store.transaction((tx) => placeIn(tx, id, 2, 9));
    expect(await store.read.runsInFlight(KEY, 10)).toMatchObject([{ started_at: at(9), cpu_model: "fast" }]);
  });
});
