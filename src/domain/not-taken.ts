import type { WorkRequestId } from "./ids.ts";
import type { Candidate } from "./run.ts";

/** Why a worker could never take some of what waits, how many these are, and the one of them that is planned first. */
export type NotTakenReason = { candidate: Candidate; count: number; first_id: WorkRequestId };

/** What waits that a worker cannot take however free it is; `looked`: how many were looked at, those that are planned first. */
export type NotTaken = { looked: number; reasons: NotTakenReason[] };
