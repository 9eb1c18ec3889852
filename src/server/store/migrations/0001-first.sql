-- compatible
--
-- Written in PostgreSQL's words; for SQLite `migrations.ts` exchanges the types and makes tables strict.
-- Allowed values are those of the `as const` lists in `src/domain`: a test compares them.
-- Times are UTC with milliseconds. Bytes and counts are bigint; what may have a fraction is double precision.

create table submissions (
  id bigint generated always as identity primary key,
  created_by text not null,
  -- Null: it has none, and is kept only because its requests share something.
  submission_key text,
  body_hash text not null,
  created_at timestamptz not null,
  -- When the last of its requests was deleted; the key is remembered for a while after that.
  orphaned_at timestamptz
);

-- Finds an earlier submission by its key, and lets only one of two at the same moment in.
create unique index submissions_key on submissions (submission_key, created_by);
create index submissions_orphaned on submissions (orphaned_at) where orphaned_at is not null;

create table work_requests (
  id bigint generated always as identity primary key,
  name text not null,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  status text not null check (status in ('blocked', 'pending', 'running', 'completed', 'aborted')),
  result text check (result in ('success', 'failure', 'error', 'skipped')),
  task_data json not null,
  parameter_summary text,
  input_size double precision,
  requirements json not null,
  -- What it takes over from requests that it depends on.
  inputs json not null default '[]',
  allocation json,
  estimate json,
  worker_name text,
  priority_base bigint not null,
  priority_adjustment bigint not null default 0,
  unblock_strategy text not null check (unblock_strategy in ('deps', 'manual')),
  allow_failure boolean not null,
  trusted boolean not null,
  -- Null: as layers of the configuration say.
  fail_on text check (fail_on in ('any', 'regression', 'never')),
  reactions json not null,
  -- No foreign keys: the other may have expired, and its number is still worth showing.
  supersedes bigint,
  superseded_by bigint,
  submission_id bigint references submissions (id),
  -- The workflow that it is a part of: another request. No foreign key: both may expire.
  workflow_id bigint,
  workflow_group text,
  created_at timestamptz not null,
  created_by text not null,
  pending_at timestamptz,
  -- When it became pending for the first time: what its age in the order of service is counted from.
  first_pending_at timestamptz,
  not_before timestamptz,
  started_at timestamptz,
  completed_at timestamptz,
  -- Seconds after the end; expires_at is the moment that follows from it, set when the request ends.
  expire_after double precision,
  expires_at timestamptz,
  aborted json,
  waiting json,
  output_data json,
  run_count bigint not null default 0,
  -- What it means, with what was thought of it before; verdict_kind is its kind, for lists.
  verdict json,
  verdict_kind text check (verdict_kind in ('passed', 'fixed', 'flaky', 'regression', 'known_failure', 'never_passed',
    'first_run', 'over_limit', 'infrastructure', 'misconfigured', 'aborted')),
  -- Workers that its next run keeps off while there are others; null: none.
  avoid_workers json,
  -- Estimated seconds of the longest chain of dependents that begins with it; 0 where nothing depends on it.
  remaining_path double precision not null default 0,
  -- Of its estimated duration, seconds at speed 1; null: not known.
  duration_p50 double precision,
  duration_p95 double precision,
  -- On how many runs of its own key the allocation stands; 0: on other keys of the task; -1: on next to nothing;
  -- null: there is none yet.
  evidence_runs bigint,
  -- The part of all workers that the requests of its submission may have together; null: any.
  max_share double precision,
  check ((status = 'completed') = (result is not null)),
  check (status <> 'aborted' or aborted is not null)
);

-- What planning reads, in the order in which it reads. The conditions are written so that SQLite, which has no
-- statistics, does not take work_requests_by_status for them: see is-pending.ts.
create index work_requests_pending on work_requests ((priority_base + priority_adjustment) desc, pending_at, id)
  where not (status <> 'pending') and allocation is not null;
-- Which of them waits longest.
create index work_requests_waiting on work_requests (pending_at, id) where not (status <> 'pending');
create index work_requests_unprepared on work_requests (id) where not (status <> 'pending') and allocation is null;
create index work_requests_not_before on work_requests (not_before)
  where not (status <> 'pending') and not_before is not null;
