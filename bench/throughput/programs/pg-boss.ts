import { PgBoss } from "pg-boss";

/*
 * One worker process of pg-boss. As its documentation of `work` says for throughput: jobs in batches, which are
 * completed in one statement; `burstWhenBatchFull`, so that full batches follow each other without a pause; and
 * notifications, so that a new job need not wait for the next poll. Completed jobs stay in its table for 7 days
 * (`deleteAfterSeconds`), which is the history that it keeps.
 */

const [, , connectionString = "", batchSize = "500"] = process.argv;
const boss = new PgBoss({ connectionString, useListenNotify: true, schedule: false, supervise: false });
boss.on("error", (error) => {
  throw error;
});
await boss.start();
await boss.work(
  "noop",
  { batchSize: Number(batchSize), burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 },
  async () => undefined,
);
process.stdout.write("ready\n");
process.once("SIGTERM", () => void boss.stop());
