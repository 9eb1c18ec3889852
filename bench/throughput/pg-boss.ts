import { join } from "node:path";
import { PgBoss } from "pg-boss";
import { Pool } from "pg";
import { startProgram, WORKERS, type Competitor, type JobTimes, type WorkerProcess } from "./contender.ts";

const PROGRAM = join(import.meta.dirname, "programs/pg-boss.ts");

/** pg-boss on a database of its own. Jobs are submitted through its own `send` and `insert`. */
export function pgBoss(createDatabase: () => Promise<string>): Competitor {
  return {
    name: "pg-boss",
    async open() {
      const url = await createDatabase();
      const pool = new Pool({ connectionString: url, max: 2 });
      const boss = new PgBoss({ connectionString: url, max: 16, schedule: false, supervise: false });
      boss.on("error", (error) => {
        throw error;
      });
      await boss.start();
      await boss.createQueue("noop", { notify: true });
      const workers: WorkerProcess[] = [];
      return {
        async submitOne() {
          await boss.send("noop", {});
        },
        async submitBatch(count) {
          await boss.insert(
            "noop",
            Array.from({ length: count }, () => ({ data: {} })),
          );
        },
        async startWorkers() {
          workers.push(...(await Promise.all(Array.from({ length: WORKERS }, () => startProgram(PROGRAM, url)))));
        },
        async isIdle() {
          const { rows } = await pool.query("select 1 from pgboss.job where state < 'completed' limit 1");
          return rows.length === 0;
        },
        async newestJobs(count) {
          const { rows } = await pool.query<JobTimes>(
            `select extract(epoch from created_on)::float8 * 1000 as "createdMs",
              extract(epoch from completed_on)::float8 * 1000 as "completedMs"
            from pgboss.job where name = 'noop' order by created_on desc limit $1`,
            [count],
          );
          return rows;
        },
        async stop() {
          await Promise.all(workers.map((worker) => worker.stop()));
          await boss.stop();
          await pool.end();
        },
      };
    },
  };
}
