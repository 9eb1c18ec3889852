import type { WorkRequestId } from "../../../domain/ids.ts";
import type { LoopContext } from "../../loop/context.ts";

/** Of one schedule or hook: what came of it longer ago is told by the API. */
export const MOST_SHOWN = 50;

/** Of the requests that were submitted, those that have not expired. */
export async function keptOf(
  { store: { read } }: LoopContext,
  told: readonly ({ work_request_ids: WorkRequestId[] } | null)[],
): Promise<ReadonlySet<number>> {
  return read.existingWorkRequestIds(told.flatMap((one) => one?.work_request_ids ?? []));
}
