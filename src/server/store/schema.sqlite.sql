-- Generated from the migrations by test/store/schema.test.ts: do not edit.

CREATE TABLE accuracy_days (
  task_type text not null,
  task_name text not null,
  day text not null,
  tally text not null,
  primary key (task_type, task_name, day)
) strict;

CREATE INDEX accuracy_days_by_day on accuracy_days (day, task_type, task_name);

CREATE TABLE almanac_migrations (
  version integer not null primary key,
  name text not null,
  is_compatible integer not null,
  applied_at text not null,
  sha256 text not null

) strict;

CREATE TABLE artifact_uses (
  work_request_id integer not null references work_requests (id) on delete cascade,
  artifact_id integer not null references artifacts (id),
  primary key (work_request_id, artifact_id)
) strict;

CREATE INDEX artifact_uses_by_artifact on artifact_uses (artifact_id, work_request_id);

CREATE TABLE artifacts (
  id integer primary key autoincrement,
  sha256 text not null,
  size integer not null,
  is_stored integer not null,
  keep_until text,
  is_removing integer not null
) strict;

CREATE UNIQUE INDEX artifacts_by_sha256 on artifacts (sha256) where not is_removing;

CREATE INDEX artifacts_expiry on artifacts (keep_until) where keep_until is not null;

CREATE TABLE deliveries (
  id integer primary key autoincrement,
  reaction text not null check (reaction in ('on_success', 'on_failure', 'on_regression', 'on_fixed', 'on_drift')),
  action text not null,
  work_request_id integer,
  finding_id integer,
  payload text not null,
  state text not null check (state in ('waiting', 'delivered', 'failed')),
  attempts integer not null,
  next_attempt_at text,
  error text,
  created_at text not null,
  ended_at text,
  check ((state = 'waiting') = (next_attempt_at is not null))
) strict;

CREATE INDEX deliveries_by_request on deliveries (work_request_id, id) where work_request_id is not null;

CREATE INDEX deliveries_by_state on deliveries (state, id);

CREATE INDEX deliveries_due on deliveries (next_attempt_at) where next_attempt_at is not null;

CREATE INDEX deliveries_ended on deliveries (ended_at) where ended_at is not null;

CREATE TABLE estimate_states (
  state_key text not null primary key,
  task_type text not null,
  task_name text not null,
  state text not null,
  updated_at text not null
) strict;

CREATE INDEX estimate_states_by_task on estimate_states (task_type, task_name);

CREATE TABLE events (
  id integer primary key autoincrement,
  at text not null,
  kind text not null check (kind in ('created', 'unblocked', 'allocated', 'waiting', 'placed', 'started', 'progress',
    'run_ended', 'retried', 'completed', 'aborted', 'abort_requested', 'priority_changed', 'worker_joined',
    'worker_changed', 'worker_removed', 'share_changed', 'layer_changed', 'advice_changed', 'token_changed',
    'schedule_changed', 'hook_changed', 'history_imported', 'judged', 'finding', 'delivery', 'delivery_tried')),
  work_request_id integer,
  run_id text,
  worker_name text,
  data text not null
) strict;

CREATE INDEX events_by_request on events (work_request_id, id) where work_request_id is not null;

CREATE INDEX events_of_none on events (id) where work_request_id is null;

CREATE INDEX events_of_people on events (id) where work_request_id is null and data ->> 'by_token' is not null;

CREATE TABLE findings (
  id integer primary key autoincrement,
  kind text not null check (kind in ('regression', 'memory', 'duration', 'farm')),
  state text not null check (state in ('new', 'confirmed', 'known', 'fixed')),
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  because text not null,
  confidence real not null,
  before_amount real,
  after_amount real,
  level_since text,
  fingerprint text,
  first_error text,
  first_run_id text,
  first_request_by text,
  last_pass text,
  last_run_id text,
  run_count integer not null,
  request_count integer not null,
  stopped_count integer not null,
  found_at text not null,
  last_seen_at text not null,
  state_at text not null,
  state_by text,
  owner text,
  note text
) strict;

CREATE INDEX findings_by_fingerprint on findings (fingerprint, id) where fingerprint is not null;

CREATE INDEX findings_by_key on findings (task_name, subject, context, kind, id);

CREATE INDEX findings_by_kind on findings (kind, id);

CREATE INDEX findings_by_owner on findings (owner, id) where owner is not null;

CREATE INDEX findings_by_state on findings (state, id);

