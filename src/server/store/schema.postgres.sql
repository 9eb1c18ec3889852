-- Generated from the migrations by test/store/schema.test.ts: do not edit.

create table accuracy_days (
  task_type text not null,
  task_name text not null,
  day text not null,
  tally json not null,
  constraint accuracy_days_pkey PRIMARY KEY (task_type, task_name, day)
);
CREATE INDEX accuracy_days_by_day ON public.accuracy_days USING btree (day, task_type, task_name);

create table almanac_migrations (
  version bigint not null,
  name text not null,
  is_compatible boolean not null,
  applied_at timestamp with time zone not null,
  sha256 text not null,
  constraint almanac_migrations_pkey PRIMARY KEY (version)
);

create table artifact_uses (
  work_request_id bigint not null,
  artifact_id bigint not null,
  constraint artifact_uses_artifact_id_fkey FOREIGN KEY (artifact_id) REFERENCES artifacts(id),
  constraint artifact_uses_pkey PRIMARY KEY (work_request_id, artifact_id),
  constraint artifact_uses_work_request_id_fkey FOREIGN KEY (work_request_id) REFERENCES work_requests(id) ON DELETE CASCADE
);
CREATE INDEX artifact_uses_by_artifact ON public.artifact_uses USING btree (artifact_id, work_request_id);

