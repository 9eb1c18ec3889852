import { epochMs, type Timestamp } from "../../../domain/clock.ts";
import type { Event } from "../../../domain/event.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { EventQueue } from "../../../schedule/event-queue.ts";
import { Planner } from "../../../schedule/planner.ts";
import type { PlanRow, RunFigures } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { readFleet, takeRuns } from "./read-going.ts";
import { isPrepared, waitingRequest, type TokenShares } from "./rows.ts";

/** How many pending requests are read at a time when a server begins to lead. */
const PAGE = 5_000;
/** How often the workers are looked at although none has changed; and at most this part of the time goes into it. */
const FLEET_MS = 1_000;
const FLEET_SHARE = 0.05;
/** How long a request is left alone after a fault in placing it. */
const AFTER_FAULT_MS = 1_000;

/**
 * All that waits and goes on, in the memory of the leading server. Filled from the database once, and then fed by the
 * events of all servers on it: an event only says which requests to look at again, so one that comes late, twice or not
 * in order does no harm. Wherever the database may say otherwise than what is known here, the database is right.
 */
export class PlanBoard {
  readonly planner = new Planner();
  readonly #context: LoopContext;
  readonly #stop: () => void;
  readonly #touched = new Set<WorkRequestId>();
  /** Requests that may not be placed yet, by the time (of the database) from which they may. */
  readonly #later = new EventQueue<WorkRequestId>();
  readonly #faulty = new Set<WorkRequestId>();
  /** Prepared here, so that the event of it tells nothing. */
  readonly #prepared = new Set<WorkRequestId>();
  #shares: TokenShares = new Map();
  #isOutdated = false;
  #isFilled = false;
  #isFleetTouched = true;
  #fleetDueMs = 0;