create index work_requests_pending_key on work_requests (task_type, task_name, subject, context, evidence_runs)
  where not (status <> 'pending');
create index work_requests_guessed on work_requests (task_type, task_name)
  where not (status <> 'pending') and evidence_runs = -1;
-- What a task has in flight, for estimates: few rows, however many requests there are.
create index work_requests_running on work_requests (task_type, task_name, id) where not (status <> 'running');
create index work_requests_expiry on work_requests (expires_at) where expires_at is not null;
create index work_requests_submission on work_requests (submission_id, id) where submission_id is not null;
-- A name stands for one request of a workflow: planning again adds nothing. What is made again by hand has another's.
create unique index work_requests_member on work_requests (workflow_id, name)
  where workflow_id is not null and supersedes is null;
create index work_requests_by_workflow on work_requests (workflow_id, id) where workflow_id is not null;
-- What is left to do of a workflow: few rows, however many have ended.
create index work_requests_open_members on work_requests (workflow_id, id)
  where workflow_id is not null and not (status in ('completed', 'aborted'));
create index work_requests_workflows on work_requests (id) where task_type = 'workflow';
-- Lists, newest first, one filter each; the first also counts by status and finds what is blocked.
create index work_requests_by_status on work_requests (status, id);
create index work_requests_by_result on work_requests (result, id) where result is not null;
create index work_requests_by_verdict on work_requests (verdict_kind, id) where verdict_kind is not null;
create index work_requests_by_task on work_requests (task_name, id);
create index work_requests_by_subject on work_requests (subject, id);
create index work_requests_by_context on work_requests (context, id);
create index work_requests_by_creator on work_requests (created_by, id);
-- Those that ended, the last first.
create index work_requests_by_end on work_requests (completed_at, id) where completed_at is not null;
-- Of these, what few have: a verdict but passed, a failure. Nothing is written for what passes, and nothing of it read.
create index work_requests_told_by_end on work_requests (verdict_kind, completed_at, id) where verdict_kind <> 'passed';
-- This one also counts by result and verdict.
create index work_requests_failed_by_end on work_requests (result, completed_at, id, verdict_kind)
  where not (result in ('success', 'skipped'));

create table work_request_dependencies (
  work_request_id bigint not null references work_requests (id) on delete cascade,
  depends_on bigint not null references work_requests (id) on delete cascade,
  primary key (work_request_id, depends_on)
);

create index work_request_dependents on work_request_dependencies (depends_on, work_request_id);

create table runs (
  id text not null primary key,
  work_request_id bigint not null references work_requests (id) on delete cascade,
  attempt bigint not null,
  state text not null check (state in ('assigned', 'running', 'ended')),
  -- No foreign key: a worker may be removed, its runs stay.
  worker_name text not null,
  cpu_model text,
  -- Of the documents below, what is read of all active runs at once: thousands of them are not taken apart for each page.
  -- They stand before the documents, whose length then does not matter.
  reserved_memory double precision generated always as (cast(allocation -> 'memory' ->> 'amount' as double precision)) stored,
  reserved_disk_space double precision generated always as (cast(allocation -> 'disk_space' ->> 'amount' as double precision)) stored,
  reserved_cpu_count double precision generated always as (cast(allocation -> 'cpu_count' ->> 'amount' as double precision)) stored,
  used_memory double precision generated always as (cast(runtime_statistics ->> 'memory' as double precision)) stored,
  used_disk_space double precision generated always as (cast(runtime_statistics ->> 'disk_space' as double precision)) stored,
  used_cpu_count double precision generated always as (cast(runtime_statistics ->> 'cpu_time' as double precision)
    / nullif(cast(runtime_statistics ->> 'duration' as double precision), 0)) stored,
  -- The memory limit that the worker gave it last; null: it never raised it.
  raised_memory double precision generated always as (cast(measurement -> 'memory_raises' -> -1 ->> 'to' as double precision)) stored,
  allocation json not null,
  estimate json not null,
  placement json not null,
  assigned_at timestamptz not null,
  started_at timestamptz,
  ended_at timestamptz,
  abort_requested_by text,
  outcome json,
  runtime_statistics json not null,
  measurement json,
  -- The files that it was given, and those that it left.
  inputs json not null default '[]',
  outputs json not null,
  log json not null,
  -- How it failed: its mark; null when it did not, or left nothing to tell by.
  failure json,
  lease_token text not null,
  lease_expires_at timestamptz not null,
  unique (work_request_id, attempt),
  check ((state = 'ended') = (outcome is not null))
);