create table artifacts (
  id bigint generated always as identity not null,
  sha256 text not null,
  size bigint not null,
  is_stored boolean not null,
  keep_until timestamp with time zone,
  is_removing boolean not null,
  constraint artifacts_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX artifacts_by_sha256 ON public.artifacts USING btree (sha256) WHERE (NOT is_removing);
CREATE INDEX artifacts_expiry ON public.artifacts USING btree (keep_until) WHERE (keep_until IS NOT NULL);

create table deliveries (
  id bigint generated always as identity not null,
  reaction text not null,
  action text not null,
  work_request_id bigint,
  finding_id bigint,
  payload json not null,
  state text not null,
  attempts bigint not null,
  next_attempt_at timestamp with time zone,
  error json,
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint deliveries_check CHECK (((state = 'waiting'::text) = (next_attempt_at IS NOT NULL))),
  constraint deliveries_pkey PRIMARY KEY (id),
  constraint deliveries_reaction_check CHECK ((reaction = ANY (ARRAY['on_success'::text, 'on_failure'::text, 'on_regression'::text, 'on_fixed'::text, 'on_drift'::text]))),
  constraint deliveries_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX deliveries_by_request ON public.deliveries USING btree (work_request_id, id) WHERE (work_request_id IS NOT NULL);
CREATE INDEX deliveries_by_state ON public.deliveries USING btree (state, id);
CREATE INDEX deliveries_due ON public.deliveries USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);
CREATE INDEX deliveries_ended ON public.deliveries USING btree (ended_at) WHERE (ended_at IS NOT NULL);

create table estimate_states (
  state_key text not null,
  task_type text not null,
  task_name text not null,
  state json not null,
  updated_at timestamp with time zone not null,
  constraint estimate_states_pkey PRIMARY KEY (state_key)
);
CREATE INDEX estimate_states_by_task ON public.estimate_states USING btree (task_type, task_name);

create table events (
  id bigint generated always as identity not null,
  at timestamp with time zone not null,
  kind text not null,
  work_request_id bigint,
  run_id text,
  worker_name text,
  data json not null,
  constraint events_kind_check CHECK ((kind = ANY (ARRAY['created'::text, 'unblocked'::text, 'allocated'::text, 'waiting'::text, 'placed'::text, 'started'::text, 'progress'::text, 'run_ended'::text, 'retried'::text, 'completed'::text, 'aborted'::text, 'abort_requested'::text, 'priority_changed'::text, 'worker_joined'::text, 'worker_changed'::text, 'worker_removed'::text, 'share_changed'::text, 'layer_changed'::text, 'advice_changed'::text, 'token_changed'::text, 'schedule_changed'::text, 'hook_changed'::text, 'history_imported'::text, 'judged'::text, 'finding'::text, 'delivery'::text, 'delivery_tried'::text]))),
  constraint events_pkey PRIMARY KEY (id)
);
CREATE INDEX events_by_request ON public.events USING btree (work_request_id, id) WHERE (work_request_id IS NOT NULL);
CREATE INDEX events_of_none ON public.events USING btree (id) WHERE (work_request_id IS NULL);
CREATE INDEX events_of_people ON public.events USING btree (id) WHERE ((work_request_id IS NULL) AND ((data ->> 'by_token'::text) IS NOT NULL));

create table findings (
  id bigint generated always as identity not null,
  kind text not null,
  state text not null,
  task_type text not null,
  task_name text not null,
  subject text not null,
  context text not null,
  because text not null,
  confidence double precision not null,
  before_amount double precision,
  after_amount double precision,
  level_since timestamp with time zone,
  fingerprint text,
  first_error text,
  first_run_id text,
  first_request_by text,
  last_pass json,
  last_run_id text,
  run_count bigint not null,
  request_count bigint not null,
  stopped_count bigint not null,
  found_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  state_at timestamp with time zone not null,
  state_by text,
  owner text,
  note text,
  constraint findings_kind_check CHECK ((kind = ANY (ARRAY['regression'::text, 'memory'::text, 'duration'::text, 'farm'::text]))),
  constraint findings_pkey PRIMARY KEY (id),
  constraint findings_state_check CHECK ((state = ANY (ARRAY['new'::text, 'confirmed'::text, 'known'::text, 'fixed'::text]))),
  constraint findings_task_type_check CHECK ((task_type = ANY (ARRAY['worker'::text, 'server'::text, 'workflow'::text, 'wait'::text, 'internal'::text])))
);
CREATE INDEX findings_by_fingerprint ON public.findings USING btree (fingerprint, id) WHERE (fingerprint IS NOT NULL);
CREATE INDEX findings_by_key ON public.findings USING btree (task_name, subject, context, kind, id);
CREATE INDEX findings_by_kind ON public.findings USING btree (kind, id);
CREATE INDEX findings_by_owner ON public.findings USING btree (owner, id) WHERE (owner IS NOT NULL);
CREATE INDEX findings_by_state ON public.findings USING btree (state, id);
CREATE UNIQUE INDEX findings_open ON public.findings USING btree (kind, task_type, task_name, subject, context, COALESCE(fingerprint, ''::text)) WHERE (state <> 'fixed'::text);
CREATE UNIQUE INDEX findings_open_farm ON public.findings USING btree (fingerprint) WHERE ((kind = 'farm'::text) AND (state <> 'fixed'::text));

create table firings (
  schedule_name text not null,
  due_at timestamp with time zone not null,
  fired_at timestamp with time zone not null,
  kind text not null,
  work_request_ids json not null,
  errors json not null,
  skipped_count bigint not null,
  asked_by text,
  constraint firings_kind_check CHECK ((kind = ANY (ARRAY['submitted'::text, 'skipped'::text, 'refused'::text]))),
  constraint firings_pkey PRIMARY KEY (schedule_name, due_at),
  constraint firings_schedule_name_fkey FOREIGN KEY (schedule_name) REFERENCES schedules(name) ON DELETE CASCADE
);

create table history (
  id bigint generated always as identity not null,
  task_type text not null,
  task_name text not null,
  subject text not null,
  context text not null,
  work_request_id bigint,
  run_id text,
  completed_at timestamp with time zone not null,
  result text not null,
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
  fingerprint text,
  person_verdict text,
  import_hash text,
  constraint history_person_verdict_check CHECK ((person_verdict = ANY (ARRAY['passed'::text, 'fixed'::text, 'flaky'::text, 'regression'::text, 'known_failure'::text, 'never_passed'::text, 'first_run'::text, 'over_limit'::text, 'infrastructure'::text, 'misconfigured'::text, 'aborted'::text]))),
  constraint history_pkey PRIMARY KEY (id),
  constraint history_result_check CHECK ((result = ANY (ARRAY['success'::text, 'failure'::text, 'error'::text, 'skipped'::text]))),
  constraint history_task_type_check CHECK ((task_type = ANY (ARRAY['worker'::text, 'server'::text, 'workflow'::text, 'wait'::text, 'internal'::text])))
);
CREATE INDEX history_by_context ON public.history USING btree (task_type, task_name, context, completed_at, id);
CREATE INDEX history_by_fingerprint ON public.history USING btree (fingerprint, completed_at) WHERE (fingerprint IS NOT NULL);
CREATE INDEX history_by_key ON public.history USING btree (task_type, task_name, subject, context, completed_at, id);
CREATE INDEX history_by_request ON public.history USING btree (work_request_id) WHERE (work_request_id IS NOT NULL);
CREATE INDEX history_by_subject ON public.history USING btree (task_type, task_name, subject, completed_at, id);
CREATE INDEX history_by_task ON public.history USING btree (task_type, task_name, completed_at, id);
CREATE INDEX history_by_worker ON public.history USING btree (task_type, task_name, worker_name, completed_at, id) WHERE (worker_name IS NOT NULL);
CREATE UNIQUE INDEX history_imported ON public.history USING btree (import_hash) WHERE (import_hash IS NOT NULL);
CREATE INDEX history_last_failure ON public.history USING btree (task_type, task_name, subject, context, completed_at, id) WHERE (result = ANY (ARRAY['failure'::text, 'error'::text]));
CREATE INDEX history_last_success ON public.history USING btree (task_type, task_name, subject, context, completed_at, id) WHERE (result = 'success'::text);

create table hook_calls (
  id bigint generated always as identity not null,
  hook_name text not null,
  call_key text not null,
  received_at timestamp with time zone not null,
  kind text not null,
  work_request_ids json not null,
  errors json not null,
  constraint hook_calls_hook_name_fkey FOREIGN KEY (hook_name) REFERENCES hooks(name) ON DELETE CASCADE,
  constraint hook_calls_kind_check CHECK ((kind = ANY (ARRAY['submitted'::text, 'ignored'::text, 'refused'::text]))),
  constraint hook_calls_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX hook_calls_by_key ON public.hook_calls USING btree (hook_name, call_key);
CREATE INDEX hook_calls_by_time ON public.hook_calls USING btree (hook_name, id);

create table hooks (
  name text not null,
  submission json not null,
  only_if json not null,
  secret text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  last_call json,
  constraint hooks_pkey PRIMARY KEY (name)
);

create table ignored_advice (
  id bigint generated always as identity not null,
  task_type text not null,
  task_name text not null,
  subject text not null,
  context text not null,
  resource text not null,
  asked double precision not null,
  enough double precision not null,
  ignored_by text not null,
  ignored_at timestamp with time zone not null,
  constraint ignored_advice_pkey PRIMARY KEY (id),
  constraint ignored_advice_resource_check CHECK ((resource = ANY (ARRAY['memory'::text, 'disk_space'::text]))),
  constraint ignored_advice_task_type_check CHECK ((task_type = ANY (ARRAY['worker'::text, 'server'::text, 'workflow'::text, 'wait'::text, 'internal'::text])))
);
CREATE UNIQUE INDEX ignored_advice_by_key ON public.ignored_advice USING btree (task_type, task_name, subject, context, resource);

create table layers (
  id bigint generated always as identity not null,
  scope_key text not null,
  task_name text,
  subject text,
  context text,
  field text not null,
  mode text not null,
  layer_value json not null,
  note text,
  set_by text not null,
  set_at timestamp with time zone not null,
  constraint layers_mode_check CHECK ((mode = ANY (ARRAY['default'::text, 'override'::text, 'lock'::text]))),
  constraint layers_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX layers_scope ON public.layers USING btree (scope_key, field);

create table leadership (
  term bigint not null
);

create table runs (
  id text not null,
  work_request_id bigint not null,
  attempt bigint not null,
  state text not null,
  worker_name text not null,
  cpu_model text,
  reserved_memory double precision generated always as ((((allocation -> 'memory'::text) ->> 'amount'::text))::double precision) stored,
  reserved_disk_space double precision generated always as ((((allocation -> 'disk_space'::text) ->> 'amount'::text))::double precision) stored,
  reserved_cpu_count double precision generated always as ((((allocation -> 'cpu_count'::text) ->> 'amount'::text))::double precision) stored,
  used_memory double precision generated always as (((runtime_statistics ->> 'memory'::text))::double precision) stored,
  used_disk_space double precision generated always as (((runtime_statistics ->> 'disk_space'::text))::double precision) stored,
  used_cpu_count double precision generated always as ((((runtime_statistics ->> 'cpu_time'::text))::double precision / NULLIF(((runtime_statistics ->> 'duration'::text))::double precision, (0)::double precision))) stored,
  raised_memory double precision generated always as (((((measurement -> 'memory_raises'::text) -> '-1'::integer) ->> 'to'::text))::double precision) stored,
  allocation json not null,
  estimate json not null,
  placement json not null,
  assigned_at timestamp with time zone not null,
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  abort_requested_by text,
  outcome json,
  runtime_statistics json not null,
  measurement json,
  inputs json default '[]'::json not null,
  outputs json not null,
  log json not null,
  failure json,
  lease_token text not null,
  lease_expires_at timestamp with time zone not null,
  constraint runs_check CHECK (((state = 'ended'::text) = (outcome IS NOT NULL))),
  constraint runs_pkey PRIMARY KEY (id),
  constraint runs_state_check CHECK ((state = ANY (ARRAY['assigned'::text, 'running'::text, 'ended'::text]))),
  constraint runs_work_request_id_attempt_key UNIQUE (work_request_id, attempt),
  constraint runs_work_request_id_fkey FOREIGN KEY (work_request_id) REFERENCES work_requests(id) ON DELETE CASCADE
);
CREATE INDEX runs_active ON public.runs USING btree (worker_name, assigned_at) WHERE (state <> 'ended'::text);
CREATE INDEX runs_by_worker ON public.runs USING btree (worker_name, work_request_id);
CREATE INDEX runs_in_error ON public.runs USING btree (ended_at, worker_name) WHERE ((outcome ->> 'kind'::text) = ANY (ARRAY['start_failed'::text, 'worker_lost'::text]));
CREATE INDEX runs_lease ON public.runs USING btree (lease_expires_at) WHERE (state <> 'ended'::text);

create table schedules (
  name text not null,
  cron text not null,
  time_zone text not null,
  missed text not null,
  submission json not null,
  is_paused boolean not null,
  next_at timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null,
  last_firing json,
  constraint schedules_missed_check CHECK ((missed = ANY (ARRAY['skip'::text, 'once'::text, 'all'::text]))),
  constraint schedules_pkey PRIMARY KEY (name)
);
CREATE INDEX schedules_due ON public.schedules USING btree (next_at) WHERE (next_at IS NOT NULL);

create table submissions (
  id bigint generated always as identity not null,
  created_by text not null,
  submission_key text,
  body_hash text not null,
  created_at timestamp with time zone not null,
  orphaned_at timestamp with time zone,
  constraint submissions_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX submissions_key ON public.submissions USING btree (submission_key, created_by);
CREATE INDEX submissions_orphaned ON public.submissions USING btree (orphaned_at) WHERE (orphaned_at IS NOT NULL);

create table task_courses (
  task_type text not null,
  task_name text not null,
  context text not null,
  runs bigint not null,
  has_older_runs boolean not null,
  oldest_ms double precision not null,
  newest_at timestamp with time zone not null,
  failed_share double precision not null,
  flaky_share double precision not null,
  duration_p50 double precision,
  duration_growth double precision,
  memory_p95 double precision,
  memory_reserved_p95 double precision,
  memory_wasted_per_run double precision,
  recent json not null,
  constraint task_courses_pkey PRIMARY KEY (task_type, task_name, context),
  constraint task_courses_task_type_check CHECK ((task_type = ANY (ARRAY['worker'::text, 'server'::text, 'workflow'::text, 'wait'::text, 'internal'::text])))
);

create table tokens (
  id bigint generated always as identity not null,
  name text not null,
  scope text not null,
  worker_name text,
  secret_hash text not null,
  max_share double precision,
  opened_with bigint,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint tokens_opened_with_fkey FOREIGN KEY (opened_with) REFERENCES tokens(id) ON DELETE CASCADE,
  constraint tokens_pkey PRIMARY KEY (id),
  constraint tokens_scope_check CHECK ((scope = ANY (ARRAY['read'::text, 'submit'::text, 'admin'::text, 'worker'::text, 'join'::text]))),
  constraint tokens_secret_hash_key UNIQUE (secret_hash)
);
CREATE INDEX tokens_by_worker ON public.tokens USING btree (worker_name) WHERE (worker_name IS NOT NULL);
CREATE INDEX tokens_max_share ON public.tokens USING btree (name, max_share) WHERE (max_share IS NOT NULL);
CREATE INDEX tokens_of_people ON public.tokens USING btree (name) WHERE ((worker_name IS NULL) AND (opened_with IS NULL) AND (scope <> 'join'::text));
CREATE INDEX tokens_opened_with ON public.tokens USING btree (opened_with) WHERE (opened_with IS NOT NULL);

create table work_request_dependencies (
  work_request_id bigint not null,
  depends_on bigint not null,
  constraint work_request_dependencies_depends_on_fkey FOREIGN KEY (depends_on) REFERENCES work_requests(id) ON DELETE CASCADE,
  constraint work_request_dependencies_pkey PRIMARY KEY (work_request_id, depends_on),
  constraint work_request_dependencies_work_request_id_fkey FOREIGN KEY (work_request_id) REFERENCES work_requests(id) ON DELETE CASCADE
);
CREATE INDEX work_request_dependents ON public.work_request_dependencies USING btree (depends_on, work_request_id);

create table work_requests (
  id bigint generated always as identity not null,
  name text not null,
  task_type text not null,
  task_name text not null,
  subject text not null,
  context text not null,
  status text not null,
  result text,
  task_data json not null,
  parameter_summary text,
  input_size double precision,
  requirements json not null,
  inputs json default '[]'::json not null,
  allocation json,
  estimate json,
  worker_name text,
  priority_base bigint not null,
  priority_adjustment bigint default 0 not null,
  unblock_strategy text not null,
  allow_failure boolean not null,
  trusted boolean not null,
  fail_on text,
  reactions json not null,
  supersedes bigint,
  superseded_by bigint,
  submission_id bigint,
  workflow_id bigint,
  workflow_group text,
  created_at timestamp with time zone not null,
  created_by text not null,
  pending_at timestamp with time zone,
  first_pending_at timestamp with time zone,
  not_before timestamp with time zone,
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  expire_after double precision,
  expires_at timestamp with time zone,
  aborted json,
  waiting json,
  output_data json,
  run_count bigint default 0 not null,
  verdict json,
  verdict_kind text,
  avoid_workers json,
  remaining_path double precision default 0 not null,
  duration_p50 double precision,
  duration_p95 double precision,
  evidence_runs bigint,
  max_share double precision,
  constraint work_requests_check CHECK (((status = 'completed'::text) = (result IS NOT NULL))),
  constraint work_requests_check1 CHECK (((status <> 'aborted'::text) OR (aborted IS NOT NULL))),
  constraint work_requests_fail_on_check CHECK ((fail_on = ANY (ARRAY['any'::text, 'regression'::text, 'never'::text]))),
  constraint work_requests_pkey PRIMARY KEY (id),
  constraint work_requests_result_check CHECK ((result = ANY (ARRAY['success'::text, 'failure'::text, 'error'::text, 'skipped'::text]))),
  constraint work_requests_status_check CHECK ((status = ANY (ARRAY['blocked'::text, 'pending'::text, 'running'::text, 'completed'::text, 'aborted'::text]))),
  constraint work_requests_submission_id_fkey FOREIGN KEY (submission_id) REFERENCES submissions(id),
  constraint work_requests_task_type_check CHECK ((task_type = ANY (ARRAY['worker'::text, 'server'::text, 'workflow'::text, 'wait'::text, 'internal'::text]))),
  constraint work_requests_unblock_strategy_check CHECK ((unblock_strategy = ANY (ARRAY['deps'::text, 'manual'::text]))),
  constraint work_requests_verdict_kind_check CHECK ((verdict_kind = ANY (ARRAY['passed'::text, 'fixed'::text, 'flaky'::text, 'regression'::text, 'known_failure'::text, 'never_passed'::text, 'first_run'::text, 'over_limit'::text, 'infrastructure'::text, 'misconfigured'::text, 'aborted'::text])))
);
CREATE INDEX work_requests_by_context ON public.work_requests USING btree (context, id);
CREATE INDEX work_requests_by_creator ON public.work_requests USING btree (created_by, id);
CREATE INDEX work_requests_by_end ON public.work_requests USING btree (completed_at, id) WHERE (completed_at IS NOT NULL);
CREATE INDEX work_requests_by_result ON public.work_requests USING btree (result, id) WHERE (result IS NOT NULL);
CREATE INDEX work_requests_by_status ON public.work_requests USING btree (status, id);
CREATE INDEX work_requests_by_subject ON public.work_requests USING btree (subject, id);
CREATE INDEX work_requests_by_task ON public.work_requests USING btree (task_name, id);
CREATE INDEX work_requests_by_verdict ON public.work_requests USING btree (verdict_kind, id) WHERE (verdict_kind IS NOT NULL);
CREATE INDEX work_requests_by_workflow ON public.work_requests USING btree (workflow_id, id) WHERE (workflow_id IS NOT NULL);
CREATE INDEX work_requests_expiry ON public.work_requests USING btree (expires_at) WHERE (expires_at IS NOT NULL);
CREATE INDEX work_requests_failed_by_end ON public.work_requests USING btree (result, completed_at, id, verdict_kind) WHERE (NOT (result = ANY (ARRAY['success'::text, 'skipped'::text])));
CREATE INDEX work_requests_guessed ON public.work_requests USING btree (task_type, task_name) WHERE ((NOT (status <> 'pending'::text)) AND (evidence_runs = '-1'::integer));
CREATE UNIQUE INDEX work_requests_member ON public.work_requests USING btree (workflow_id, name) WHERE ((workflow_id IS NOT NULL) AND (supersedes IS NULL));
CREATE INDEX work_requests_not_before ON public.work_requests USING btree (not_before) WHERE ((NOT (status <> 'pending'::text)) AND (not_before IS NOT NULL));
CREATE INDEX work_requests_open_members ON public.work_requests USING btree (workflow_id, id) WHERE ((workflow_id IS NOT NULL) AND (NOT (status = ANY (ARRAY['completed'::text, 'aborted'::text]))));
CREATE INDEX work_requests_pending ON public.work_requests USING btree (((priority_base + priority_adjustment)) DESC, pending_at, id) WHERE ((NOT (status <> 'pending'::text)) AND (allocation IS NOT NULL));
CREATE INDEX work_requests_pending_key ON public.work_requests USING btree (task_type, task_name, subject, context, evidence_runs) WHERE (NOT (status <> 'pending'::text));
CREATE INDEX work_requests_running ON public.work_requests USING btree (task_type, task_name, id) WHERE (NOT (status <> 'running'::text));
CREATE INDEX work_requests_submission ON public.work_requests USING btree (submission_id, id) WHERE (submission_id IS NOT NULL);
CREATE INDEX work_requests_told_by_end ON public.work_requests USING btree (verdict_kind, completed_at, id) WHERE (verdict_kind <> 'passed'::text);
CREATE INDEX work_requests_unprepared ON public.work_requests USING btree (id) WHERE ((NOT (status <> 'pending'::text)) AND (allocation IS NULL));
CREATE INDEX work_requests_waiting ON public.work_requests USING btree (pending_at, id) WHERE (NOT (status <> 'pending'::text));
CREATE INDEX work_requests_workflows ON public.work_requests USING btree (id) WHERE (task_type = 'workflow'::text);

create table worker_lines (
  id bigint generated always as identity not null,
  worker_name text not null,
  session text not null,
  number bigint not null,
  at timestamp with time zone not null,
  level text not null,
  text text not null,
  constraint worker_lines_level_check CHECK ((level = ANY (ARRAY['info'::text, 'warning'::text, 'error'::text]))),
  constraint worker_lines_pkey PRIMARY KEY (id),
  constraint worker_lines_worker_name_fkey FOREIGN KEY (worker_name) REFERENCES workers(worker_name) ON DELETE CASCADE,
  constraint worker_lines_worker_name_session_number_key UNIQUE (worker_name, session, number)
);
CREATE INDEX worker_lines_by_worker ON public.worker_lines USING btree (worker_name, id);

create table workers (
  worker_name text not null,
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
  joined_at timestamp with time zone not null,
  last_seen_at timestamp with time zone not null,
  suspicion json,
  resumed_at timestamp with time zone,
  constraint workers_pkey PRIMARY KEY (worker_name)
);
