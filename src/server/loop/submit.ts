import { createHash } from "node:crypto";
import { AppError, ERRORS, errorEntry } from "../../contract/errors.ts";
import type { RequestSubmission, Submission } from "../../contract/submission.ts";
import { targetOf } from "../../contract/reactions.ts";
import { describeValue, formatPath, summaryOf } from "../../contract/validation.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { firstReactions, REACTION_KINDS } from "../../domain/reaction.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { NewWorkRequest, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { findCycle } from "./find-cycle.ts";
import { lengthenPaths, withPaths } from "./remaining-paths.ts";
import { settleBlocked } from "./transitions.ts";

export type Entry = ReturnType<typeof errorEntry>;

/** Work in the transaction of a submission. */
type Within = (tx: StoreTransaction, ids: readonly WorkRequestId[]) => Promise<void>;

/** How many reasons one refusal names. */
const MAX_ERRORS = 50;

/**
 * Takes a submission whole, or refuses it whole with `invalid-submission`. The same submission key with
 * the same body again gives the requests made the first time.
 * @param within what else is done in the transaction that makes the requests; what it throws keeps them from being made
 */
export async function submit(
  context: LoopContext,
  submission: Submission,
  createdBy: string,
  within: Within = () => Promise.resolve(),
): Promise<WorkRequest[]> {
  const { work_requests, submission_key, max_share } = submission;
  const indexByName = await refuseWrong(context, submission);

  const body_hash = createHash("sha256").update(JSON.stringify(work_requests)).digest("hex");
  const requests = await withPaths(
    context,
    work_requests.map((request) => newRequest(context, request, indexByName)),
  );
  const ids = await context.store.transaction(async (tx) => {
    const earlier = submission_key === undefined ? undefined : await tx.submission(`${createdBy}/${submission_key}`);
    if (earlier !== undefined) return sameSubmission(earlier, body_hash);
    await refuseUnknownIds(tx, work_requests);
    const key = submission_key === undefined ? undefined : `${createdBy}/${submission_key}`;
    const inserted = await tx.insertWorkRequests(requests, { created_by: createdBy, key, max_share, body_hash });
    const lengthened = await lengthenPaths(tx, requests);
    const data = lengthened.length > 0 ? { lengthened } : {};
    await tx.appendEvents(inserted.map((id) => ({ kind: "created" as const, work_request_id: id, data })));
    await settleInserted(tx, requests, inserted);
    await within(tx, inserted);
    return inserted;
  });
  const found = await Promise.all(ids.map((id) => context.store.read.workRequest(id)));
  return found.filter((request) => request !== undefined);
}

/** Why a submission was refused for good; undefined for any other fault. */
export function refusalOf(error: unknown): WorkRequestError[] | undefined {
  if (!(error instanceof AppError) || ERRORS[error.code].retryable) return undefined;
  const { errors } = error.details;
  return Array.isArray(errors) ? (errors as WorkRequestError[]) : [errorEntry(error.code, error.details)]; // made here
}

/** Refuses what is wrong on its face: tasks, their data, names and cycles. Gives where each name stands. */
export async function refuseWrong(
  context: LoopContext,
  { work_requests }: Pick<Submission, "work_requests">,
): Promise<IndexByName> {
  const errors = [...(await taskErrors(context, work_requests)), ...nameErrors(work_requests)];
  errors.push(...work_requests.flatMap((request, index) => reactionErrors(context, request, index)));
  const indexByName = new Map(work_requests.map(({ name }, index) => [name, index]));
  errors.push(...nameReferenceErrors(work_requests, indexByName), ...inputErrors(work_requests));
  errors.push(...cycleErrors(work_requests, indexByName));
  refuseIfAny(errors);
  return indexByName;
}

/** Refuses with the list of reasons, when there are any. */
function refuseIfAny(errors: readonly Entry[]): void {
  if (errors.length === 0) return;
  throw new AppError("invalid-submission", { summary: summaryOf(errors), errors: errors.slice(0, MAX_ERRORS) });
}

function sameSubmission(earlier: { body_hash: string; ids: WorkRequestId[] }, body_hash: string): WorkRequestId[] {
  if (earlier.body_hash !== body_hash) {
    const expected = "a new key: this one was used for another submission";
    refuseIfAny([errorEntry("invalid-value", { path: "submission_key", found: "a used key", expected })]);
  }
  return earlier.ids;
}

async function taskErrors(context: LoopContext, requests: readonly RequestSubmission[]): Promise<Entry[]> {
  const checks = requests.map((request, index) => context.tasks.check(request, ["work_requests", index]));
  return (await Promise.all(checks)).flatMap((checked, index) => {
    if (checked.ok) return [];
    const { fault } = checked;
    if (fault.kind === "invalid") return fault.errors as Entry[]; // made by `errorEntry`
    // its schema threw or hangs: nothing can be said about the data
    const task = requests[index]!; // one answer for each
    throw new AppError("unavailable", { reason: `the task ${task.task_name} cannot check its data: ${fault.reason}` });
  });
}

/** What is not allowed here is said at once, not when somebody should have been told. */
function reactionErrors({ courier }: LoopContext, { reactions = {} }: RequestSubmission, index: number): Entry[] {
  return REACTION_KINDS.flatMap((kind) =>
    (reactions[kind] ?? []).flatMap((text, position) => {
      const reason = courier.refusal(text, "request");
      const path = formatPath(["work_requests", index, "reactions", kind, position]);
      return reason === undefined ? [] : [errorEntry("reaction-not-allowed", { path, target: targetOf(text), reason })];
    }),
  );
}

function nameErrors(requests: readonly RequestSubmission[]): Entry[] {
  const first = new Map<string, number>();
  return requests.flatMap(({ name }, index) => {
    if (name === undefined) return [];
    const earlier = first.get(name);
    if (earlier === undefined) {
      first.set(name, index);
      return [];
    }
    const path = formatPath(["work_requests", index, "name"]);
    return [errorEntry("duplicate-name", { path, name, first: formatPath(["work_requests", earlier, "name"]) })];
  });
}

type IndexByName = ReadonlyMap<string | undefined, number>;

function nameReferenceErrors(requests: readonly RequestSubmission[], indexByName: IndexByName): Entry[] {
  return requests.flatMap((request, index) =>
    referencesOf(request).flatMap(({ target, place }) => {
      if (typeof target === "number" || indexByName.has(target)) return [];
      const path = formatPath(["work_requests", index, ...place]);
      return [errorEntry("unknown-dependency", { path, found: describeValue(target) })];
    }),
  );
}

type Reference = { target: string | WorkRequestId; place: PropertyKey[] };

/** The requests that one names, and where it does: it depends on them all. */
function referencesOf({ depends_on, inputs }: RequestSubmission): Reference[] {
  return [
    ...depends_on.map((target, position) => ({ target, place: ["depends_on", position] })),
    ...inputs.map(({ from }, position) => ({ target: from, place: ["inputs", position, "from"] })),
  ];
}

/** Only what runs on a worker has a directory to put files into. */
function inputErrors(requests: readonly RequestSubmission[]): Entry[] {
  return requests.flatMap(({ task_type, inputs }, index) => {
    if (task_type === "worker" || inputs.length === 0) return [];
    const path = formatPath(["work_requests", index, "inputs"]);
    const expected = `none: only tasks of the type worker are given files, and this one is of the type ${task_type}`;
    return [errorEntry("invalid-value", { path, found: describeValue(inputs), expected })];
  });
}

function cycleErrors(requests: readonly RequestSubmission[], indexByName: IndexByName): Entry[] {
  const edges = requests.map((request) =>
    referencesOf(request).flatMap(({ target }) => {
      const index = typeof target === "string" ? indexByName.get(target) : undefined;
      return index === undefined ? [] : [index];
    }),
  );
  const cycle = findCycle(edges);
  if (cycle === undefined) return [];
  const names = cycle.slice(0, 20).map((index) => requests[index]?.name ?? `work_requests[${index}]`);
  const path = formatPath(["work_requests", cycle[0] ?? 0, "depends_on"]);
  return [errorEntry("dependency-cycle", { path, cycle: [...names, names[0]].join(" → ") })];
}

async function refuseUnknownIds(tx: StoreTransaction, requests: readonly RequestSubmission[]): Promise<void> {
  const targets = requests.flatMap((request) => referencesOf(request).map(({ target }) => target));
  const named = new Set(targets.filter((target) => typeof target === "number"));
  if (named.size === 0) return;
  const existing = await tx.existingWorkRequestIds([...named]);
  refuseIfAny(
    requests.flatMap((request, index) =>
      referencesOf(request).flatMap(({ target, place }) => {
        if (typeof target !== "number" || existing.has(target)) return [];
        const path = formatPath(["work_requests", index, ...place]);
        return [errorEntry("unknown-dependency", { path, found: `#${target}` })];
      }),
    ),
  );
}

/** A request as it is inserted, of one whose references were checked. */
export function newRequest(context: LoopContext, request: RequestSubmission, indexByName: IndexByName): NewWorkRequest {
  // every name is in the map: the references were checked
  const placeOf = (target: string | WorkRequestId) =>
    typeof target === "number" ? { id: target } : { index: indexByName.get(target)! };
  const targets = new Set(referencesOf(request).map(({ target }) => target));
  const depends_on = [...targets].map(placeOf);
  const { task_type, task_name, subject, task_data, requirements } = request;
  const configured = context.tasks.configured(request);
  const isBlocked = depends_on.length > 0 || request.unblock_strategy === "manual";
  return {
    task_type,
    task_name,
    subject,
    context: request.context,
    task_data,
    requirements,
    depends_on,
    inputs: request.inputs.map((input) => ({ ...input, from: placeOf(input.from) })),
    name: request.name ?? "",
    status: isBlocked ? "blocked" : "pending",
    priority_base: request.priority,
    unblock_strategy: request.unblock_strategy,
    allow_failure: request.allow_failure,
    trusted: request.trusted,
    expire_after: request.expire_after ?? context.settings.expireAfter,
    fail_on: request.fail_on ?? configured?.fail_on ?? null,
    reactions: firstReactions(request.reactions, configured?.reactions),
    supersedes: null,
  };
}

/** Requests that depend on existing ones only may be free to go, or hopeless, from the start. */
export async function settleInserted(
  tx: StoreTransaction,
  requests: readonly NewWorkRequest[],
  ids: readonly WorkRequestId[],
): Promise<void> {
  const now = await tx.now();
  for (const [index, request] of requests.entries()) {
    if (!request.depends_on.some((dependency) => "id" in dependency)) continue;
    const inserted = await tx.lockWorkRequest(ids[index]!); // one id for each request, in the same order
    if (inserted !== undefined) await settleBlocked(tx, inserted, now);
  }
}