create index runs_active on runs (worker_name, assigned_at) where state <> 'ended';
create index runs_lease on runs (lease_expires_at) where state <> 'ended';
create index runs_by_worker on runs (worker_name, work_request_id);
create index runs_in_error on runs (ended_at, worker_name) where outcome ->> 'kind' in ('start_failed', 'worker_lost');

-- Contents that runs left or are given; each is in the store of artifacts while `is_stored`, under its SHA-256 and id.
create table artifacts (
  id bigint generated always as identity primary key,
  sha256 text not null,
  size bigint not null,
  is_stored boolean not null,
  -- Null: requests use it. Else it is removed then, or when it is over.
  keep_until timestamptz,
  -- True: it is about to be deleted; the same content coming again is another row.
  is_removing boolean not null
);

create unique index artifacts_by_sha256 on artifacts (sha256) where not is_removing;
create index artifacts_expiry on artifacts (keep_until) where keep_until is not null;

create table artifact_uses (
  work_request_id bigint not null references work_requests (id) on delete cascade,
  artifact_id bigint not null references artifacts (id),
  primary key (work_request_id, artifact_id)
);

create index artifact_uses_by_artifact on artifact_uses (artifact_id, work_request_id);

create table workers (
  worker_name text not null primary key,
  drain boolean not null,
  wants_work boolean not null,
  sequence bigint not null,
  capacity json not null,
  available_memory bigint,
  available_disk_space bigint,
  tags json not null,
  tasks json not null,
  cpu_model text not null,
  version text not null,
  measure_method text not null,
  joined_at timestamptz not null,
  last_seen_at timestamptz not null,
  -- That it fails what passes elsewhere; null: there is no such suspicion.
  suspicion json,
  -- When people had it take work again: what failed on it before raises no suspicion. Null: never.
  resumed_at timestamptz
);

-- What a worker's program said of itself, in the order in which it was heard; the newest of each worker are kept.
create table worker_lines (
  id bigint generated always as identity primary key,
  worker_name text not null references workers (worker_name) on delete cascade,
  -- By these a line that comes again is known.
  session text not null,
  number bigint not null,
  at timestamptz not null,
  level text not null check (level in ('info', 'warning', 'error')),
  text text not null,
  unique (worker_name, session, number)
);

create index worker_lines_by_worker on worker_lines (worker_name, id);

create table history (
  id bigint generated always as identity primary key,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  -- No foreign keys: history outlives the requests.
  work_request_id bigint,
  run_id text,
  completed_at timestamptz not null,
  result text not null check (result in ('success', 'failure', 'error', 'skipped')),
  outcome json not null,
  runtime_statistics json not null,
  duration_ms double precision,
  cpu_time_ms double precision,
  lower_bounds json not null,
  allocation json,
  worker_name text,
  cpu_model text,
  input_size double precision,
  trusted boolean not null,
  origin text,
  failure json,
  -- Of `failure`: finds failures that are alike.
  fingerprint text,
  -- What a person said of its request.
  person_verdict text check (person_verdict in ('passed', 'fixed', 'flaky', 'regression', 'known_failure',
    'never_passed', 'first_run', 'over_limit', 'infrastructure', 'misconfigured', 'aborted')),
  -- Of imported entries: what must be equal for an entry to be there already.
  import_hash text
);

-- One for each level at which history is read, newest first; the first also serves retention.
create index history_by_key on history (task_type, task_name, subject, context, completed_at, id);
create index history_by_subject on history (task_type, task_name, subject, completed_at, id);
create index history_by_context on history (task_type, task_name, context, completed_at, id);
create index history_by_worker on history (task_type, task_name, worker_name, completed_at, id)
  where worker_name is not null;
