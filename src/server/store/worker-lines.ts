import type { WorkerName } from "../../domain/ids.ts";
import type { WorkerLine } from "../../domain/worker-line.ts";
import type { Database } from "./engine.ts";
import { newestFirst } from "./newest-first.ts";
import type { Page, PageQuery } from "./store.ts";
import type { NewWorkerLine, WorkerLineReader, WorkerLineWriter } from "./worker-line-store.ts";

/** Lines of one worker that are kept. */
const MOST_KEPT = 1000;

const COLUMNS = ["id", "at", "level", "text"] as const satisfies readonly (keyof WorkerLine)[];

/** What can be asked about what workers said. */
export function workerLineReader(db: Database): WorkerLineReader {
  return { workerLines: (worker, page) => workerLines(db, worker, page) };
}

/** What a transaction can do to it. */
export function workerLineWriter(db: Database): WorkerLineWriter {
  return { keepWorkerLines: (worker, lines) => keepWorkerLines(db, worker, lines) };
}

/** Served by `worker_lines_by_worker`. */
function workerLines(db: Database, worker: WorkerName, page: PageQuery): Promise<Page<WorkerLine>> {
  return newestFirst(db.selectFrom("worker_lines").select(COLUMNS).where("worker_name", "=", worker), page);
}

/** Served by the unique constraint on session and number, and by `worker_lines_by_worker`. */
async function keepWorkerLines(db: Database, worker_name: WorkerName, lines: readonly NewWorkerLine[]): Promise<void> {
  if (lines.length === 0) return;
  await db
    .insertInto("worker_lines")
    .values(lines.map((line) => ({ ...line, worker_name })))
    .onConflict((conflict) => conflict.columns(["worker_name", "session", "number"]).doNothing())
    .execute();
  const ofWorker = db.selectFrom("worker_lines").select("id").where("worker_name", "=", worker_name);
  const newestTooOld = ofWorker.orderBy("id", "desc").limit(1).offset(MOST_KEPT);
  await db.deleteFrom("worker_lines").where("worker_name", "=", worker_name).where("id", "<=", newestTooOld).execute();
}
