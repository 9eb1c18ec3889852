import { actorOf } from "../authenticate.ts";
import { AppError } from "../../../contract/errors.ts";
import type { LoopContext } from "../../loop/context.ts";
import { aboutWorker, workerStandings } from "../../loop/worker-standings.ts";
import { removeWorker, setDrain, workerOf } from "../../loop/workers.ts";
import type { Handlers } from "../handler.ts";
import { publicRun } from "../public-run.ts";

type Names = "listWorkers" | "getWorker" | "listWorkerLines" | "drainWorker" | "resumeWorker" | "removeWorker";

export function workerHandlers(context: LoopContext): Pick<Handlers, Names> {
  const { read } = context.store;
  const { leaseMs } = context.settings;
  return {
    async listWorkers() {
      const { workers } = await workerStandings(context);
      return { workers };
    },
    async getWorker({ params: { worker_name } }) {
      const row = await read.worker(worker_name);
      if (row === undefined) throw new AppError("not-found", { what: "worker", id: worker_name });
      const runs = await read.activeRuns(worker_name);
      const now = await read.now();
      const worker = workerOf(row, now, leaseMs);
      const about = await aboutWorker(context, row, now);
      return { worker, ...about, runs: runs.map(publicRun) };
    },
    async listWorkerLines({ params: { worker_name }, query }) {
      if ((await read.worker(worker_name)) === undefined)
        throw new AppError("not-found", { what: "worker", id: worker_name });
      return read.workerLines(worker_name, query);
    },
    drainWorker: async ({ params, token }) => ({
      worker: await setDrain(context, params.worker_name, true, actorOf(token)),
    }),
    resumeWorker: async ({ params, token }) => ({
      worker: await setDrain(context, params.worker_name, false, actorOf(token)),
    }),
    async removeWorker({ params: { worker_name }, token }) {
      await removeWorker(context, worker_name, actorOf(token));
      return { removed: worker_name };
    },
  };
}