  /** From now on it hears what happens; `fill` must follow. */
  constructor(context: LoopContext) {
    this.#context = context;
    this.#stop = context.live.listen({
      onEvents: (events) => {
        for (const event of events) this.#hear(event);
      },
      onProgress: ({ work_request_id, measurement }) =>
        this.#raise(work_request_id, measurement?.memory_raises?.at(-1)?.to),
    });
  }

  close(): void {
    this.#stop();
  }

  /** True when there is something to look at again. */
  get isTouched(): boolean {
    return this.#touched.size > 0 || this.#isFleetTouched;
  }

  /** True when the bounds of owners have changed: rare, so another board is made with the new ones. */
  get isOutdated(): boolean {
    return this.#isOutdated;
  }

  /** When planning is to go on although nothing happens; milliseconds of the database's clock. */
  get nextMs(): number {
    return Math.min(this.planner.wakeAtMs(), this.#later.nextMs);
  }

  /** These requests have changed, as their own server knows before the event of it comes. */
  prepared(ids: readonly WorkRequestId[]): void {
    for (const id of ids) {
      this.#touched.add(id);
      this.#prepared.add(id);
    }
  }

  /** What was decided for a request could not be written: not as planned, or nobody knows. */
  notPlaced(id: WorkRequestId, isFault: boolean): void {
    // after a fault the run may be there all the same, so its room stays taken until the database is asked
    if (isFault) this.#faulty.add(id);
    else this.planner.endRun(id);
    this.#touched.add(id);
  }

  /** Reads all that waits and goes on. */
  async fill(now: Timestamp): Promise<void> {
    const { read } = this.#context.store;
    this.#shares = await read.maxShares();
    await this.#readFleet(now);
    await takeRuns(this.#context, this.planner, await read.goingRuns(), this.#shares);
    let after: WorkRequestId | 0 = 0;
    // ends: with the last page
    for (;;) {
      const rows: PlanRow[] = await read.pendingAfter(after, PAGE);
      for (const row of rows) this.#take(row, epochMs(now));
      if (rows.length < PAGE) break;
      after = rows.at(-1)!.id; // the page is full
    }
    this.#isFilled = true;
  }

  /** Brings what is known up to date with the database, as far as something has happened. */
  async refresh(now: Timestamp): Promise<void> {
    const { read } = this.#context.store;
    const nowMs = epochMs(now);
    if (this.#isFleetTouched || this.#context.clock.monotonicMs() >= this.#fleetDueMs) await this.#readFleet(now);
    while (this.#later.nextMs <= nowMs) this.#touched.add(this.#later.take()!.event); // ends: nothing is put in here
    const ids = [...this.#touched];
    if (ids.length === 0) return;
    this.#touched.clear();
    const rows = await read.planRows(ids);
    const missing = new Set(ids);
    const isStrange = ({ id, status }: PlanRow) => status === "running" && this.planner.workerOf(id) === undefined;
    const hasStrangers = rows.some(isStrange);
    for (const row of rows) {
      missing.delete(row.id);
      this.#take(row, nowMs);
    }
    for (const id of missing) this.#end(id);
    if (hasStrangers) await takeRuns(this.#context, this.planner, await read.goingRuns(), this.#shares);
  }

  #take(row: PlanRow, nowMs: number): void {
    const { planner } = this;
    const isFaulty = this.#faulty.delete(row.id);
    if (row.status === "running") return planner.removeRequest(row.id); // its run is known, or read by the caller
    planner.endRun(row.id);
    if (!isPrepared(row)) return planner.removeRequest(row.id);
    const fromMs = isFaulty ? nowMs + AFTER_FAULT_MS : row.not_before === null ? 0 : epochMs(row.not_before);
    if (fromMs <= nowMs) return planner.addRequest(waitingRequest(row, this.#shares, planner.policy));
    planner.removeRequest(row.id);
    return this.#later.put(fromMs, row.id);
  }

  /** Looks at all workers, and compares the runs that go on with those known here. */
  async #readFleet(now: Timestamp): Promise<void> {
    const { clock } = this.#context;
    const startMs = clock.monotonicMs();
    this.#isFleetTouched = false;
    const figures = await readFleet(this.#context, this.planner, now);
    if (this.#isFilled) {
      this.#compareRuns(figures);
      this.#isOutdated = !isSameMap(this.#shares, await this.#context.store.read.maxShares());
    }
    const tookMs = clock.monotonicMs() - startMs;
    this.#fleetDueMs = clock.monotonicMs() + Math.max(FLEET_MS, tookMs / FLEET_SHARE);
  }

  /** Events tell of every run; this finds out if one was missed all the same. */
  #compareRuns(figures: readonly RunFigures[]): void {
    const going = new Set<WorkRequestId>();
    for (const run of figures) {
      going.add(run.work_request_id);
      if (this.planner.workerOf(run.work_request_id) === run.worker_name)
        this.#raise(run.work_request_id, run.raised_memory);
      else this.#touched.add(run.work_request_id);
    }
    for (const id of this.planner.runIds()) if (!going.has(id)) this.#touched.add(id);
  }

  /** A run may have been given more memory than it was allocated. */
  #raise(id: WorkRequestId, raised: number | null | undefined): void {
    const amounts = this.planner.amountsOf(id);
    const memory = raised ?? 0;
    if (amounts !== undefined && memory > amounts.memory) this.planner.changeRun(id, { ...amounts, memory });
  }

  #hear(event: Event): void {
    const { work_request_id: id } = event;
    switch (event.kind) {
      case "worker_joined":
      case "worker_changed":
      case "worker_removed":
      case "share_changed":
        this.#isFleetTouched = true;
        return;
      case "created":
        for (const other of lengthenedBy(event)) this.#touched.add(other);
        return;
      case "allocated":
        if (id !== undefined && !this.#prepared.delete(id)) this.#touched.add(id);
        return;
      case "placed":
        if (id !== undefined && this.planner.workerOf(id) === undefined) this.#touched.add(id);
        return;
      case "completed":
      case "aborted":
        if (id !== undefined) this.#end(id);
        return;
      case "run_ended":
      case "retried":
      case "priority_changed":
        if (id !== undefined) this.#touched.add(id);
        return;
      default: // the others change nothing that planning knows: what is new is found when it is prepared
    }
  }

  /** Whatever it was, it is over. */
  #end(id: WorkRequestId): void {
    if (!this.#isFilled) {
      this.#touched.add(id); // what is being read may still say otherwise
      return;
    }
    this.#touched.delete(id);
    this.#faulty.delete(id);
    this.#prepared.delete(id);
    this.planner.removeRequest(id);
    this.planner.endRun(id);
  }
}

function isSameMap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Requests that a new one waits for, and that begin a longer chain since. */
function lengthenedBy({ data }: Event): WorkRequestId[] {
  return Array.isArray(data["lengthened"]) ? (data["lengthened"] as WorkRequestId[]) : []; // as `submit` writes it
}
