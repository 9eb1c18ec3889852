import { timestamp } from "../domain/clock.ts";
import type { WorkRequestId, WorkerName } from "../domain/ids.ts";
import type { Placement } from "../domain/run.ts";
import type { Capacity } from "../domain/worker.ts";
import { placementOf, reasonFor, reasonsSteps, type PlanReason, type ReasonText } from "./decide/explain.ts";
import { changeRun, endRun, placeAll, startRun, turnProbes, type Placed } from "./decide/round.ts";
import { newPlanningState, type PlanningState } from "./decide/state.ts";
import type { Needs } from "./fit.ts";
import { isSameRoom } from "./room.ts";
import type { FleetWorker, RunSlot } from "./fleet/worker-slot.ts";
import type { Lane } from "./pending/lane.ts";
import { DEFAULT_POLICY, type PlanPolicy } from "./policy.ts";
import type { Probe } from "./probes.ts";
import type { Rank } from "./rank.ts";
import type { Share, ShareHolder } from "./shares.ts";

/** What planning is told of a request that waits. */
export type WaitingRequest = Needs & {
  id: WorkRequestId;
  rank: Rank;
  /** Predicted seconds at speed 1 that it takes at most (p95); absent: not known, its limit is taken. */
  p95?: number;
  shares?: readonly Share[];
  /** Names the history that it would be sized by, if there were one; absent: there is, or a person sized it. */
  probe_key?: string;
  /** Workers that it keeps off as long as another one that could take it is online. */
  avoid?: readonly WorkerName[];
};

/** What planning is told of a run that goes on already. */
export type GoingRun = {
  id: WorkRequestId;
  worker_name: WorkerName;
  /** Bytes, bytes, cores. */
  amounts: Capacity;
  startedMs: number;
  /** As of `WaitingRequest`; seconds. */
  p95?: number;
  /** After how many seconds it is ended. */
  limit: number;
  shares?: readonly Share[];
  probe_key?: string;
};

/** A request that is to run now. */
export type Assignment = {
  id: WorkRequestId;
  placement: Placement;
  /** When it should have ended at the latest, as predicted; milliseconds. */
  expectedEndMs: number;
};

/**
 * Plans work on workers, and goes on from where it was: it is told what has changed, and looks only at what that can
 * have changed. It knows no clock and no chance: the same calls give the same plans.
 *
 * A request is in one of three states: *waiting* from `addRequest` until `decide` places it or `removeRequest` takes it
 * out; *going on* from then (or from `addRun`) until `endRun`; unknown otherwise.
 */
export class Planner {
  readonly policy: PlanPolicy;
  readonly #state: PlanningState;

  constructor(policy: Partial<PlanPolicy> = {}) {
    this.policy = { ...DEFAULT_POLICY, ...policy };
    this.#state = newPlanningState(this.policy);
  }

  get waitingCount(): number {
    return this.#state.table.count;
  }

  get runCount(): number {
    return this.#state.runs.size;
  }

