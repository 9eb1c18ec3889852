import type { AllocatedAmount } from "../../domain/allocation.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Candidate, Placement } from "../../domain/run.ts";
import { formatDuration } from "../../domain/units.ts";
import type { WaitingReason } from "../../domain/work-request.ts";
import { candidateFor, type Needs } from "../fit.ts";
import { planWorkerOf, type WorkerSlot } from "../fleet/worker-slot.ts";
import { isAvoided, type Lane } from "../pending/lane.ts";
import { keptCandidates, KEPT_CANDIDATES } from "../candidates.ts";
import { waitingReason } from "../reasons.ts";
import type { Reservation } from "../reservation.ts";
import { fullRoom, type ShareHolder } from "../shares.ts";
import { addTo, holds } from "../room.ts";
import { isFree } from "./choose.ts";
import type { Placed } from "./round.ts";
import type { PlanningState } from "./state.ts";

/** Why a request waits, in a sentence. */
export type ReasonText = Omit<WaitingReason, "since">;

/** Why a request waits, worker by worker. */
export type PlanReason = ReasonText & {
  /** At most 20; `candidate_count` has them all. */
  candidates: Candidate[];
  candidate_count: number;
  /** When it should start, where a worker is kept for it; milliseconds. */
  expectedStartMs?: number;
};

/** The record of a choice: the chosen worker, the next best, and some that could not take it. */
export function placementOf(state: PlanningState, placed: Placed, at: Timestamp): Placement {
  const { slot, others, lane } = placed;
  const candidates: Candidate[] = [
    { worker_name: slot.worker.worker_name, verdict: "chosen", ...slownessIn(slot) },
    ...others.map((other) => ({
      worker_name: other.worker.worker_name,
      verdict: "fits" as const,
      ...slownessIn(other),
    })),
  ];
  return {
    at,
    worker_name: slot.worker.worker_name,
    rule: ruleOf(placed),
    candidates: [...candidates, ...unfitNear(state, placed, lane, KEPT_CANDIDATES - candidates.length)],
    candidate_count: state.fleet.count,
  };
}

/** To three digits, and only where it says something: a placement is kept with every run. */
function slownessIn({ slowness }: WorkerSlot): Pick<Candidate, "slowness"> {
  const rounded = Number(slowness.toPrecision(3));
  return rounded === 1 ? {} : { slowness: rounded };
}

function ruleOf({ fitting, aheadOf, lane, run }: Placed): string {
  const choice = fitting === 1 ? "the only worker with room" : `the tightest fit of ${fitting} workers with room`;
  const probe = lane.probe === undefined ? "" : `; goes ahead to learn what ${lane.task_name} needs`;
  if (aheadOf === undefined) return `${choice}${probe}`;
  const how = run.isBeside ? "leaves it the room that it needs" : "should be over before";
  return `${choice}, ahead of #${aheadOf}, for which it is reserved: ${how}${probe}`;
}

/** Workers beside the chosen one in the list that did not fit, and why; a look at a few is enough. */
function unfitNear(state: PlanningState, placed: Placed, lane: Lane, count: number): Candidate[] {
  const { fleet } = state;
  const named = new Set<WorkerSlot>([placed.slot, ...placed.others]);
  const candidates: Candidate[] = [];
  const needs = needsOf(lane);
  for (const slot of fleet.slots()) {
    if (candidates.length >= count) break;
    if (!named.has(slot)) candidates.push(candidateOf(state, undefined, lane, needs, slot, 0));
  }
  return candidates;
}

/** The needs of a lane in the form in which single workers are compared with them. */
function needsOf({ task_name, tags, needs }: Lane): Needs {
  return {
    task_name,
    allocation: {
      memory: amount(needs.memory),
      disk_space: amount(needs.disk_space),
      cpu_count: amount(needs.cpu_count),
      duration: amount(0),
      tags: [...tags],
    },
  };
}

function amount(value: number): AllocatedAmount {
  return { amount: value, source: "default" };
}

function candidateOf(
  state: PlanningState,
  row: number | undefined,
  lane: Lane,
  needs: Needs,
  slot: WorkerSlot,
  nowMs: number,
): Candidate {
  const candidate = candidateFor(needs, planWorkerOf(slot));
  const { worker_name } = slot.worker;
  if (isAvoided(lane, worker_name) && isThere(candidate)) return { worker_name, verdict: "avoided" };
  if (candidate.verdict !== "fits" || slot.reservation === undefined || row === undefined) return candidate;
  if (isFree(state, slot, row, lane, nowMs)) return candidate;
  return { ...candidate, verdict: "reserved", reserved_for: slot.reservation.id as WorkRequestId }; // an id of a request
}

function isThere({ verdict }: Candidate): boolean {
  return verdict === "fits" || verdict === "no_room";
}

/** Why the request waits; undefined when it does not. Looks at every worker. */
export function reasonFor(state: PlanningState, id: WorkRequestId, nowMs: number): PlanReason | undefined {
  const row = state.table.rowOf(id);
  if (row === undefined) return undefined;
  const { reason, candidates, own } = lookAtWorkers(state, row, nowMs);
  return {
    ...reason,
    candidates: keptCandidates(candidates),
    candidate_count: candidates.length,
    ...(own !== undefined && own.startMs < Infinity && { expectedStartMs: own.startMs }),
  };
}

