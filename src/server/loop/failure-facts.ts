import type { FailureFacts } from "../../contract/answers.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { resultOf } from "../../domain/outcome.ts";
import type { Run } from "../../domain/run.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { changedSince } from "../../history/changed-since.ts";
import { isTelling } from "../../verdict/fingerprint.ts";
import type { StoreReader } from "../store/store.ts";

const MOST_ALIKE = 10;
/** Runs among which the last one that passed is looked for. */
const LOOKED_AT = 100;

/** What else is known of how a request's newest run failed: who failed alike, and what changed since it last passed. */
export async function failureFacts(
  read: StoreReader,
  request: WorkRequest,
  run: Run | undefined,
): Promise<FailureFacts | null> {
  if (run === undefined || run.outcome === null || run.ended_at === null) return null;
  const result = resultOf(run.outcome);
  if (result !== "failure" && result !== "error") return null;
  const [alike, passed] = await Promise.all([failedAlike(read, run), lastPass(read, request, run.ended_at)]);
  return {
    first_error: run.failure?.first_error ?? run.failure?.lines[0] ?? null,
    alike,
    last_pass:
      passed === undefined
        ? null
        : {
            run_id: passed.run_id ?? null,
            completed_at: passed.completed_at,
            changes: await changesSince(read, passed, { request, run }),
          },
  };
}

async function failedAlike(read: StoreReader, { failure, work_request_id }: Run): Promise<FailureFacts["alike"]> {
  if (failure === null || !isTelling(failure)) return [];
  // the runs of one request are few: some more are read, so that enough are left without them
  const found = await read.failuresAlike(failure.fingerprint, MOST_ALIKE * 2);
  return found
    .filter(({ run_id }) => run_id?.startsWith(`${work_request_id}.`) !== true)
    .slice(0, MOST_ALIKE)
    .map(({ run_id = null, task_name, subject, completed_at }) => ({ run_id, task_name, subject, completed_at }));
}

async function lastPass(
  read: StoreReader,
  { task_type, task_name, subject, context }: HistoryKey,
  until: string,
): Promise<HistoryEntry | undefined> {
  const { items } = await read.history({ task_type, task_name, subject, context }, { limit: LOOKED_AT, until });
  return items.find(({ result }) => result === "success");
}

async function changesSince(
  read: StoreReader,
  { run_id, work_request_id }: HistoryEntry,
  after: { request: WorkRequest; run: Run },
) {
  if (run_id === undefined || work_request_id === undefined) return null;
  const [request, run] = await Promise.all([read.workRequest(work_request_id), read.run(run_id)]);
  return request === undefined || run === undefined ? null : changedSince({ request, run }, after);
}
