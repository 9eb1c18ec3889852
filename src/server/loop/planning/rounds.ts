import { epochMs } from "../../../domain/clock.ts";
import type { EventKind } from "../../../domain/event.ts";
import { attempt } from "../attempt.ts";
import type { LoopContext } from "../context.ts";
import type { Leadership } from "../../store/store.ts";
import type { LeaseWatch } from "../lost-runs.ts";
import { prepare } from "../prepare.ts";
import { endWorkflows } from "../workflows/end-workflow.ts";
import { PlanBoard } from "./board.ts";
import { LeadLost, place } from "./place.ts";
import { recordReasons } from "./record-reasons.ts";

/** How long nothing may happen before planning goes on all the same; and how often reasons are written down. */
const IDLE_MS = 1_000;
/** How often they are written down when only their numbers have changed. */
const NUMBERS_MS = 15_000;
/** At most this part of the time goes into finding them. */
const REASONS_SHARE = 0.02;
const PREPARE_BATCH = 500;

/** After these a workflow may be over, or is to be ended; a plan may have asked for nothing. */
const TOUCHING_WORKFLOWS: ReadonlySet<EventKind> = new Set(["completed", "aborted", "abort_requested", "started"]);

/**
 * Rounds of planning, as the leading server makes them: in each, silent workers are given up, new requests prepared, and
 * placed where they can be. What is in memory is dropped with it, so after a fault one begins with another.
 */
export class Rounds {
  readonly #context: LoopContext;
  readonly #leases: LeaseWatch;
  readonly #lead: Pick<Leadership, "term">;
  readonly #board: PlanBoard;
  /** Monotonic, milliseconds. */
  #reasonsDueMs = 0;
  #numbersDueMs = 0;
  #workflowsDueMs = 0;
  #hasEnds = true;
  readonly #stop: () => void;

  /** From now on it hears what happens; `begin` must follow. */
  constructor(context: LoopContext, leases: LeaseWatch, lead: Pick<Leadership, "term">) {
    this.#context = context;
    this.#leases = leases;
    this.#lead = lead;
    this.#board = new PlanBoard(context);
    this.#stop = context.live.listen({
      onEvents: (events) => {
        this.#hasEnds ||= events.some(({ kind }) => TOUCHING_WORKFLOWS.has(kind));
      },
    });
  }

  /** Reads all that waits and goes on. */
  async begin(): Promise<void> {
    await this.#board.fill(await this.#context.store.read.now());
    this.#context.leading.planner = this.#board.planner;
  }

  close(): void {
    this.#stop();
    this.#context.leading.planner = undefined;
    this.#board.close();
  }

  /** True when there is something to look at again. */
  get isTouched(): boolean {
    return this.#board.isTouched || this.#hasEnds;
  }

  /** True when what is in memory is not worth keeping: another is to begin anew. */
  get isOutdated(): boolean {
    return this.#board.isOutdated;
  }

  /** Prepares, plans and places once; gives the time until planning is to go on although nothing happens, milliseconds. */
  async round(): Promise<number> {
    const { read } = this.#context.store;
    await this.#leases.giveUpExpired();
    await this.#endWorkflows();
    const isPreparing = await this.#prepareNew();
    const now = await read.now();
    await this.#board.refresh(now);
    if (this.#board.isOutdated) return 0;
    await this.#placeDecided(epochMs(now));
    await this.#recordReasons(now);
    return isPreparing ? 0 : Math.min(IDLE_MS, Math.max(0, this.#board.nextMs - epochMs(now)));
  }

  /** Only when something has ended, and once in a while in case that was missed. */
  async #endWorkflows(): Promise<void> {
    const { clock, log } = this.#context;
    if (!this.#hasEnds && clock.monotonicMs() < this.#workflowsDueMs) return;
    this.#hasEnds = false;
    this.#workflowsDueMs = clock.monotonicMs() + IDLE_MS;
    await attempt(log, "ending workflows", () => endWorkflows(this.#context));
  }

  /** Works out what new requests need; true when there may be more of them. */
  async #prepareNew(): Promise<boolean> {
    const { store, log, dynamicData } = this.#context;
    const batch = PREPARE_BATCH + dynamicData.size;
    const unprepared = await store.read.unprepared(batch);
    if (unprepared.length === 0) return false;
    const surroundings = { workers: await store.read.workers(), layers: await store.read.layers() };
    // together, so that their commits are one; a fault with one must not hold up the others
    const prepared = await Promise.allSettled(
      unprepared.map((request) => prepare(this.#context, request, surroundings)),
    );
    for (const [index, result] of prepared.entries()) {
      if (result.status === "fulfilled") continue;
      const details = { err: result.reason as unknown, work_request_id: unprepared[index]?.id };
      log.error(details, "could not prepare a request; it is tried again");
    }
    this.#board.prepared(unprepared.map(({ id }) => id));
    return unprepared.length === batch;
  }

  /** Decides what is to run now, and writes it down; together, so that the commits are one. */
  async #placeDecided(nowMs: number): Promise<void> {
    const { planner } = this.#board;
    const decided = planner.decide(nowMs);
    const placed = await Promise.allSettled(
      // what was just placed has amounts
      decided.map((one) => place(this.#context, this.#lead.term, one, planner.amountsOf(one.id)!)),
    );
    const lost = placed.find((result) => result.status === "rejected" && result.reason instanceof LeadLost);
    if (lost?.status === "rejected") throw lost.reason;
    for (const [index, { id }] of decided.entries()) {
      const result = placed[index]!; // one for each
      if (result.status === "fulfilled" && result.value) continue;
      const isFault = result.status === "rejected";
      const details = isFault ? { err: result.reason as unknown, work_request_id: id } : {};
      if (isFault) this.#context.log.error(details, "could not place a request");
      this.#board.notPlaced(id, isFault);
    }
  }

  async #recordReasons(now: string): Promise<void> {
    const { clock, log } = this.#context;
    const { planner } = this.#board;
    const atMs = clock.monotonicMs();
    if (planner.waitingCount === 0 || atMs < this.#reasonsDueMs) return;
    const isForNumbers = atMs >= this.#numbersDueMs;
    this.#reasonsDueMs = atMs + IDLE_MS;
    if (isForNumbers) this.#numbersDueMs = atMs + NUMBERS_MS;
    await attempt(log, "recording reasons", async () => {
      const tookMs = await recordReasons(this.#context, planner, now, isForNumbers);
      this.#reasonsDueMs = Math.max(this.#reasonsDueMs, atMs + tookMs / REASONS_SHARE);
    });
  }
}