/** How every worker stands to the request of this row, and what follows from it. */
function lookAtWorkers(state: PlanningState, row: number, nowMs: number) {
  const lane = state.lanes.laneOf(row);
  const needs = needsOf(lane);
  const candidates = [...state.fleet.slots()].map((slot) => candidateOf(state, row, lane, needs, slot, nowMs));
  const own = state.reservations.of(row);
  return { reason: reasonFrom(state, lane, needs, candidates, own, nowMs), candidates, own };
}

/**
 * The reasons of many: those in one lane have the same, but for one that has a worker kept for it. A step each time that all workers
 * were looked at, so that whoever has other things to do can do them in between.
 */
export function* reasonsSteps(
  state: PlanningState,
  ids: Iterable<WorkRequestId>,
  nowMs: number,
): Generator<undefined, Map<WorkRequestId, ReasonText>> {
  const reasons = new Map<WorkRequestId, ReasonText>();
  const byLane = new Map<number, ReasonText>();
  for (const id of ids) {
    const row = state.table.rowOf(id);
    if (row === undefined) continue;
    const lane = state.table.laneOf(row);
    const isOwn = state.reservations.of(row) !== undefined;
    const known = isOwn ? undefined : byLane.get(lane);
    const reason = known ?? lookAtWorkers(state, row, nowMs).reason;
    if (!isOwn) byLane.set(lane, reason);
    reasons.set(id, reason);
    if (known === undefined) yield;
  }
  return reasons;
}

function reasonFrom(
  state: PlanningState,
  lane: Lane,
  needs: Needs,
  candidates: readonly Candidate[],
  own: Reservation | undefined,
  nowMs: number,
): ReasonText {
  const full = lane.holders.find((holder) => !holds(fullRoom(holder), lane.needs));
  const fitting = candidates.filter(({ verdict }) => verdict === "fits" || verdict === "reserved");
  if (full !== undefined && lane.shelf !== undefined) return shareReason(full, lane);
  if (fitting.length === 0) return withOwn(withHold(waitingReason(needs, candidates), lane), own, nowMs);
  const kept = fitting.find(({ verdict }) => verdict === "reserved");
  if (kept !== undefined && fitting.every(({ verdict }) => verdict === "reserved")) {
    return reservedReason(state, kept, lane, nowMs);
  }
  if (lane.probe?.isHeld === true) return probeReason(state, lane, nowMs);
  return { code: "not_planned_yet", message: "a worker has room, and planning has not looked at it yet" };
}

function withOwn(reason: ReasonText, own: Reservation | undefined, nowMs: number): ReasonText {
  if (own === undefined) return reason;
  const when = own.startMs === Infinity ? "" : `, which should have room in ${inTime(own.startMs - nowMs)}`;
  return { ...reason, message: `${reason.message}; next is kept for it ${own.slot.worker.worker_name}${when}` };
}

/** What is held back for a probe finds no room because other work went first. */
function withHold(reason: ReasonText, lane: Lane): ReasonText {
  if (lane.probe?.isHeld !== true || reason.code !== "no_room") return reason;
  const others = `other work goes first, until one of ${lane.probe.runs} runs has shown what ${lane.task_name} needs`;
  return { ...reason, message: `${reason.message}; ${others}` };
}

function shareReason(holder: ShareHolder, lane: Lane): ReasonText {
  const used = { ...holder.used };
  const has = shareOf(used, holder);
  addTo(used, lane.needs, 1);
  const message =
    `${holder.key} has ${percent(has)} of the workers and may have ${percent(holder.maxShare)}: ` +
    `with this request it would have ${percent(shareOf(used, holder))}`;
  return { code: "max_share", message };
}

function shareOf(used: ShareHolder["used"], { total }: ShareHolder): number {
  return Math.max(
    used.memory / Math.max(total.memory, 1),
    used.disk_space / Math.max(total.disk_space, 1),
    used.cpu_count / Math.max(total.cpu_count, 1e-9),
  );
}

function probeReason(state: PlanningState, lane: Lane, nowMs: number): ReasonText {
  const until = (lane.probe?.heldSinceMs ?? nowMs) + state.policy.probeHoldMs;
  const runs = lane.probe?.runs ?? 0;
  const message =
    `what ${lane.task_name} needs is not known: it waits for the first of ${runs} runs to end, ` +
    `while other work uses the room; at most ${inTime(until - nowMs)} more`;
  return { code: "probing", message };
}

function reservedReason(state: PlanningState, kept: Candidate, lane: Lane, nowMs: number): ReasonText {
  const reservation = state.fleet.slot(kept.worker_name)?.reservation;
  const startMs = reservation?.startMs ?? Infinity;
  const when = startMs === Infinity ? "as soon as its runs have ended" : `in ${inTime(startMs - nowMs)}`;
  const message =
    `${kept.worker_name} has room, but is kept for #${kept.reserved_for ?? 0}, which should start there ${when}; ` +
    `this one may take ${formatDuration(lane.seconds)}`;
  return { code: "reserved", message };
}

function inTime(ms: number): string {
  return formatDuration(Math.max(0, ms) / 1000);
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
