import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunId, WorkRequestId } from "../../src/domain/ids.ts";
import type { StoreTransaction } from "../../src/server/store/store.ts";
import { ENGINES, useDatabases } from "./engines.ts";
import { postgresPlanner, sqlitePlanner, type Planner } from "./plans.ts";
import { at, WORKER } from "./records.ts";

const ROWS = 20_000;

/** Fills each table as a server in use would; the same SQL on both engines. */
const FILL = [
  `insert into work_requests (name, task_type, task_name, subject, context, status, result, task_data, reactions, requirements,
     allocation, priority_base, unblock_strategy, allow_failure, trusted, submission_id, created_at, created_by,
     pending_at, not_before, expires_at, completed_at, run_count, workflow_id)
   select 'r' || i, 'worker', 'task' || (i % 50), 'subject' || (i % 900), 'context' || (i % 7),
     case when i % 10 < 4 then 'pending' when i % 1000 = 7 then 'blocked' else 'completed' end,
     case when i % 10 < 4 or i % 1000 = 7 then null when i % 100 = 3 then 'failure' else 'success' end,
     cast('{"command": ["' || i || '${"a long command line ".repeat(20)}"]}' as JSON_TYPE), '{}', '{}',
     case when i % 1000 = 0 then null else cast('{}' as JSON_TYPE) end, i % 7, 'deps', false, true, null,
     '2030-01-01T00:00:00.000Z', 'user' || (i % 800), '2030-01-01T00:00:00.000Z',
     case when i % 1000 = 1 then cast('2030-01-02T00:00:00.000Z' as TIMESTAMP_TYPE) end,
     case when i % 100 = 5 then cast('2030-02-01T00:00:00.000Z' as TIMESTAMP_TYPE) end,
     case when i % 10 >= 4 and i % 1000 <> 7
       then cast('2030-01-' || (10 + i % 20) || 'T00:00:00.000Z' as TIMESTAMP_TYPE) end, 0,
     case when i % 3 = 1 then i / 300 + 1 end from n`,
  `insert into work_request_dependencies select i + 1, i from n where i < ${ROWS}`,
  `insert into runs (id, work_request_id, attempt, state, worker_name, allocation, estimate, placement, assigned_at,
     outcome, runtime_statistics, outputs, log, lease_token, lease_expires_at)
   select i || '.1', i, 1, case when i % 1000 = 7 then 'running' else 'ended' end, 'worker' || (i % 300), '{}', '{}',
     '{}', '2030-01-01T00:00:00.000Z', case when i % 1000 = 7 then null else cast('{}' as JSON_TYPE) end, '{}', '[]', '{}', 't',
     '2030-01-01T00:00:00.000Z' from n`,
  `insert into workers (worker_name, drain, wants_work, sequence, capacity, tags, tasks, cpu_model, version,
     measure_method, joined_at, last_seen_at)
   select 'worker' || i, false, true, 1, '{}', '[]', '{}', 'cpu', '1', 'proc', '2030-01-01T00:00:00.000Z',
     '2030-01-01T00:00:00.000Z' from n where i < 300`,
  `insert into worker_lines (worker_name, session, number, at, level, text)
   select 'worker' || (1 + i % 200), 's', i, '2030-01-01T00:00:00.000Z', 'info', 'said ' || i from n`,
  `insert into artifacts (sha256, size, is_stored, keep_until, is_removing)
   select 'sha' || i, 1, true, case when i % 1000 = 0 then cast('2030-01-01T00:00:00.000Z' as TIMESTAMP_TYPE) end, false
   from n`,
  `insert into artifact_uses select i, 1 + (i * 7) % ${ROWS} from n`,
  `insert into history (task_type, task_name, subject, context, completed_at, result, outcome, runtime_statistics,
     lower_bounds, trusted, worker_name)
   select 'worker', 'task' || (i % 50), 'subject' || (i % 900), 'context' || (i % 7), '2030-01-01T00:00:00.000Z',
     case when i % 100 = 3 then 'failure' else 'success' end, '{}', '{}', '[]', true, 'worker' || (i % 300) from n`,
  `insert into findings (kind, state, task_type, task_name, subject, context, because, confidence, fingerprint, run_count, request_count, stopped_count,
     found_at, last_seen_at, state_at)
   select case when i % 3 = 0 then 'memory' when i % 3 = 1 then 'farm' else 'regression' end, case when i % 20 = 0 then 'new' else 'fixed' end, 'worker',
     'task' || (i % 50), 'subject' || (i % 900), 'context' || (i % 7), '', 1, 'mark' || i, 1, 1, 0, '2030-01-01T00:00:00.000Z',
     '2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z' from n`,
  `insert into task_courses select 'worker', 'task' || (i % 50), 'context' || i, 1, false, 0, '2030-01-01T00:00:00.000Z', 0, 0,
     null, null, null, null, null, '[]' from n`,
  `insert into deliveries (reaction, action, work_request_id, payload, state, attempts, next_attempt_at, created_at, ended_at)
   select 'on_success', 'mailto:a@b', i, '{}', case when i % 1000 = 0 then 'waiting' else 'delivered' end, 1,
     case when i % 1000 = 0 then cast('2030-01-01T00:00:00.000Z' as TIMESTAMP_TYPE) end, '2030-01-01T00:00:00.000Z',
     case when i % 1000 = 0 then null else cast('2030-01-01T00:00:00.000Z' as TIMESTAMP_TYPE) end from n`,
  `insert into estimate_states select 'key' || i, 'worker', 'task' || (i % 900), '{}', '2030-01-01T00:00:00.000Z' from n`,
  `insert into accuracy_days select 'worker', 'task' || (i % 200), '2030-01-' || (10 + i / 200 % 20) || (i / 4000), '{}' from n`,
  `insert into tokens (name, scope, worker_name, secret_hash, created_at)
   select 'n', 'worker', 'worker' || i, 'hash' || i, '2030-01-01T00:00:00.000Z' from n`,
  `insert into events (at, kind, work_request_id, data)
   select '2030-01-01T00:00:00.000Z', 'created', case when i % 500 = 0 then null else i % 5000 end, '{}' from n`,
  `insert into submissions (created_by, submission_key, body_hash, created_at, orphaned_at)
   select 'me', 'key' || i, 'h', '2030-01-01T00:00:00.000Z',
     case when i % 1000 = 0 then cast('2030-01-01T00:00:00.000Z' as TIMESTAMP_TYPE) end from n`,
];