create index history_by_task on history (task_type, task_name, completed_at, id);
create index history_last_success on history (task_type, task_name, subject, context, completed_at, id)
  where result = 'success';
create index history_last_failure on history (task_type, task_name, subject, context, completed_at, id)
  where result in ('failure', 'error');
create index history_by_fingerprint on history (fingerprint, completed_at) where fingerprint is not null;
create index history_by_request on history (work_request_id) where work_request_id is not null;
create unique index history_imported on history (import_hash) where import_hash is not null;

-- How the newest runs of a task in one context went, of all its subjects: kept up with history, so that a list of all of
-- them reads one row of each. Shares are from 0 to 1; amounts are in seconds and bytes.
create table task_courses (
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  context text not null,
  runs bigint not null,
  has_older_runs boolean not null,
  -- When the oldest of them ended, milliseconds since 1970: a number, so that both engines reckon their pace alike.
  oldest_ms double precision not null,
  newest_at timestamptz not null,
  failed_share double precision not null,
  flaky_share double precision not null,
  duration_p50 double precision,
  duration_growth double precision,
  memory_p95 double precision,
  memory_reserved_p95 double precision,
  memory_wasted_per_run double precision,
  recent json not null,
  primary key (task_type, task_name, context)
);

create table findings (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('regression', 'memory', 'duration', 'farm')),
  state text not null check (state in ('new', 'confirmed', 'known', 'fixed')),
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  because text not null,
  confidence double precision not null,
  -- Medians before and after, of drift.
  before_amount double precision,
  after_amount double precision,
  -- Of drift: when the runs on the present level began.
  level_since timestamptz,
  fingerprint text,
  first_error text,
  -- No foreign keys: findings outlive requests.
  first_run_id text,
  first_request_by text,
  last_pass json,
  last_run_id text,
  run_count bigint not null,
  request_count bigint not null,
  stopped_count bigint not null,
  found_at timestamptz not null,
  last_seen_at timestamptz not null,
  state_at timestamptz not null,
  state_by text,
  owner text,
  note text
);

create index findings_by_owner on findings (owner, id) where owner is not null;
create index findings_by_key on findings (task_name, subject, context, kind, id);
create index findings_by_state on findings (state, id);
create index findings_by_kind on findings (kind, id);
-- One thing that is wrong is one open finding, also when two transactions find it at the same moment.
create unique index findings_open on findings (kind, task_type, task_name, subject, context, coalesce(fingerprint, ''))
  where state <> 'fixed';
-- That of the farm is of no key.
create unique index findings_open_farm on findings (fingerprint) where kind = 'farm' and state <> 'fixed';
create index findings_by_fingerprint on findings (fingerprint, id) where fingerprint is not null;

-- What is to be told to whom, written in the transaction that brings it about: the outbox of reactions.
create table deliveries (
  id bigint generated always as identity primary key,
  reaction text not null check (reaction in ('on_success', 'on_failure', 'on_regression', 'on_fixed', 'on_drift')),
  action text not null,
  -- No foreign keys: what is told outlives requests.
  work_request_id bigint,
  finding_id bigint,
  payload json not null,
  state text not null check (state in ('waiting', 'delivered', 'failed')),
  attempts bigint not null,
  next_attempt_at timestamptz,
  error json,
  created_at timestamptz not null,
  ended_at timestamptz,
  check ((state = 'waiting') = (next_attempt_at is not null))
);

create index deliveries_due on deliveries (next_attempt_at) where next_attempt_at is not null;
create index deliveries_by_request on deliveries (work_request_id, id) where work_request_id is not null;
create index deliveries_by_state on deliveries (state, id);
create index deliveries_ended on deliveries (ended_at) where ended_at is not null;

create table estimate_states (
  state_key text not null primary key,
  task_type text not null,
  task_name text not null,
  state json not null,
  updated_at timestamptz not null
);

create index estimate_states_by_task on estimate_states (task_type, task_name);

-- How good estimates were: the runs of one task that ended on one day (UTC, `2026-11-22`), added up.
create table accuracy_days (
  task_type text not null,
  task_name text not null,
  day text not null,
  tally json not null,
  primary key (task_type, task_name, day)
);