CREATE UNIQUE INDEX findings_open on findings (kind, task_type, task_name, subject, context, coalesce(fingerprint, ''))
  where state <> 'fixed';

CREATE UNIQUE INDEX findings_open_farm on findings (fingerprint) where kind = 'farm' and state <> 'fixed';

CREATE TABLE firings (
  schedule_name text not null references schedules (name) on delete cascade,
  due_at text not null,
  fired_at text not null,
  kind text not null check (kind in ('submitted', 'skipped', 'refused')),
  work_request_ids text not null,
  errors text not null,
  skipped_count integer not null,
  asked_by text,
  primary key (schedule_name, due_at)
) strict;

CREATE TABLE history (
  id integer primary key autoincrement,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  work_request_id integer,
  run_id text,
  completed_at text not null,
  result text not null check (result in ('success', 'failure', 'error', 'skipped')),
  outcome text not null,
  runtime_statistics text not null,
  duration_ms real,
  cpu_time_ms real,
  lower_bounds text not null,
  allocation text,
  worker_name text,
  cpu_model text,
  input_size real,
  trusted integer not null,
  origin text,
  failure text,
  fingerprint text,
  person_verdict text check (person_verdict in ('passed', 'fixed', 'flaky', 'regression', 'known_failure',
    'never_passed', 'first_run', 'over_limit', 'infrastructure', 'misconfigured', 'aborted')),
  import_hash text
) strict;

CREATE INDEX history_by_context on history (task_type, task_name, context, completed_at, id);

CREATE INDEX history_by_fingerprint on history (fingerprint, completed_at) where fingerprint is not null;

CREATE INDEX history_by_key on history (task_type, task_name, subject, context, completed_at, id);

CREATE INDEX history_by_request on history (work_request_id) where work_request_id is not null;

CREATE INDEX history_by_subject on history (task_type, task_name, subject, completed_at, id);

CREATE INDEX history_by_task on history (task_type, task_name, completed_at, id);

CREATE INDEX history_by_worker on history (task_type, task_name, worker_name, completed_at, id)
  where worker_name is not null;

CREATE UNIQUE INDEX history_imported on history (import_hash) where import_hash is not null;

CREATE INDEX history_last_failure on history (task_type, task_name, subject, context, completed_at, id)
  where result in ('failure', 'error');

CREATE INDEX history_last_success on history (task_type, task_name, subject, context, completed_at, id)
  where result = 'success';

CREATE TABLE hook_calls (
  id integer primary key autoincrement,
  hook_name text not null references hooks (name) on delete cascade,
  call_key text not null,
  received_at text not null,
  kind text not null check (kind in ('submitted', 'ignored', 'refused')),
  work_request_ids text not null,
  errors text not null
) strict;

CREATE UNIQUE INDEX hook_calls_by_key on hook_calls (hook_name, call_key);

CREATE INDEX hook_calls_by_time on hook_calls (hook_name, id);

CREATE TABLE hooks (
  name text not null primary key,
  submission text not null,
  only_if text not null,
  secret text not null,
  created_by text not null,
  created_at text not null,
  last_call text
) strict;

CREATE TABLE ignored_advice (
  id integer primary key autoincrement,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  resource text not null check (resource in ('memory', 'disk_space')),
  asked real not null,
  enough real not null,
  ignored_by text not null,
  ignored_at text not null
) strict;

CREATE UNIQUE INDEX ignored_advice_by_key on ignored_advice (task_type, task_name, subject, context, resource);

CREATE TABLE layers (
  id integer primary key autoincrement,
  scope_key text not null,
  task_name text,
  subject text,
  context text,
  field text not null,
  mode text not null check (mode in ('default', 'override', 'lock')),
  layer_value text not null,
  note text,
  set_by text not null,
  set_at text not null
) strict;

CREATE UNIQUE INDEX layers_scope on layers (scope_key, field);

CREATE TABLE leadership (
  term integer not null
) strict;

