import { AppError, errorEntry } from "../../../contract/errors.ts";
import { requestSubmission, type RequestSubmission } from "../../../contract/submission.ts";
import { validationErrors } from "../../../contract/validation.ts";
import { DEFAULT_FAIL_ON, type FailOn } from "../../../domain/verdict.ts";
import { MAX_WORKFLOW_DEPTH, MAX_WORKFLOW_REQUESTS } from "../../../domain/workflow.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { AskedWork } from "../../../task/define-workflow.ts";
import type { MemberRow, NewWorkRequest } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { newRequest, refuseWrong, type Entry } from "../submit.ts";

/** What a plan asked for, as it can be inserted; or what is wrong with it. */
export type CheckedPart = { ok: true; requests: NewWorkRequest[] } | { ok: false; isPassing: boolean; errors: Entry[] };

/** What a workflow hands down to its requests. */
export type Handing = Pick<
  WorkRequest,
  "priority_base" | "priority_adjustment" | "trusted" | "expire_after" | "fail_on"
> & { id?: WorkRequest["id"] | undefined };

/** The asked requests that are there already are not to be given. `members`: what there is, to depend on. */
export async function checkPart(
  context: LoopContext,
  workflow: Handing,
  asked: readonly AskedWork[],
  members: readonly MemberRow[],
  depth: number,
): Promise<CheckedPart> {
  const total = asked.length + members.length;
  if (total > MAX_WORKFLOW_REQUESTS) {
    return refused([errorEntry("workflow-too-large", { found: total, limit: MAX_WORKFLOW_REQUESTS })]);
  }
  const parsed = parseAll(asked, new Map(members.map(({ name, id }) => [name, id])));
  if (parsed.errors.length > 0) return refused(parsed.errors);
  const deep = parsed.requests.find(({ task_type }) => task_type === "workflow" && depth >= MAX_WORKFLOW_DEPTH);
  if (deep !== undefined) {
    const path = placeOf(deep.name ?? "");
    return refused([errorEntry("workflow-too-deep", { path, limit: MAX_WORKFLOW_DEPTH })]);
  }
  try {
    const indexByName = await refuseWrong(context, { work_requests: parsed.requests });
    const requests = parsed.requests.map((request, index) => ({
      ...newRequest(context, request, indexByName),
      ...handedDown(context, workflow, request),
      ...(asked[index]?.group !== undefined && { workflow_group: asked[index].group }),
    }));
    return { ok: true, requests };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return refusedAs(error, parsed.requests);
  }
}

function refused(errors: Entry[]): CheckedPart {
  return { ok: false, isPassing: false, errors };
}

function refusedAs(error: AppError, requests: readonly RequestSubmission[]): CheckedPart {
  const { errors } = error.details;
  if (!Array.isArray(errors)) return { ok: false, isPassing: true, errors: [errorEntry(error.code, error.details)] };
  // named as its author named them, not by their place in a list
  const named = (text: string) =>
    text.replaceAll(/work_requests\[(\d+)\]/g, (_, index: string) => placeOf(requests[Number(index)]?.name ?? index));
  return refused(
    (errors as Entry[]).map((entry) => ({
      // made by `errorEntry`
      ...entry,
      message: named(entry.message),
      ...(typeof entry["path"] === "string" && { path: named(entry["path"]) }),
    })),
  );
}

function placeOf(name: string): string {
  return `ensure(${JSON.stringify(name)})`;
}

function parseAll(asked: readonly AskedWork[], ids: ReadonlyMap<string, number>) {
  const requests: RequestSubmission[] = [];
  const errors: Entry[] = [];
  const here = new Set(asked.map(({ name }) => name));
  for (const { group, ...given } of asked) {
    const isGroup = group === undefined || (typeof group === "string" && group.length <= 200);
    const known = <Name>(name: Name) => (typeof name !== "string" || here.has(name) ? name : (ids.get(name) ?? name));
    const depends_on = given.depends_on.map(known);
    // of any form until it is parsed
    const inputs = Array.isArray(given.inputs)
      ? given.inputs.map((one) => ({ ...one, from: known(one.from) }))
      : given.inputs;
    const parsed = requestSubmission.safeParse({ ...given, depends_on, inputs });
    const path = [placeOf(given.name)];
    if (!parsed.success) errors.push(...validationErrors(parsed.error, given, path));
    else if (!isGroup) {
      const expected = "text of at most 200 characters";
      errors.push(errorEntry("invalid-value", { path: `${path[0]}.group`, found: typeof group, expected }));
    } else requests.push(parsed.data);
  }
  return { requests, errors: errors.slice(0, 50) };
}

function handedDown(context: LoopContext, workflow: Handing, request: RequestSubmission) {
  return {
    ...(workflow.id !== undefined && { workflow_id: workflow.id }),
    priority_base: workflow.priority_base + workflow.priority_adjustment + request.priority,
    trusted: workflow.trusted && request.trusted,
    expire_after: request.expire_after ?? workflow.expire_after,
    fail_on: request.fail_on ?? failOnOfPart(workflow.fail_on, context.tasks.configured(request)?.fail_on),
  };
}

/** The usual one says nothing that a task may not say better. */
function failOnOfPart(ofWorkflow: FailOn | null, ofTask: FailOn | undefined): FailOn | null {
  return ofWorkflow === DEFAULT_FAIL_ON ? (ofTask ?? ofWorkflow) : (ofWorkflow ?? ofTask ?? null);
}
