import type { WorkRequestId } from "../../../domain/ids.ts";
import type { ExpectedTimes, WorkRequest } from "../../../domain/work-request.ts";
import type { MemberRow } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";

/** When the requests of a workflow, and the whole of it, should start and end, as far as that can be said. */
export type MemberTimes = { byId: ReadonlyMap<WorkRequestId, ExpectedTimes>; whole?: ExpectedTimes };

export function expectedOfMembers(
  _context: LoopContext,
  _workflow: WorkRequest,
  _members: readonly MemberRow[],
  _replaced: ReadonlyMap<WorkRequestId, WorkRequestId>,
): Promise<MemberTimes> {
  return Promise.resolve({ byId: new Map() });
}
