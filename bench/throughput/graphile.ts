import { join } from "node:path";
import { makeWorkerUtils, Logger } from "graphile-worker";
import { Pool } from "pg";
import { startProgram, WORKERS, type Competitor, type JobTimes, type WorkerProcess } from "./contender.ts";

const PROGRAM = join(import.meta.dirname, "programs/graphile.ts");

/** graphile-worker on a database of its own. Jobs are submitted through its own `addJob` and `addJobs`. */
export function graphileWorker(createDatabase: () => Promise<string>): Competitor {
  return {
    name: "graphile-worker",
    async open() {
      const url = await createDatabase();
      const pool = new Pool({ connectionString: url, max: 16 });
      const utils = await makeWorkerUtils({ pgPool: pool, logger: new Logger(() => () => undefined) });
      await utils.migrate();
      await pool.query(`create table job_history (
        id bigint generated always as identity primary key,
        job_id bigint not null,
        task text not null,
        created_at timestamptz not null,
        completed_at timestamptz not null default clock_timestamp()
      )`);
      const workers: WorkerProcess[] = [];
      return {
        async submitOne() {
          await utils.addJob("noop", {});
        },
        async submitBatch(count) {
          await utils.addJobs(Array.from({ length: count }, () => ({ identifier: "noop", payload: {} })));
        },
        async startWorkers() {
          workers.push(...(await Promise.all(Array.from({ length: WORKERS }, () => startProgram(PROGRAM, url)))));
        },
        async isIdle() {
          const { rows } = await pool.query("select 1 from graphile_worker._private_jobs limit 1");
          return rows.length === 0;
        },
        async newestJobs(count) {
          const { rows } = await pool.query<JobTimes>(
            `select extract(epoch from created_at)::float8 * 1000 as "createdMs",
              extract(epoch from completed_at)::float8 * 1000 as "completedMs"
            from job_history order by id desc limit $1`,
            [count],
          );
          return rows;
        },
        async stop() {
          await Promise.all(workers.map((worker) => worker.stop()));
          await utils.release();
          await pool.end();
        },
      };
    },
  };
}
