import type { DatabaseSync } from "node:sqlite";
import type { Harness } from "../server/harness.ts";
import { copyRows, withDatabase } from "./copy-rows.ts";

/*
 * What was played in a moment is moved to when it would have happened, and gets a day before it. In SQL, because the
 * database's clock says when things happen, and nobody may set it.
 */

/** How long a request waited and ran, and how long ago that ended; 0 while it goes on, or waits. */
export type Past = { id: number; waited: number; ran: number; endedAgo: number };

/** What happens at the end of a run, and after it. */
const AT_THE_END = "('run_ended', 'judged', 'completed', 'finding', 'aborted')";
const DAY_RUNS = 34;

/** Requests begin with this number: small ones look like nothing has ever happened. */
export const FIRST_REQUEST = 5_100;

/** The database of a server that has had requests before. */
export function countFrom(harness: Harness, first: number): Promise<void> {
  return withDatabase(harness, (db) =>
    db.exec(`insert into sqlite_sequence (name, seq) values ('work_requests', ${first - 1})`),
  );
}

/** Moves requests with their runs, events and history into the past (minutes), and copies one of them over the last day; `more` changes the rest. */
export function giveItAPast(
  harness: Harness,
  copied: number,
  pasts: readonly Past[],
  more: (db: DatabaseSync) => void,
): Promise<void> {
  return withDatabase(harness, (db) => {
    more(db);
    for (const past of pasts) moveBack(db, past);
    const begun = `(1420 - n * 40)`;
    const ended = `(${begun} - 9 - (n * 7) % 31)`;
    const id = `${FIRST_REQUEST} - ${DAY_RUNS} + n`;
    const worker = "'builder-' || (1 + n % 3 % 2)";
    copyRows(db, "work_requests", `id = ${copied}`, DAY_RUNS, {
      id,
      subject: "substr('llvm bash curl glib rust node perl zlib', 1 + n % 8 * 5, 4)",
      created_at: ago(`${begun} + 1`),
      pending_at: ago(`${begun} + 1`),
      first_pending_at: ago(`${begun} + 1`),
      started_at: ago(begun),
      completed_at: ago(ended),
      worker_name: worker,
    });
    copyRows(db, "runs", `work_request_id = ${copied}`, DAY_RUNS, {
      id: `(${id}) || '.1'`,
      work_request_id: id,
      worker_name: worker,
      assigned_at: ago(begun),
      started_at: ago(begun),
      ended_at: ago(ended),
      outcome: `case n when 11 then '{"kind":"exited","code":2}' else outcome end`,
    });
  });
}

/** A request that ran on a worker which is suspected. */
export const ON_SUSPECT = FIRST_REQUEST - DAY_RUNS + 1;

/** That worker fails what passes elsewhere, as the run of a request shows. */
export function suspect(db: DatabaseSync, id: number): void {
  const because = "2 of its last 3 runs failed, and passed on another worker";
  const suspicion = { since: new Date(Date.now() - 5_400_000).toISOString(), because, evidence: [`${id}.1`] };
  db.prepare("update workers set suspicion = ? where worker_name = 'builder-2'").run(JSON.stringify(suspicion));
}

/** Runs that were asked for with far more than they used, and an advice that was ignored. */
export function giveAdvice(db: DatabaseSync): void {
  const amount = (value: number) => ({ amount: value, source: "request" });
  const GIB = 2 ** 30;
  const allocation = { memory: amount(GIB), disk_space: amount(GIB), cpu_count: amount(1), duration: amount(600) };
  const insert = db.prepare(`insert into history (task_type, task_name, subject, context, completed_at, result, outcome,
    runtime_statistics, duration_ms, lower_bounds, allocation, trusted)
    values ('worker', 'fetch', 'gcc', '', ?, 'success', '{"kind":"exited","code":0}', ?, 90000, '[]', ?, 1)`);
  for (let run = 1; run <= 12; run += 1) {
    const used = { duration: 90, memory: (40 + run) * 2 ** 20, disk_space: (90 + run) * 2 ** 20 };
    const at = new Date(Date.now() - run * 7_200_000).toISOString();
    insert.run(at, JSON.stringify(used), JSON.stringify({ ...allocation, tags: ["kvm"] }));
  }
  db.prepare(
    `insert into ignored_advice (task_type, task_name, subject, context, resource, asked, enough, ignored_by, ignored_at)
    values ('worker', 'test', 'glibc', '', 'memory', ?, ?, 'ada', ?)`,
  ).run(8 * GIB, GIB, new Date(Date.now() - 3 * 86_400_000).toISOString());
}

function moveBack(db: DatabaseSync, { id, waited, ran, endedAgo }: Past): void {
  const begun = endedAgo + ran;
  db.exec(`update work_requests set
    created_at = ${earlier("created_at", begun + waited)},
    pending_at = ${earlier("pending_at", begun + waited)},
    first_pending_at = ${earlier("first_pending_at", begun + waited)},
    started_at = ${earlier("started_at", begun)},
    completed_at = ${earlier("completed_at", endedAgo)} where id = ${id}`);
  db.exec(`update runs set
    assigned_at = ${earlier("assigned_at", begun)},
    started_at = iif(started_at is null, null, ${earlier("assigned_at", begun - 0.02)}),
    ended_at = ${earlier("ended_at", endedAgo)} where work_request_id = ${id}`);
  db.exec(`update events set at = case
    when kind in ${AT_THE_END} then ${earlier("at", endedAgo)}
    when kind in ('placed', 'started') then ${earlier("at", begun)}
    else ${earlier("at", begun + waited)} end where work_request_id = ${id}`);
  db.exec(`update deliveries set created_at = ${earlier("created_at", endedAgo)},
    ended_at = ${earlier("ended_at", endedAgo)} where work_request_id = ${id}`);
  db.exec(`update findings set found_at = ${earlier("found_at", endedAgo)}, state_at = ${earlier("state_at", endedAgo)}
    where first_run_id = '${id}.1'`);
  db.exec(`update findings set last_seen_at = ${earlier("last_seen_at", endedAgo)} where last_run_id = '${id}.1'`);
  const passedAt = earlier("last_pass ->> 'completed_at'", endedAgo);
  db.exec(`update findings set last_pass = json_set(last_pass, '$.completed_at', ${passedAt})
    where last_pass ->> 'run_id' = '${id}.1'`);
  db.exec(`update history set completed_at = ${earlier("completed_at", endedAgo)} where work_request_id = ${id}`);
}

function earlier(column: string, minutes: number): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column}, '${(-minutes * 60).toFixed(3)} seconds')`;
}

function ago(minutes: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-' || (${minutes}) || ' minutes')`;
}