CREATE TABLE runs (
  id text not null primary key,
  work_request_id integer not null references work_requests (id) on delete cascade,
  attempt integer not null,
  state text not null check (state in ('assigned', 'running', 'ended')),
  worker_name text not null,
  cpu_model text,
  reserved_memory real generated always as (cast(allocation -> 'memory' ->> 'amount' as real)) stored,
  reserved_disk_space real generated always as (cast(allocation -> 'disk_space' ->> 'amount' as real)) stored,
  reserved_cpu_count real generated always as (cast(allocation -> 'cpu_count' ->> 'amount' as real)) stored,
  used_memory real generated always as (cast(runtime_statistics ->> 'memory' as real)) stored,
  used_disk_space real generated always as (cast(runtime_statistics ->> 'disk_space' as real)) stored,
  used_cpu_count real generated always as (cast(runtime_statistics ->> 'cpu_time' as real)
    / nullif(cast(runtime_statistics ->> 'duration' as real), 0)) stored,
  raised_memory real generated always as (cast(measurement -> 'memory_raises' -> -1 ->> 'to' as real)) stored,
  allocation text not null,
  estimate text not null,
  placement text not null,
  assigned_at text not null,
  started_at text,
  ended_at text,
  abort_requested_by text,
  outcome text,
  runtime_statistics text not null,
  measurement text,
  inputs text not null default '[]',
  outputs text not null,
  log text not null,
  failure text,
  lease_token text not null,
  lease_expires_at text not null,
  unique (work_request_id, attempt),
  check ((state = 'ended') = (outcome is not null))
) strict;

CREATE INDEX runs_active on runs (worker_name, assigned_at) where state <> 'ended';

CREATE INDEX runs_by_worker on runs (worker_name, work_request_id);

CREATE INDEX runs_in_error on runs (ended_at, worker_name) where outcome ->> 'kind' in ('start_failed', 'worker_lost');

CREATE INDEX runs_lease on runs (lease_expires_at) where state <> 'ended';

CREATE TABLE schedules (
  name text not null primary key,
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'once', 'all')),
  submission text not null,
  is_paused integer not null,
  next_at text,
  created_by text not null,
  created_at text not null,
  last_firing text
) strict;

CREATE INDEX schedules_due on schedules (next_at) where next_at is not null;

CREATE TABLE submissions (
  id integer primary key autoincrement,
  created_by text not null,
  submission_key text,
  body_hash text not null,
  created_at text not null,
  orphaned_at text
) strict;

CREATE UNIQUE INDEX submissions_key on submissions (submission_key, created_by);

CREATE INDEX submissions_orphaned on submissions (orphaned_at) where orphaned_at is not null;

CREATE TABLE task_courses (
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  context text not null,
  runs integer not null,
  has_older_runs integer not null,
  oldest_ms real not null,
  newest_at text not null,
  failed_share real not null,
  flaky_share real not null,
  duration_p50 real,
  duration_growth real,
  memory_p95 real,
  memory_reserved_p95 real,
  memory_wasted_per_run real,
  recent text not null,
  primary key (task_type, task_name, context)
) strict;

CREATE TABLE tokens (
  id integer primary key autoincrement,
  name text not null,
  scope text not null check (scope in ('read', 'submit', 'admin', 'worker', 'join')),
  worker_name text,
  secret_hash text not null unique,
  max_share real,
  opened_with integer references tokens (id) on delete cascade,
  created_at text not null,
  expires_at text,
  last_used_at text
) strict;

CREATE INDEX tokens_by_worker on tokens (worker_name) where worker_name is not null;

CREATE INDEX tokens_max_share on tokens (name, max_share) where max_share is not null;

CREATE INDEX tokens_of_people on tokens (name) where worker_name is null and opened_with is null and scope <> 'join';

CREATE INDEX tokens_opened_with on tokens (opened_with) where opened_with is not null;

CREATE TABLE work_request_dependencies (
  work_request_id integer not null references work_requests (id) on delete cascade,
  depends_on integer not null references work_requests (id) on delete cascade,
  primary key (work_request_id, depends_on)
) strict;

CREATE INDEX work_request_dependents on work_request_dependencies (depends_on, work_request_id);

