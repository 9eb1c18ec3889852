import type { FailureFacts } from "../../contract/answers.ts";
import type { Finding } from "../../domain/finding.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { LastPass } from "../../domain/last-pass.ts";
import { resultOf } from "../../domain/outcome.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { changedSince } from "../../history/changed-since.ts";
import { isTelling } from "../../verdict/fingerprint.ts";
import type { StoreReader } from "../store/store.ts";

const MOST_ALIKE = 10;
/** Runs among which the last one that passed is looked for. */
const LOOKED_AT = 100;

/** Findings with one mark are few. */
const FEW = { limit: 20 };

/** What is read of earlier runs. */
type PastReader = Pick<StoreReader, "history" | "workRequest" | "run">;

/** What else is known of how a request's newest run failed: who failed alike, and what changed since it last passed. */
export async function failureFacts(
  read: StoreReader,
  request: WorkRequest,
  run: Run | undefined,
): Promise<FailureFacts | null> {
  if (run === undefined || run.outcome === null || run.ended_at === null) return null;
  const result = resultOf(run.outcome);
  if (result !== "failure" && result !== "error") return null;
  const [alike, last_pass, finding] = await Promise.all([
    failedAlike(read, run),
    lastPassBefore(read, { request, run }),
    findingOfFailure(read, request),
  ]);
  return { first_error: run.failure?.first_error ?? run.failure?.lines[0] ?? null, alike, last_pass, finding };
}

/** The newest finding of a failure: of its key or of the farm, with its mark; of a known one in other words, what is open of its key. */
async function findingOfFailure(
  read: StoreReader,
  { verdict, task_name, subject, context }: WorkRequest,
): Promise<FailureFacts["finding"]> {
  const key = { task_name, subject, context };
  const marked =
    verdict?.fingerprint === undefined ? [] : (await read.findings({ fingerprint: verdict.fingerprint }, FEW)).items;
  const isOwn = (other: Finding) =>
    other.task_name === task_name && other.subject === subject && other.context === context;
  let found = marked.find((other) => other.kind === "farm" || isOwn(other));
  if (found === undefined && verdict?.kind === "known_failure") {
    [found] = (await read.findings({ ...key, kind: "regression", state: "open" }, FEW)).items;
  }
  return found === undefined ? null : { id: found.id, state: found.state, owner: found.owner };
}

/** The last run of the key that passed before a run that has ended, and what this one had otherwise; null: none is known. */
export async function lastPassBefore(
  read: PastReader,
  after: { request: WorkRequest; run: Run },
): Promise<LastPass | null> {
  const { task_type, task_name, subject, context } = after.request;
  const until = after.run.ended_at ?? undefined;
  const { items } = await read.history({ task_type, task_name, subject, context }, { limit: LOOKED_AT, until });
  const passed = items.find(({ result, run_id }) => result === "success" && run_id !== after.run.id);
  if (passed === undefined) return null;
  const { run_id = null, completed_at } = passed;
  return { run_id, completed_at, changes: await changesSince(read, passed, after) };
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

async function changesSince(
  read: PastReader,
  { run_id, work_request_id }: HistoryEntry,
  after: { request: WorkRequest; run: Run },
) {
  if (run_id === undefined || work_request_id === undefined) return null;
  const [request, run] = await Promise.all([read.workRequest(work_request_id), read.run(run_id)]);
  return request === undefined || run === undefined ? null : changedSince({ request, run }, after);
}