create index accuracy_days_by_day on accuracy_days (day, task_type, task_name);

create table layers (
  id bigint generated always as identity primary key,
  -- Task, subject and context as JSON: null, for any, is equal to null there.
  scope_key text not null,
  task_name text,
  subject text,
  context text,
  -- One of LAYER_FIELDS, which the contract checks: there will be more.
  field text not null,
  mode text not null check (mode in ('default', 'override', 'lock')),
  layer_value json not null,
  note text,
  set_by text not null,
  set_at timestamptz not null
);

create unique index layers_scope on layers (scope_key, field);

-- Advice that people do not want to see again, as it was then.
create table ignored_advice (
  id bigint generated always as identity primary key,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  resource text not null check (resource in ('memory', 'disk_space')),
  asked double precision not null,
  enough double precision not null,
  ignored_by text not null,
  ignored_at timestamptz not null
);

create unique index ignored_advice_by_key on ignored_advice (task_type, task_name, subject, context, resource);

create table schedules (
  name text not null primary key,
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'all')),
  submission json not null,
  is_paused boolean not null,
  -- Null: it is paused, or never due again.
  next_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  last_firing json
);

create index schedules_due on schedules (next_at) where next_at is not null;

-- What became of due times; the key lets none be dealt with twice.
create table firings (
  schedule_name text not null references schedules (name) on delete cascade,
  due_at timestamptz not null,
  fired_at timestamptz not null,
  kind text not null check (kind in ('submitted', 'skipped', 'refused')),
  work_request_ids json not null,
  errors json not null,
  skipped_count bigint not null,
  asked_by text,
  primary key (schedule_name, due_at)
);

create table hooks (
  name text not null primary key,
  submission json not null,
  only_if json not null,
  -- What calls are signed with: needed as it is to check them.
  secret text not null,
  created_by text not null,
  created_at timestamptz not null,
  last_call json
);

-- What became of calls; the same call has the same key.
create table hook_calls (
  id bigint generated always as identity primary key,
  hook_name text not null references hooks (name) on delete cascade,
  call_key text not null,
  received_at timestamptz not null,
  kind text not null check (kind in ('submitted', 'ignored', 'refused')),
  work_request_ids json not null,
  errors json not null
);

create unique index hook_calls_by_key on hook_calls (hook_name, call_key);
create index hook_calls_by_time on hook_calls (hook_name, id);

create table tokens (
  id bigint generated always as identity primary key,
  name text not null,
  scope text not null check (scope in ('read', 'submit', 'admin', 'worker', 'join')),
  worker_name text,
  secret_hash text not null unique,
  -- The part of all workers that its requests may have together; null: any.
  max_share double precision,
  -- Of a browser's session: the token that it was opened with, and ends with.
  opened_with bigint references tokens (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz,
  last_used_at timestamptz
);

create index tokens_max_share on tokens (name, max_share) where max_share is not null;
create index tokens_opened_with on tokens (opened_with) where opened_with is not null;
create index tokens_of_people on tokens (name) where worker_name is null and opened_with is null and scope <> 'join';
create index tokens_by_worker on tokens (worker_name) where worker_name is not null;

create table events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  kind text not null check (kind in ('created', 'unblocked', 'allocated', 'waiting', 'placed', 'started', 'progress',
    'run_ended', 'retried', 'completed', 'aborted', 'abort_requested', 'priority_changed', 'worker_joined',
    'worker_changed', 'worker_removed', 'share_changed', 'layer_changed', 'advice_changed', 'token_changed',
    'schedule_changed', 'hook_changed', 'history_imported', 'judged', 'finding', 'delivery', 'delivery_tried')),
  -- No foreign keys: each check would lock the request's row once more. Deleting a request deletes its events.
  work_request_id bigint,
  run_id text,
  worker_name text,
  data json not null
);

create index events_by_request on events (work_request_id, id) where work_request_id is not null;
create index events_of_none on events (id) where work_request_id is null;
create index events_of_people on events (id) where work_request_id is null and data ->> 'by_token' is not null;

-- One row: the number of the lead that began last. Who leads no longer sees here that another does.
create table leadership (
  term bigint not null
);
insert into leadership (term) values (0);
