import { randomBytes } from "node:crypto";
import { errorEntry } from "../../../contract/errors.ts";
import { epochMs, timestamp } from "../../../domain/clock.ts";
import { runId, type WorkRequestId } from "../../../domain/ids.ts";
import type { Placement } from "../../../domain/run.ts";
import type { WorkRequestError } from "../../../domain/output-data.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { Allocation } from "../../../domain/allocation.ts";
import type { Capacity } from "../../../domain/worker.ts";
import { ROOM_RESOURCES } from "../../../schedule/fit.ts";
import type { LoopContext } from "../context.ts";
import { resolveInputs } from "../inputs.ts";
import { completeWithoutRun } from "../transitions.ts";

/** Another server leads: this one must not place any more, or a worker would be given too much. */
export class LeadLost extends Error {
  constructor() {
    super("another server of this database leads");
  }
}

/**
 * Makes the run of a placed request, if the request still waits and needs what the plan gave it; false if not, and
 * then nothing has changed. Throws `LeadLost` when a later lead than the one of `term` has begun.
 */
export function place(
  context: LoopContext,
  term: number,
  { id, placement }: { id: WorkRequestId; placement: Placement },
  planned: Capacity,
): Promise<boolean> {
  const { store, settings } = context;
  return store.transaction(async (tx) => {
    if (!(await tx.holdsLead(term))) throw new LeadLost();
    const current = await tx.lockWorkRequest(id);
    if (current?.status !== "pending" || current.allocation === null) return false; // ended, or to be prepared anew
    if (!isAsPlanned(current.allocation, planned)) return false;
    const inputs = await resolveInputs(tx, current);
    if (!inputs.ok || !(await tx.useArtifacts(id, inputs.files))) {
      const errors = inputs.ok ? [inputsGone(current)] : inputs.errors;
      await completeWithoutRun(tx, current, "error", { runtime_statistics: {}, errors }, await tx.now());
      return false;
    }
    const attempt = current.run_count + 1;
    const { worker_name } = placement;
    const worker = await tx.worker(worker_name);
    const run_id = runId(id, attempt);
    await tx.insertRun({
      id: run_id,
      inputs: inputs.files,
      work_request_id: id,
      attempt,
      estimate: current.estimate ?? {},
      placement,
      worker_name,
      cpu_model: worker?.cpu_model ?? null,
      allocation: current.allocation,
      lease_token: newLeaseToken(),
      lease_expires_at: timestamp(epochMs(await tx.now()) + settings.leaseMs),
    });
    await tx.updateWorkRequest(id, {
      status: "running",
      worker_name,
      run_count: attempt,
      waiting: null,
      not_before: null,
    });
    await tx.appendEvents([
      { kind: "placed", work_request_id: id, run_id, worker_name, data: { rule: placement.rule } },
    ]);
    return true;
  });
}

/** The database names its inputs, and their contents are not there: somebody has deleted them. */
function inputsGone({ inputs }: WorkRequest): WorkRequestError {
  const { from, match } = inputs[0]!; // one without inputs uses nothing
  return errorEntry("input-missing", { from, match: match.join(", "), reason: "its files are not kept any more" });
}

function isAsPlanned(allocation: Allocation, planned: Capacity): boolean {
  return ROOM_RESOURCES.every((resource) => allocation[resource].amount === planned[resource]);
}

/** A new lease's token: long, random, and worth nothing once the run has ended. */
function newLeaseToken(): string {
  return randomBytes(16).toString("base64url");
}
