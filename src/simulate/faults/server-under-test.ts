import type { SyncAnswer, SyncRequest, WorkerSelf } from "../../contract/worker-protocol.ts";
import type { Allocation } from "../../domain/allocation.ts";
import type { Clock } from "../../domain/clock.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { Result, Status, WaitingReason } from "../../domain/work-request.ts";

/** A request as it is submitted in a simulation. */
export type SimulatedSubmission = {
  /** Absent: nobody asked for an amount, so the history decides. */
  memory: number | undefined;
  cpu_count: number;
  priority: number;
  depends_on: WorkRequestId[];
  /**
   * The same key again gives the same request: the client was not answered. It is also the request's subject, by
   * which a worker knows what its command does.
   */
  key: string;
  allow_failure: boolean;
};

/** What a server shows of itself to be checked. */
export type Look = {
  requests: {
    id: WorkRequestId;
    status: Status;
    result: Result | null;
    waiting: Pick<WaitingReason, "code" | "message"> | null;
  }[];
  /** Runs that have not ended. */
  runs: { id: RunId; work_request_id: WorkRequestId; worker_name: WorkerName; allocation: Allocation }[];
  /** What it said that a server should never have to say. */
  complaints: readonly string[];
};

/** Thrown by a server in place of an answer when the simulation kills it. */
export class ServerKilled extends Error {}

/** How the simulation makes a server die: called around each commit; throws `ServerKilled` when it is to die there. */
export type KillSwitch = { beforeCommit: () => void; afterCommit: () => void };

/** What a server under test is made with. */
export type ServerSurroundings = { clock: Clock; random: () => number; kill: KillSwitch; leaseMs: number };

/**
 * A server that the simulation drives in virtual time. Every call may throw `ServerKilled`; then only what was committed
 * counts, and `restart` is called before any other.
 */
export type ServerUnderTest = {
  join(worker: WorkerName, self: WorkerSelf): Promise<void>;
  submit(submission: SimulatedSubmission): Promise<WorkRequestId>;
  abort(id: WorkRequestId, by: string): Promise<void>;
  setDrain(worker: WorkerName, isDraining: boolean): Promise<void>;
  /** Throws `call-out-of-order` for a call that is not the worker's newest. */
  sync(worker: WorkerName, call: SyncRequest): Promise<SyncAnswer>;
  /** One round of the loop: gives up what is lost, plans, places. */
  tick(): Promise<void>;
  /** The same, if something has happened that wakes the loop. */
  tickIfWoken(): Promise<void>;
  /** Started again on what was committed. */
  restart(): Promise<void>;
  look(): Promise<Look>;
  close(): Promise<void>;
};
