import type { WorkRequestId } from "../../../domain/ids.ts";
import type { Run } from "../../../domain/run.ts";
import type { Worker } from "../../../domain/worker.ts";
import type { FilesData, FileSource } from "../../../web/pages/request-files.ts";
import type { LoopContext } from "../../loop/context.ts";
import { workerOf } from "../../loop/workers.ts";

/** A request takes files of few others; a page names no more of them. */
const MOST_SOURCES = 20;
const MOST_DELIVERIES = 20;

/** Whom was told of a request, and where the files of a run come from. */
export async function readAround(
  { store: { read }, settings }: LoopContext,
  id: WorkRequestId,
  run: Run | undefined,
): Promise<Pick<FilesData, "sources" | "deliveries"> & { worker: Worker | undefined }> {
  const given = [...new Set(run?.inputs.map(({ from }) => from))].slice(0, MOST_SOURCES);
  const [now, told, row, ...newest] = await Promise.all([
    read.now(),
    read.deliveries({ work_request_id: id }, { limit: MOST_DELIVERIES }),
    run === undefined ? undefined : read.worker(run.worker_name),
    ...given.map(async (from) => (await read.runsOf(from)).at(-1)),
  ]);
  const sources = newest.flatMap((one): FileSource[] => (one === undefined ? [] : [one]));
  const worker = row === undefined ? undefined : workerOf(row, now, settings.leaseMs);
  return { sources, deliveries: told.items, worker };
}
