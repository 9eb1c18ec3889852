/**
 * Every error code there is. A code is never reused for another meaning; `docs/errors.md` has a
 * section for each, and a test compares the two both ways.
 */
type ErrorDefinition = {
  /** HTTP status when it answers a call; undefined for codes that only stand in `output_data.errors` or in an `errors` list. */
  status?: number;
  /** True: the same call, or the same run, may succeed later without a change. */
  retryable: boolean;
  /** The sentence; `{name}` is filled from the details. */
  template: string;
  /** What to do about it; `{name}` is filled from the details, as in the sentence. */
  action: string;
};

export const ERRORS = {
  // ── answers to calls ──────────────────────────────────────────────────────────────────────────
  "invalid-submission": {
    status: 422,
    retryable: false,
    template: "The submission was refused: {summary}",
    action: "Mend what each entry of `errors` names; nothing of the submission was kept.",
  },
  "invalid-request": {
    status: 400,
    retryable: false,
    template: "The call was refused: {summary}",
    action: "Mend what each entry of `errors` names.",
  },
  "malformed-body": {
    status: 400,
    retryable: false,
    template: "The body is not valid JSON: {reason}",
    action: "Send a JSON document in UTF-8.",
  },
  "unsupported-media-type": {
    status: 415,
    retryable: false,
    template: "The content type {found} is not supported here.",
    action: "Send `application/json`, or `application/octet-stream` where bytes are expected.",
  },
  "body-too-large": {
    status: 413,
    retryable: false,
    template: "The body is larger than {limit}.",
    action: "Split the submission, or pass large inputs by reference instead of in `files`.",
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    template: "This needs a token, and {reason}.",
    action: "Pass `--token`, set `ALMANAC_TOKEN`, or run the command with the same `ALMANAC_HOME` as the server.",
  },
  forbidden: {
    status: 403,
    retryable: false,
    template: "The token {token} may not do this: it has the scope {scope}, and {needed} is needed.",
    action: "Use a token of the needed scope: `almanac token new`.",
  },
  "not-found": {
    status: 404,
    retryable: false,
    template: "There is no {what} {id}.",
    action: "Check the name or number of the {what}; one that was removed or has expired is no longer there.",
  },
  "route-not-found": {
    status: 404,
    retryable: false,
    template: "There is nothing at {method} {path}.",
    action: "See `/api/v1/openapi.json` for what there is.",
  },
  "already-ended": {
    status: 409,
    retryable: false,
    template: "#{id} has already ended: it is {status}.",
    action: "Nothing needs to be done; `almanac retry` makes it again.",
  },
  "not-ended": {
    status: 409,
    retryable: false,
    template: "#{id} is still {status}; only a request that has ended can be made again.",
    action: "Wait for its end, or abort it first.",
  },
  "not-judged": {
    status: 409,
    retryable: false,
    template: "#{id} has no verdict yet: it is {status}.",
    action: "Wait for its end.",
  },
  "finding-open": {
    status: 409,
    retryable: false,
    template: "Finding {id} is over, and the like of it is open: finding {other}.",
    action: "Put the open one into a state instead.",
  },
  "unknown-owner": {
    status: 422,
    retryable: false,
    template: "Nobody here is called {name}. Those whom something can be given to: {people}.",
    action: "Take one of these names: they are the names of tokens; a new one is made by `almanac token new`.",
  },
  "already-superseded": {
    status: 409,
    retryable: false,
    template: "#{id} was already made again, as #{superseded_by}.",
    action: "Retry the newer one.",
  },
  "nothing-failed": {
    status: 409,
    retryable: false,
    template: "Nothing of the workflow #{id} failed in a way that counts, so there is nothing to make again.",
    action: "Submit the workflow once more, or retry one of its requests by its number.",
  },
  "not-blocked": {
    status: 409,
    retryable: false,
    template: "#{id} does not wait for a person: it is {status} and unblocks by {strategy}.",
    action: "Only blocked requests with `unblock_strategy: manual` are released by hand.",
  },
  "not-to-confirm": {
    status: 409,
    retryable: false,
    template: "#{id} does not wait for a person's answer: it is {status}, of the task {task_name}.",
    action: "Only pending requests of the wait task `confirm` are answered.",
  },
  "hook-refused": {
    status: 401,
    retryable: false,
    template: "The call of the hook {name} was refused: {reason}.",
    action: "Sign it with the hook's secret, see the guide on hooks; `almanac hook add` makes one.",
  },
  "too-many-calls": {
    status: 429,
    retryable: true,
    template: "Hooks are called more than {limit} times a minute.",
    action: "Try again in a minute.",
  },
  "lease-lost": {
    status: 409,
    retryable: false,
    template: "The worker {worker_name} does not hold the lease of run {run_id} any more.",
    action: "The worker ends the run and forgets it; the server has queued the request again.",
  },
  "call-out-of-order": {
    status: 409,
    retryable: false,
    template: "The call {found} of the worker {worker_name} came after its call {newest}.",
    action: "Nothing needs to be done: a worker that hears this goes on with greater numbers.",
  },
  "log-offset": {
    status: 409,
    retryable: true,
    template: "The log of run {run_id} continues at byte {expected}, not at {found}.",
    action: "The worker sends the log again from the byte named.",
  },
  "content-mismatch": {
    status: 409,
    retryable: true,
    template: "What arrived has {found_size} bytes and the SHA-256 {found}, not {size} and {sha256} as was said.",
    action: "Nothing was kept; send it again.",
  },
  "content-missing": {
    status: 503,
    retryable: true,
    template: "The content {sha256} is not kept (any more).",
    action: "A worker sends it again; otherwise it has expired, or the store of artifacts has lost it.",
  },
  "reaction-not-allowed": {
    status: 403,
    retryable: false,
    template: "{path}: this server does not carry out {target}: {reason}.",
    action: "Use another action, or have the server's administrator allow it: see the guide on failures and reactions.",
  },
  "worker-has-runs": {
    status: 409,
    retryable: true,
    template: "The worker {worker_name} is still running {count} runs.",
    action: "Drain it and wait, or stop it: its runs are then queued again.",
  },
  "join-refused": {
    status: 403,
    retryable: false,
    template: "The join token is not valid: {reason}.",
    action: "Make a new one: `almanac token new --worker`.",
  },
  "worker-name-taken": {
    status: 409,
    retryable: false,
    template: "A worker named {worker_name} exists already.",
    action: "Choose another `--name`, or remove the old one: `almanac worker rm`.",
  },
  "unsupported-database": {
    retryable: false,
    template: "The database {found} cannot be used: {reason}",
    action: "Use a file path, or a URL that starts with `postgres://`.",
  },
  "unsupported-artifacts": {
    retryable: false,
    template: "The store of artifacts {found} cannot be used: {reason}",
    action: "Use a directory, `s3://BUCKET` or `https://HOST/BUCKET`; keys come from the environment.",
  },
  "invalid-configuration": {
    retryable: false,
    template: "The configuration {file} cannot be loaded: {reason}",
    action: "Mend what the message names; its code runs when it is loaded.",
  },
  "newer-schema": {
    retryable: false,
    template: "The database has the schema {found}, which this Almanac (schema {expected}) does not know.",
    action: "Use the newer Almanac that made it.",
  },
  "other-schema": {
    retryable: false,
    template:
      "The database was made by another build of Almanac: its schema {found} is not the one that this program makes.",
    action:
      "Use the build that made it, or begin with a new database: another --home (or $ALMANAC_HOME), or another --database.",
  },
  "too-many-open": {
    status: 503,
    retryable: true,
    template: "The server has too many open streams ({limit}).",
    action: "Close some, or try again later.",
  },
  unavailable: {
    status: 503,
    retryable: true,
    template: "The server cannot answer now: {reason}.",
    action: "Try again; nothing was kept of this call.",
  },
  "unknown-answer": {
    retryable: false,
    template: "The server at {url} answered {call} in a form that this version does not know: {reason}.",
    action: "Use the same version of Almanac as the server. What was asked for may have been done.",
  },
  "internal-error": {
    status: 500,
    retryable: true,
    template: "The server failed while answering (request {request_id}).",
    action: "Try again; if it stays, the server's log has the cause under the request id.",
  },

  // ── entries of an `errors` list ──────────────────────────────────────────────────────────────
  "invalid-value": {
    retryable: false,
    template: "{path}: found {found}, expected {expected}.",
    action: "Correct the field.",
  },
  "unknown-field": {
    retryable: false,
    template: "{path} is not known here{suggestion}.",
    action: "Remove the field, or correct its name.",
  },
  "duplicate-name": {
    retryable: false,
    template: '{path}: the name "{name}" is used twice in this submission (first at {first}).',
    action: "Give each request a name of its own.",
  },
  "unknown-dependency": {
    retryable: false,
    template: "{path}: {found} is neither a name in this submission nor an existing work request.",
    action: "Correct the name or the number.",
  },
  "dependency-cycle": {
    retryable: false,
    template: "{path}: the dependencies go round in a circle: {cycle}.",
    action: "Remove one of the dependencies named.",
  },
  "unknown-task": {
    retryable: false,
    template: '{path}: no {task_type} task is called "{found}"{suggestion}.',
    action: "Use a configured task, or give `command` or `script` in `task_data` to run an ad-hoc one.",
  },
  "invalid-task-data": {
    retryable: false,
    template: "{path}: found {found}, expected {expected}.",
    action: "Correct the task's data.",
  },

  // ── entries of `output_data.errors`: why it was not run, or is nobody's fault ────────────────
  "dynamic-data-failed": {
    retryable: false,
    template: "The task {task_name} could not work out its dynamic data: {reason}",
    action: "Mend the task's `dynamicData()`, then retry.",
  },
  "dynamic-data-unavailable": {
    retryable: true,
    template: "The task {task_name} could not work out its dynamic data for now: {reason}",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "server-task-failed": {
    retryable: false,
    template: "The task {task_name} failed in the server: {reason}",
    action: "See the reason and the server's log, then retry.",
  },
  "server-task-unavailable": {
    retryable: true,
    template: "The task {task_name} could not be done in the server for now: {reason}",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "plan-failed": {
    retryable: false,
    template: "The workflow {task_name} could not be planned: {reason}",
    action: "Mend its `plan`, or the callback that is named, then retry.",
  },
  "plan-unavailable": {
    retryable: true,
    template: "The workflow {task_name} could not be planned for now: {reason}",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "workflow-too-large": {
    retryable: false,
    template: "The workflow asks for {found} requests, and may have {limit}.",
    action: "Put parts of it into sub-workflows, or let one request do more.",
  },
  "workflow-too-deep": {
    retryable: false,
    template: "{path}: workflows may be in workflows {limit} deep, and this is one more.",
    action: "Does a workflow ask for itself?",
  },
  "configure-failed": {
    retryable: false,
    template: "The task {task_name} could not be set up on {worker_name}: {reason}",
    action: "Mend the task's data or its set-up, then retry.",
  },
  "configure-unavailable": {
    retryable: true,
    template: "The task {task_name} could not be set up on {worker_name} for now: {reason}",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "command-not-found": {
    retryable: false,
    template: "The command cannot be found: {reason}.",
    action: "Install it on the worker, give its full path, or ask for a worker that has it with a tag.",
  },
  "start-failed": {
    retryable: true,
    template: "The command cannot be started: {reason}.",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "measuring-failed": {
    retryable: true,
    template: "The run could not be measured: {reason}.",
    action: "See `almanac doctor` on the worker; it is tried again within the infrastructure budget.",
  },
  "worker-disk-full": {
    retryable: true,
    template: "The worker's disk is full: {reason}.",
    action: "Make room on the worker; the request is tried again within the infrastructure budget.",
  },
  "worker-out-of-memory": {
    retryable: true,
    template: "The worker ran out of memory: {reason}.",
    action: "Give the worker less to reserve, or end what else uses memory there; the request is tried again.",
  },
  "worker-lost": {
    retryable: true,
    template: "The worker was lost {count} times while it ran this.",
    action: "See the runs for the workers' names, mend them, then retry.",
  },
  "input-missing": {
    retryable: false,
    template: "#{from} left nothing that its input {match} could be: {reason}.",
    action: "See what it left with `almanac output`; mend the pattern, or mark the input `optional`.",
  },
  "inputs-failed": {
    retryable: true,
    template: "The inputs of the run could not be fetched by {worker_name}: {reason}",
    action: "See the reason; it is tried again within the infrastructure budget.",
  },
  "delivery-failed": {
    retryable: true,
    template: "{target} could not be told: {reason}.",
    action:
      "Mend what the reason names. It is tried again for some hours; afterwards with `almanac deliveries --again ID`.",
  },
  "outputs-failed": {
    retryable: true,
    template: "The outputs of the run could not be kept: {reason}",
    action: "See the reason, then retry.",
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

/** Values for a template's `{names}`; more may be given and are kept as details. */
export type ErrorDetails = Record<string, unknown>;

/** The registry's sentence for a code with the details filled in. */
export function errorMessage(code: ErrorCode, details: ErrorDetails): string {
  return filled(ERRORS[code].template, details);
}

/** What to do about it, filled from the details. */
export function errorAction(code: ErrorCode, details: ErrorDetails): string {
  return filled(ERRORS[code].action, details);
}

function filled(template: string, details: ErrorDetails): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => textOf(details[name]));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** One entry of an `errors` list: the code, its sentence, and the details by name. */
export function errorEntry(
  code: ErrorCode,
  details: ErrorDetails,
): { message: string; code: ErrorCode; [detail: string]: unknown } {
  return { ...details, message: errorMessage(code, details), code };
}

/** A fault with a code of the registry. `details` fill its sentence and travel in the problem document. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(errorMessage(code, details), options);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
}