  waitingIds(): WorkRequestId[] {
    return [...this.#state.table.ids()] as WorkRequestId[]; // only such ids are put in
  }

  isWaiting(id: WorkRequestId): boolean {
    return this.#state.table.rowOf(id) !== undefined;
  }

  workerOf(id: WorkRequestId): WorkerName | undefined {
    return this.#state.runs.get(id)?.slot.worker.worker_name;
  }

  runIds(): WorkRequestId[] {
    return [...this.#state.runs.keys()];
  }

  /** What a run has of its worker; bytes, bytes, cores. */
  amountsOf(id: WorkRequestId): Capacity | undefined {
    return this.#state.runs.get(id)?.amounts;
  }

  hasWorker(name: WorkerName): boolean {
    return this.#state.fleet.slot(name) !== undefined;
  }

  workerNames(): WorkerName[] {
    return [...this.#state.fleet.slots()].map(({ worker }) => worker.worker_name);
  }

  /** Takes a worker in, or what has changed of it. `base`: what it has reserved for runs that are not told of. */
  setWorker(worker: FleetWorker, base?: { reserved: Capacity; run_count: number }): void {
    const { fleet, news, reservations, shares } = this.#state;
    const before = fleet.slot(worker.worker_name)?.room;
    const total = { ...fleet.total };
    const { slot, isReshaped } = fleet.set(worker);
    if (base !== undefined) {
      slot.reserved = { ...base.reserved };
      slot.runCount = base.run_count;
      fleet.refreshRoom(slot);
    }
    if (before === undefined || !isSameRoom(before, slot.room)) {
      reservations.runEnded(slot);
      news.slots.add(slot);
    }
    if (!isSameRoom(total, fleet.total)) for (const holder of shares.totalChanged()) news.holders.add(holder);
    if (isReshaped) this.#reshelve();
  }

  /** Takes a worker out. Its runs are ended first, by `endRun`. */
  removeWorker(name: WorkerName): void {
    const { fleet, news, reservations } = this.#state;
    const slot = fleet.slot(name);
    if (slot === undefined) return;
    if (slot.reservation !== undefined) reservations.release(slot.reservation.row);
    for (const run of slot.runs.slice()) endRun(this.#state, run);
    news.slots.delete(slot);
    this.#state.shares.totalChanged();
    if (fleet.remove(slot)) this.#reshelve();
  }

  /** A request begins to wait. Known ids are taken out first: so its rank or its needs are changed. */
  addRequest(request: WaitingRequest): void {
    const { lanes, shares, probes, news } = this.#state;
    this.removeRequest(request.id);
    const limit = request.allocation.duration.amount;
    const probe = request.probe_key === undefined ? undefined : probes.take(request.probe_key);
    if (probe !== undefined) probes.countWaiting(probe, 1);
    const lane = lanes.add({
      needs: request,
      row: { ...request.rank, p95: Math.min(request.p95 ?? limit, limit), limit },
      holders: request.shares === undefined ? [] : shares.holdersOf(request.shares),
      probe,
      avoid: request.avoid,
    });
    if (lane !== undefined) news.lanes.add(lane);
  }

  /** A request does not wait any more, for other reasons than that it was placed. */
  removeRequest(id: WorkRequestId): void {
    const { table, lanes, probes, news, reservations } = this.#state;
    const row = table.rowOf(id);
    if (row === undefined) return;
    const freed = reservations.release(row);
    if (freed !== undefined) news.slots.add(freed);
    const { probe } = lanes.remove(row);
    if (probe !== undefined) probes.countWaiting(probe, -1);
  }

  /** Takes in a run that goes on already; its worker must be known. */
  addRun(run: GoingRun): void {
    const { fleet, shares, probes } = this.#state;
    const slot = fleet.slot(run.worker_name);
    if (slot === undefined) throw new TypeError(`run of #${run.id}: no worker ${run.worker_name} is known`);
    const limitEndMs = run.startedMs + run.limit * 1000;
    startRun(this.#state, {
      id: run.id,
      slot,
      amounts: run.amounts,
      startedMs: run.startedMs,
      expectedEndMs: Math.min(limitEndMs, run.startedMs + (run.p95 ?? run.limit) * slot.slowness * 1000),
      limitEndMs,
      holders: run.shares === undefined ? [] : shares.holdersOf(run.shares),
      probe: run.probe_key === undefined ? undefined : probes.take(run.probe_key),
      isBeside: false,
    });
  }

  /** A run has more of its worker than it was given, or less: its memory limit was raised. */
  changeRun(id: WorkRequestId, amounts: Capacity): void {
    const run = this.#state.runs.get(id);
    if (run !== undefined && !isSameRoom(run.amounts, amounts)) changeRun(this.#state, run, amounts);
  }

  /** A run has ended, in whatever way. */
  endRun(id: WorkRequestId): void {
    const run = this.#state.runs.get(id);
    if (run !== undefined) endRun(this.#state, run);
  }

  /** Decides what is to run now, best-ranked first. Each assignment counts as a run from here on. */
  decide(nowMs: number): Assignment[] {
    const { reservations, news, lanes } = this.#state;
    turnProbes(this.#state, nowMs);
    for (const lane of lanes.refreshAvoiding()) news.lanes.add(lane);
    for (const slot of reservations.refresh(nowMs)) news.slots.add(slot);
    const placed = placeAll(this.#state, nowMs);
    if (lanes.sweep()) this.#forgetUnnamed();
    const at = timestamp(nowMs);
    return placed.map((one) => assignmentOf(this.#state, one, at));
  }

  /** When `decide` should be called although nothing has changed, milliseconds; infinity: never. */
  wakeAtMs(): number {
    return Math.min(this.#state.reservations.nextMissMs(), this.#state.probes.nextReleaseMs());
  }

  /** Why a request waits, with the numbers that decide; undefined when it does not. Looks at every worker. */
  reasonFor(id: WorkRequestId, nowMs: number): PlanReason | undefined {
    return reasonFor(this.#state, id, nowMs);
  }

  /**
   * As `reasonFor`, of many, step by step: the workers are looked at once for those that differ only in their rank. What is not waiting
   * any more when its turn comes is left out.
   */
  reasonsSteps(ids: Iterable<WorkRequestId>, nowMs: number): Generator<undefined, Map<WorkRequestId, ReasonText>> {
    return reasonsSteps(this.#state, ids, nowMs);
  }

  #reshelve(): void {
    for (const lane of this.#state.lanes.shelveAll()) this.#state.news.lanes.add(lane);
  }

  #forgetUnnamed(): void {
    const holders = new Set<ShareHolder>();
    const named = new Set<Probe>();
    const keep = ({ holders: own, probe }: Pick<Lane | RunSlot, "holders" | "probe">) => {
      for (const holder of own) holders.add(holder);
      if (probe !== undefined) named.add(probe);
    };
    for (const lane of this.#state.lanes.all()) keep(lane);
    for (const run of this.#state.runs.values()) keep(run);
    this.#state.shares.keepOnly(holders);
    this.#state.probes.keepOnly(named);
  }
}

function assignmentOf(state: PlanningState, placed: Placed, at: string): Assignment {
  return { id: placed.run.id, placement: placementOf(state, placed, at), expectedEndMs: placed.run.expectedEndMs };
}