const ID = 777 as WorkRequestId;
const RUN = "777.1" as RunId;
const TASK = { task_type: "worker", task_name: "task7" } as const;
const FULL_KEY = { ...TASK, subject: "subject7", context: "context3" };
const FINDING_KEY = { task_name: "task7", subject: "subject7", context: "context3" };
const PAGE = { limit: 50 };

/** Every call that runs often or over large tables, and the indexes that must serve it. */
const CALLS: [string, (tx: StoreTransaction) => Promise<unknown>, RegExp[]][] = [
  ["workRequest", (tx) => tx.workRequest(ID), [/work_requests_pkey|PRIMARY KEY/, /work_request_dependencies/]],
  ["lockWorkRequest", (tx) => tx.lockWorkRequest(ID), [/work_requests_pkey|PRIMARY KEY/]],
  ["artifact", (tx) => tx.artifact("sha7"), [/artifacts_by_sha256/]],
  [
    "newestOutputs",
    (tx) => tx.newestOutputs([ID]),
    [/work_requests_pkey|PRIMARY KEY/, /runs_work_request_id|autoindex_runs/],
  ],
  [
    "claimArtifact",
    (tx) => tx.claimArtifact({ sha256: "sha7", size: 1 }, at(0)),
    [], // an insertion
  ],
  ["useArtifacts", (tx) => tx.useArtifacts(ID, [{ sha256: "sha7", size: 1 }]), [/artifacts_by_sha256/]],
  ["takeUnusedArtifacts", (tx) => tx.takeUnusedArtifacts(at(0), 50), [/artifacts_expiry/]],
  ["updateWorkRequest", (tx) => tx.updateWorkRequest(ID, { run_count: 1 }), [/work_requests_pkey|PRIMARY KEY/]],
  ["the list of all", (tx) => tx.workRequests({}, PAGE), []],
  ["the list by status", (tx) => tx.workRequests({ status: "blocked" }, PAGE), [/work_requests_by_status/]],
  [
    "the list by result",
    (tx) => tx.workRequests({ result: "error" }, PAGE),
    [/work_requests_(by_result|failed_by_end)/],
  ],
  ["the list by task", (tx) => tx.workRequests({ task_name: "none" }, PAGE), [/work_requests_by_task/]],
  ["the list by subject", (tx) => tx.workRequests({ subject: "subject7" }, PAGE), [/work_requests_by_subject/]],
  ["the list by context", (tx) => tx.workRequests({ context: "none" }, PAGE), [/work_requests_by_context/]],
  ["the list by creator", (tx) => tx.workRequests({ created_by: "user7" }, PAGE), [/work_requests_by_creator/]],
  ["the list by worker", (tx) => tx.workRequests({ worker: WORKER }, PAGE), [/runs_by_worker/]],
  ["the list by end", (tx) => tx.workRequests({ since: at(0) }, PAGE), [/work_requests_by_end/]],
  [
    "the list by end of what passed",
    (tx) => tx.workRequests({ order: "ended", result: "success" }, PAGE),
    [/work_requests_by_end/],
  ],
  [
    "the list by end of a verdict",
    (tx) => tx.workRequests({ since: at(0), verdict_kind: "regression" }, PAGE),
    [/work_requests_told_by_end/],
  ],
  [
    "the list by end of what failed",
    (tx) => tx.workRequests({ since: at(0), result: "failure" }, PAGE),
    [/work_requests_failed_by_end/],
  ],
  ["failuresSince", (tx) => tx.failuresSince(at(0)), [/work_requests_failed_by_end/]],
  ["waitsLongest of what is pending", (tx) => tx.waitsLongest("pending"), [/work_requests_waiting/]],
  ["waitsLongest of what is blocked", (tx) => tx.waitsLongest("blocked"), [/work_requests_by_status/]],
  ["waitingFor", (tx) => tx.waitingFor("blocked", 50), [/work_requests_by_status/]],
  ["existingWorkRequestIds", (tx) => tx.existingWorkRequestIds([ID]), [/work_requests_pkey|PRIMARY KEY/]],
  ["countByStatus", (tx) => tx.countByStatus(), [/work_requests_by_status/]],
  ["submission", (tx) => tx.submission("key7"), [/submissions_key/]],
  ["requestGraph", (tx) => tx.requestGraph(ID, 40), [/work_request_dependents/, /work_requests_pkey|PRIMARY KEY/]],
  ["dependentsOf", (tx) => tx.dependentsOf(ID), [/work_request_dependents/]],
  ["pending", (tx) => tx.pending(at(0), 50), [/work_requests_pending\b/]],
  ["planRows", (tx) => tx.planRows([ID]), [/work_requests_pkey|PRIMARY KEY/]],
  ["pendingAfter", (tx) => tx.pendingAfter(ID, 50), [/work_requests_by_status|work_requests_pkey/]],
  ["unprepared", (tx) => tx.unprepared(50), [/work_requests_unprepared/]],
  ["nextNotBefore", (tx) => tx.nextNotBefore(at(0)), [/work_requests_not_before/]],
  [
    "forgetAllocations",
    (tx) => tx.forgetAllocations(FULL_KEY, 3),
    [/work_requests_pending_key/, /work_requests_guessed/],
  ],
  [
    "deleteExpired",
    (tx) => tx.deleteExpired(at(0), 50),
    [
      /submissions_orphaned/,
      /work_requests_expiry/,
      /work_request_dependents/,
      /artifact_uses_(pkey|by_artifact)|autoindex_artifact_uses/,
      /events_by_request/,
      /work_requests_submission/,
    ],
  ],
  ["workflows", (tx) => tx.workflows(PAGE), [/work_requests_workflows/]],
  ["members", (tx) => tx.members(ID), [/work_requests_(by_workflow|member)/]],
  ["supersededMembers", (tx) => tx.supersededMembers(ID), [/work_requests_(by_workflow|member)/]],
  ["openMembers", (tx) => tx.openMembers(ID, 50), [/work_requests_open_members/]],
  ["goingWorkflows", (tx) => tx.goingWorkflows(), [/work_requests_(running|workflows)/, /work_requests_open_members/]],
  ["run", (tx) => tx.run(RUN), [/runs_pkey|sqlite_autoindex_runs_1/]],
  ["runsOf", (tx) => tx.runsOf(ID), [/runs_work_request_id_attempt_key|sqlite_autoindex_runs_2/]],
  ["runsOn", (tx) => tx.runsOn(WORKER, {}, 50), [/runs_by_worker/]],
  ["outcomesOn", (tx) => tx.outcomesOn(WORKER, {}, 50), [/runs_by_worker/]],
  ["runsInErrorSince", (tx) => tx.runsInErrorSince(at(0)), [/runs_in_error/]],
  ["updateRun", (tx) => tx.updateRun(RUN, "t", {}), [/runs_pkey|sqlite_autoindex_runs_1/]],
  ["reviveLostRun", (tx) => tx.reviveLostRun(RUN, "t", {}), [/runs_pkey|sqlite_autoindex_runs_1/]],
  ["activeRuns", (tx) => tx.activeRuns(), [/runs_active|runs_lease/]],
  ["runningRequests", (tx) => tx.runningRequests(20), [/runs_active|runs_lease/]],
  ["workerLoads", (tx) => tx.workerLoads(), [/runs_active|runs_lease/]],
  ["runLoads", (tx) => tx.runLoads(WORKER), [/runs_active/]],
  ["activeRuns of a worker", (tx) => tx.activeRuns(WORKER), [/runs_active/]],
  [
    "runsInFlight",
    (tx) => tx.runsInFlight(TASK, 64),
    [/work_requests_running/, /runs_work_request_id_attempt_key|sqlite_autoindex_runs_2/],
  ],
  ["predictedRuns", (tx) => tx.predictedRuns([RUN]), [/runs_pkey|sqlite_autoindex_runs_1/]],
  ["runCurves", (tx) => tx.runCurves([RUN]), [/runs_pkey|sqlite_autoindex_runs_1/]],
  [
    "pastReservations",
    (tx) => tx.pastReservations(at(0), 50),
    [/work_requests_by_end/, /runs_work_request_id_attempt_key|sqlite_autoindex_runs_2/],
  ],
  [
    "presentReservations",
    (tx) => tx.presentReservations(50),
    [/work_requests_running/, /runs_work_request_id_attempt_key|sqlite_autoindex_runs_2/],
  ],
  ["goingRuns", (tx) => tx.goingRuns(), [/runs_active|runs_lease/]],
  ["runFigures", (tx) => tx.runFigures(), [/runs_active|runs_lease/]],
  ["runFigures of some", (tx) => tx.runFigures([ID]), [/runs_active|runs_lease|work_request_id/]],
  ["expiredRuns", (tx) => tx.expiredRuns(at(0)), [/runs_lease|runs_active/]],
  [
    "renewLeases",
    (tx) => tx.renewLeases([{ run_id: RUN, lease_token: "t" }], at(0)),
    [/runs_pkey|sqlite_autoindex_runs_1/],
  ],
  ["extendAllLeases", (tx) => tx.extendAllLeases(at(0)), [/runs_lease|runs_active/]],
  ["resetAllLeases", (tx) => tx.resetAllLeases(at(0)), [/runs_lease|runs_active/]],
  ["history of a key", (tx) => tx.history(FULL_KEY, PAGE), [/history_by_(key|subject)/]],
  ["history of a subject", (tx) => tx.history({ ...TASK, subject: "subject7" }, PAGE), [/history_by_subject/]],
  ["history of a worker", (tx) => tx.history({ ...TASK, worker: "worker7" }, PAGE), [/history_by_worker/]],
  ["history of a context", (tx) => tx.history({ ...TASK, context: "context3" }, PAGE), [/history_by_context/]],
  ["history of a task", (tx) => tx.history({ ...TASK }, PAGE), [/history_by_task/]],
  ["lastEntry", (tx) => tx.lastEntry("entry", FULL_KEY), [/history_by_(key|subject)/]],
  ["lastEntry, success", (tx) => tx.lastEntry("success", FULL_KEY), [/history_last_success/]],
  ["lastEntry, failure", (tx) => tx.lastEntry("failure", FULL_KEY), [/history_last_failure/]],
  [
    "trimHistory",
    (tx) => tx.trimHistory(FULL_KEY, { old_items_to_keep: 5 }),
    [/history_by_key/, /history_last_success/, /history_last_failure/],
  ],
  ["measuredRuns", (tx) => tx.measuredRuns(FULL_KEY, undefined, 200), [/history_last_success/]],
  ["measuredRuns since", (tx) => tx.measuredRuns(FULL_KEY, at(0), 200), [/history_last_success/]],
  ["judgedRuns", (tx) => tx.judgedRuns(FULL_KEY, 200), [/history_by_(key|subject)/]],
  ["failuresAlike", (tx) => tx.failuresAlike("mark7", 50), [/history_by_fingerprint/]],
  ["recentRunsOn", (tx) => tx.recentRunsOn({ worker_name: WORKER, resumed_at: null }, 20), [/runs_by_worker/]],
  ["setPersonVerdict", (tx) => tx.setPersonVerdict(ID, "flaky"), [/history_by_request/]],
  ["findings of a key", (tx) => tx.findings({ ...FINDING_KEY, kind: "memory" }, { limit: 5 }), [/findings_by_key/]],
  [
    "open findings of a key",
    (tx) => tx.findings({ ...FINDING_KEY, kind: "memory", state: "open" }, { limit: 10 }),
    [/findings_by_key|findings_by_state/],
  ],
  ["findings alike", (tx) => tx.findings({ kind: "farm", fingerprint: "mark7" }, PAGE), [/findings_by_fingerprint/]],
  ["findings in a state", (tx) => tx.findings({ state: "new" }, PAGE), [/findings_by_state/]],
  ["findings of a task", (tx) => tx.findings({ task_name: "task7", context: "context3" }, PAGE), [/findings_by_key/]],
  ["findings of somebody", (tx) => tx.findings({ owner: "none", state: "open" }, PAGE), [/findings_by_(owner|state)/]],
  ["findings of a kind", (tx) => tx.findings({ kind: "memory" }, PAGE), [/findings_by_(kind|state)|findings_pkey/]],
  ["deliveries of a request", (tx) => tx.deliveries({ work_request_id: ID }, PAGE), [/deliveries_by_request/]],
  ["deliveries in a state", (tx) => tx.deliveries({ state: "waiting" }, PAGE), [/deliveries_by_state/]],
  ["dueDeliveries", (tx) => tx.dueDeliveries(at(0), 1), [/deliveries_due/]],
  ["nextDelivery", (tx) => tx.nextDelivery(), [/deliveries_due/]],
  ["trimDeliveries", (tx) => tx.trimDeliveries(at(-9_000_000)), [/deliveries_ended/]],
  ["newestTimes", (tx) => tx.newestTimes(50), [/history_pkey|PRIMARY KEY/]],
  ["newestRuns", (tx) => tx.newestRuns(50), [/history_by_request/, /work_requests_pkey|PRIMARY KEY/]],
  ["historyAfter", (tx) => tx.historyAfter(TASK, { completed_at: at(0), id: 5 }, 50), [/history_by_task/]],
  ["keptHistories", (tx) => tx.keptHistories(FULL_KEY, 50), [/history_by_(key|subject)/]],
  ["taskAfter", (tx) => tx.taskAfter(TASK), [/history_/]],
  ["keepTaskCourses", (tx) => tx.keepTaskCourses([{ ...FULL_KEY, completed_at: at(0) }]), [/history_by_context/, /task_courses_pkey|autoindex_task_courses/]], // prettier-ignore
  ["taskCourses of a task", (tx) => tx.taskCourses(TASK, "task", PAGE, 0), [/findings_open/, /task_courses_pkey|autoindex_task_courses/]], // prettier-ignore
  ["rebuilds", (tx) => tx.rebuilds(50), [/estimate_states_by_task/]],
  ["deleteEstimateStates", (tx) => tx.deleteEstimateStates(TASK, 50), [/estimate_states_by_task/]],
  ["estimateStates", (tx) => tx.estimateStates(["key7"]), [/estimate_states_pkey|sqlite_autoindex_estimate_states_1/]],
  ["accuracyDays", (tx) => tx.accuracyDays({ since: "2029-12-01" }, 50), [/accuracy_days_by_day/]],
  [
    "accuracyDays of a task",
    (tx) => tx.accuracyDays({ ...TASK, since: "2029-12-01" }, 50),
    [/accuracy_days_pkey|sqlite_autoindex_accuracy_days_1/],
  ],
  [
    "changeAccuracyDay",
    (tx) => tx.changeAccuracyDay({ ...TASK, day: "2030-01-01" }, String),
    [/accuracy_days_pkey|sqlite_autoindex_accuracy_days_1/],
  ],
  ["trimAccuracyDays", (tx) => tx.trimAccuracyDays("2029-01-01"), [/accuracy_days_by_day/]],
  ["tokenByHash", (tx) => tx.tokenByHash("hash7"), [/tokens_secret_hash_key|sqlite_autoindex_tokens_1/]],
  ["people", (tx) => tx.people(), [/tokens_of_people/]],
  ["maxShares", (tx) => tx.maxShares(), [/tokens_max_share/]],
  ["deleteTokensOfWorker", (tx) => tx.deleteTokensOfWorker(WORKER), [/tokens_by_worker/]],
  ["events", (tx) => tx.events(19_000, 50), [/events_pkey|PRIMARY KEY/]],
  ["acts", (tx) => tx.acts({}, PAGE), [/events_of_people/]],
  [
    "acts of a token",
    (tx) => tx.acts({ by_token: 3, kind: "layer_changed", since: at(0) }, PAGE),
    [/events_of_people/],
  ],
  ["events of a request", (tx) => tx.events(0, 50, ID), [/events_by_request/]],
  ["trimEvents", (tx) => tx.trimEvents(50), [/events_of_none/]],
  ["workerLines", (tx) => tx.workerLines(WORKER, PAGE), [/worker_lines_by_worker/]],
  [
    "keepWorkerLines",
    (tx) => tx.keepWorkerLines(WORKER, [{ session: "s", number: 1, at: at(0), level: "info", text: "said" }]),
    [/worker_lines_by_worker/],
  ],
];