CREATE TABLE work_requests (
  id integer primary key autoincrement,
  name text not null,
  task_type text not null check (task_type in ('worker', 'server', 'workflow', 'wait', 'internal')),
  task_name text not null,
  subject text not null,
  context text not null,
  status text not null check (status in ('blocked', 'pending', 'running', 'completed', 'aborted')),
  result text check (result in ('success', 'failure', 'error', 'skipped')),
  task_data text not null,
  parameter_summary text,
  input_size real,
  requirements text not null,
  inputs text not null default '[]',
  allocation text,
  estimate text,
  worker_name text,
  priority_base integer not null,
  priority_adjustment integer not null default 0,
  unblock_strategy text not null check (unblock_strategy in ('deps', 'manual')),
  allow_failure integer not null,
  trusted integer not null,
  fail_on text check (fail_on in ('any', 'regression', 'never')),
  reactions text not null,
  supersedes integer,
  superseded_by integer,
  submission_id integer references submissions (id),
  workflow_id integer,
  workflow_group text,
  created_at text not null,
  created_by text not null,
  pending_at text,
  first_pending_at text,
  not_before text,
  started_at text,
  completed_at text,
  expire_after real,
  expires_at text,
  aborted text,
  waiting text,
  output_data text,
  run_count integer not null default 0,
  verdict text,
  verdict_kind text check (verdict_kind in ('passed', 'fixed', 'flaky', 'regression', 'known_failure', 'never_passed',
    'first_run', 'over_limit', 'infrastructure', 'misconfigured', 'aborted')),
  avoid_workers text,
  remaining_path real not null default 0,
  duration_p50 real,
  duration_p95 real,
  evidence_runs integer,
  max_share real,
  check ((status = 'completed') = (result is not null)),
  check (status <> 'aborted' or aborted is not null)
) strict;

CREATE INDEX work_requests_by_context on work_requests (context, id);

CREATE INDEX work_requests_by_creator on work_requests (created_by, id);

CREATE INDEX work_requests_by_end on work_requests (completed_at, id) where completed_at is not null;

CREATE INDEX work_requests_by_result on work_requests (result, id) where result is not null;

CREATE INDEX work_requests_by_status on work_requests (status, id);

CREATE INDEX work_requests_by_subject on work_requests (subject, id);

CREATE INDEX work_requests_by_task on work_requests (task_name, id);

CREATE INDEX work_requests_by_verdict on work_requests (verdict_kind, id) where verdict_kind is not null;

CREATE INDEX work_requests_by_workflow on work_requests (workflow_id, id) where workflow_id is not null;

CREATE INDEX work_requests_expiry on work_requests (expires_at) where expires_at is not null;

CREATE INDEX work_requests_failed_by_end on work_requests (result, completed_at, id, verdict_kind)
  where not (result in ('success', 'skipped'));

CREATE INDEX work_requests_guessed on work_requests (task_type, task_name)
  where not (status <> 'pending') and evidence_runs = -1;

CREATE UNIQUE INDEX work_requests_member on work_requests (workflow_id, name)
  where workflow_id is not null and supersedes is null;

CREATE INDEX work_requests_not_before on work_requests (not_before)
  where not (status <> 'pending') and not_before is not null;

CREATE INDEX work_requests_open_members on work_requests (workflow_id, id)
  where workflow_id is not null and not (status in ('completed', 'aborted'));

CREATE INDEX work_requests_pending on work_requests ((priority_base + priority_adjustment) desc, pending_at, id)
  where not (status <> 'pending') and allocation is not null;

CREATE INDEX work_requests_pending_key on work_requests (task_type, task_name, subject, context, evidence_runs)
  where not (status <> 'pending');

CREATE INDEX work_requests_running on work_requests (task_type, task_name, id) where not (status <> 'running');

CREATE INDEX work_requests_submission on work_requests (submission_id, id) where submission_id is not null;

CREATE INDEX work_requests_told_by_end on work_requests (verdict_kind, completed_at, id) where verdict_kind <> 'passed';

CREATE INDEX work_requests_unprepared on work_requests (id) where not (status <> 'pending') and allocation is null;

CREATE INDEX work_requests_waiting on work_requests (pending_at, id) where not (status <> 'pending');

CREATE INDEX work_requests_workflows on work_requests (id) where task_type = 'workflow';

CREATE TABLE worker_lines (
  id integer primary key autoincrement,
  worker_name text not null references workers (worker_name) on delete cascade,
  session text not null,
  number integer not null,
  at text not null,
  level text not null check (level in ('info', 'warning', 'error')),
  text text not null,
  unique (worker_name, session, number)
) strict;

CREATE INDEX worker_lines_by_worker on worker_lines (worker_name, id);

CREATE TABLE workers (
  worker_name text not null primary key,
  drain integer not null,
  wants_work integer not null,
  sequence integer not null,
  capacity text not null,
  available_memory integer,
  available_disk_space integer,
  tags text not null,
  tasks text not null,
  cpu_model text not null,
  version text not null,
  measure_method text not null,
  joined_at text not null,
  last_seen_at text not null,
  suspicion text,
  resumed_at text
) strict;
