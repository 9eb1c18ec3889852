import { run, Logger } from "graphile-worker";

/*
 * One worker process of graphile-worker. The settings are those of its page on performance
 * (worker.graphile.org/docs/performance, "Quick stats"): 24 jobs at once on 25 connections, jobs fetched 500 at a
 * time (`localQueue`), ends written together (`completeJobBatchDelay: 0`).
 *
 * It deletes finished jobs. Its users who want them kept write a row within the task, which is what is done here.
 */

const [, , connectionString = ""] = process.argv;
const runner = await run({
  preset: {
    worker: {
      connectionString,
      concurrentJobs: 24,
      maxPoolSize: 25,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => () => undefined),
    },
  },
  taskList: {
    async noop(_payload, helpers) {
      const { id, created_at, task_identifier } = helpers.job;
      await helpers.query("insert into job_history (job_id, task, created_at) values ($1, $2, $3)", [
        id,
        task_identifier,
        created_at,
      ]);
    },
  },
});
process.stdout.write("ready\n");
process.once("SIGTERM", () => void runner.stop());
await runner.promise;