/** A table read from end to end. SQLite's list of all is read in the order of the primary key, and as far as the page goes. */
const WHOLE_TABLE = /Seq Scan on \w+|^SCAN (runs|history|events|worker_lines|tokens|submissions|estimate_states)$/m;
/** Long results, of which a page is wanted: read in their order, because sorting would read them all. */
const READ_IN_ORDER =
  /^(pending|pendingAfter|nextNotBefore|the list (of all|by status|by task)|history|lastEntry|events$|workerLines|runsOn|pastReservations)/;
const SORTED = /Sort Key: |B-TREE FOR ORDER BY$/m;

describe.each(ENGINES)("every query that is run often is served by an index on $name", (engine) => {
  const databases = useDatabases(engine);
  let planner: Planner | undefined;
  beforeAll(async () => {
    if (engine.isMissing) return;
    const database = await databases.fresh();
    const store = await databases.open(database);
    await store.close();
    planner = engine.kind === "sqlite" ? sqlitePlanner(database) : await postgresPlanner(database);
    const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${ROWS})`;
    for (const statement of FILL) {
      const types = engine.kind === "sqlite" ? { time: "text", json: "text" } : { time: "timestamptz", json: "json" };
      const sql = statement.replaceAll("TIMESTAMP_TYPE", types.time).replaceAll("JSON_TYPE", types.json);
      await planner.execute(`${numbers} ${sql}`);
    }
    // PostgreSQL plans by statistics; SQLite must do without, as it does in a server's database
    if (engine.kind === "postgres") await planner.execute("vacuum analyze");
  });
  afterAll(() => planner?.close());

  it.each(CALLS)("%s", async (_, call, indexes) => {
    const plan = await planner!.planOf(call); // set before each test of the file
    for (const index of indexes) expect(plan).toMatch(index);
    expect(plan).not.toMatch(WHOLE_TABLE);
  });

  it.each(CALLS.filter(([name]) => READ_IN_ORDER.test(name)))("%s reads no more than it gives", async (_, call) => {
    expect(await planner!.planOf(call)).not.toMatch(SORTED); // set before each test of the file
  });
});
