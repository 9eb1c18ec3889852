import type { Finding, FindingState } from "../../../domain/finding.ts";
import { parseRunId, type RunId } from "../../../domain/ids.ts";
import type { FindingData } from "../../../web/pages/finding.ts";
import type { FindingQuery, RegressionsData } from "../../../web/pages/regressions.ts";
import type { LoopContext } from "../../loop/context.ts";
import { findingOf } from "../../loop/change-finding.ts";

const PAGE_ROWS = 100;
/** More open findings than this are not counted: nobody looks through them. */
const MOST_COUNTED = 1000;
const SHOWN_RUNS = 200;

/** A page of the list of findings, and how many are open. */
export async function readFindings(
  { store: { read } }: LoopContext,
  query: FindingQuery,
  cursor: string | undefined,
): Promise<RegressionsData> {
  const { state = "open", ...others } = query;
  const lastEventId = await read.lastEventId();
  const [now, open, page] = await Promise.all([
    read.now(),
    read.findings({ state: "open" }, { limit: MOST_COUNTED }),
    read.findings({ ...others, ...(state !== "all" && { state }) }, { limit: PAGE_ROWS, cursor }),
  ]);
  const count = (wanted: FindingState) => open.items.filter((finding) => finding.state === wanted).length;
  const counts = { new: count("new"), confirmed: count("confirmed"), known: count("known"), fixed: 0 };
  const keptRuns = await readKeptRuns(page.items, (ids) => read.existingWorkRequestIds(ids));
  return { now, lastEventId, query, cursor, counts, findings: page.items, keptRuns, next_cursor: page.next_cursor };
}

/** One finding with the history of its key. Throws `not-found`. */
export async function readFinding({ store: { read } }: LoopContext, id: number): Promise<FindingData> {
  const lastEventId = await read.lastEventId();
  const finding = await findingOf(read, id);
  const { task_type, task_name, subject, context } = finding;
  const [now, people, history, keptRuns] = await Promise.all([
    read.now(),
    read.people(),
    read.history({ task_type, task_name, subject, context }, { limit: SHOWN_RUNS }),
    readKeptRuns([finding], (ids) => read.existingWorkRequestIds(ids)),
  ]);
  return { now, lastEventId, finding, people, entries: history.items, keptRuns };
}

type Existing = LoopContext["store"]["read"]["existingWorkRequestIds"];

/** Of the runs that findings name, those whose requests are still kept. */
async function readKeptRuns(findings: readonly Finding[], existing: Existing): Promise<Set<RunId>> {
  const named = findings.flatMap(({ first_run_id, last_run_id, last_pass }) => [
    first_run_id,
    last_run_id,
    last_pass?.run_id ?? null,
  ]);
  const runs = named.flatMap((id) => {
    const parts = id === null ? undefined : parseRunId(id);
    return id === null || parts === undefined ? [] : [{ id, request: parts.work_request_id }];
  });
  const kept = await existing(runs.map(({ request }) => request));
  return new Set(runs.filter(({ request }) => kept.has(request)).map(({ id }) => id));
}
