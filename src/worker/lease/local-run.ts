import type { EndedReport } from "../../contract/worker-protocol.ts";
import { assertNever } from "../../domain/assert-never.ts";
import { timestamp, type Timestamp } from "../../domain/clock.ts";
import type { RunLog, RunOutput } from "../../domain/run.ts";

/*
 * How a run stands on its worker, and how one state follows another. Pure: `roster.ts` keeps the runs,
 * `course.ts` does the work, and both only ever change a run through `nextLocalRun`.
 *
 *   assigned ─► preparing ─► running ─► uploading ─► handed_in ─► gone
 *       │           │           │           │            │          ▲
 *       │           └───────────┴─ lost ─► dropping ─────┼──────────┤
 *       └───────────────── lost ───────────┴─────────────┴──────────┘
 */

/** Why a run is to end before its command has ended. The first reason stays. */
export type Ending =
  | { why: "aborted"; by: string }
  | { why: "worker_stopping" }
  /** The server has not answered for so long that the run may be given to another worker. */
  | { why: "lease_over"; graceMs: number };

/** How a run ended: the part of its last report that is known when its processes are gone. */
export type RunEnd = Pick<EndedReport, "started_at" | "ended_at" | "outcome" | "runtime_statistics" | "measurement">;

/** An output in the run's directory, on its way to the server. */
export type KeptOutput = RunOutput & { /** Name of the file in `outputs/`. */ file: string };

/**
 * - `assigned`: taken from the server, nothing done yet; left when its turn comes, which is at once
 *   unless an earlier run of the same request is still being dropped;
 * - `preparing`: its directory is being made and its command started; left when the command runs or
 *   could not be started;
 * - `running`: its command runs; left when all its processes are gone;
 * - `uploading`: it has ended; its outputs are gathered (`outputs` is there once that is done) and sent
 *   with the rest of its log (`log` is absent when a worker died in the middle of writing it); left when
 *   the server has them or refuses them;
 * - `handed_in`: its end is reported with every sync; left when the server acknowledges it;
 * - `dropping`: its lease is lost; its processes are being ended and nothing is reported any more;
 * - `gone`: forgotten, its directory removed; kept in mind only so that it is never begun again.
 */
export type LocalRun =
  | { state: "assigned" }
  | { state: "preparing"; ending?: Ending }
  | { state: "running"; started_at: Timestamp; ending?: Ending }
  | {
      state: "uploading";
      end: RunEnd;
      log?: RunLog;
      outputs?: KeptOutput[];
      /** Globs that matched nothing. */ missing?: string[];
    }
  | { state: "handed_in"; end: RunEnd; outputs: RunOutput[]; log: RunLog }
  | { state: "dropping" }
  | { state: "gone" };

/** What the server says of a run. May come at any time, in any order, more than once. */
type ServerWord = { kind: "abort_asked"; by: string } | { kind: "lost" } | { kind: "acknowledged" };

/** What happens to a run on this machine. */
type LocalEvent =
  | { kind: "taken_up" }
  | { kind: "started"; at: Timestamp }
  /** All its processes are gone, or it was never started. */
  | { kind: "ended"; end: RunEnd; log: RunLog }
  | { kind: "gathered"; outputs: KeptOutput[]; missing: string[] }
  | { kind: "uploaded"; end: RunEnd; outputs: RunOutput[]; log: RunLog }
  | { kind: "worker_stopping" }
  /** The server was silent for as long as the lease lasts; processes are killed after the grace time. */
  | { kind: "lease_over"; graceMs: number }
  /** The worker was started again and found the run on disk; `last` is what was last known of it. */
  | { kind: "found_again"; last: Pick<RunEnd, "runtime_statistics" | "measurement"> };

export type RunEvent = ServerWord | LocalEvent;

/** What is to be done because of a change: end the run's processes, or remove its directory. */
export type RunAction = { kind: "end_processes"; why: Ending | { why: "lost" } } | { kind: "remove" };

export type Step = { next: LocalRun; action?: RunAction };

/**
 * The state after an event, and what is to be done. An event that means nothing in a state leaves it
 * as it is: the server's words may be late, and what the run's own course tells may have been overtaken.
 * @param nowMs wall clock, milliseconds since 1970, for ends that happen by the event itself
 */
export function nextLocalRun(run: LocalRun, event: RunEvent, nowMs: number): Step {
  switch (event.kind) {
    case "taken_up":
      return { next: run.state === "assigned" ? { state: "preparing" } : run };
    case "started":
      return afterStart(run, event.at);
    case "ended":
      return afterEnd(run, event.end, event.log);
    case "gathered":
      return { next: run.state === "uploading" ? { ...run, outputs: event.outputs, missing: event.missing } : run };
    case "uploaded":
      // Again when the server has lost part of the log meanwhile: what it has now is what counts.
      if (run.state !== "uploading" && run.state !== "handed_in") return { next: run };
      return { next: { state: "handed_in", end: event.end, outputs: event.outputs, log: event.log } };
    case "abort_asked":
      return endedEarly(run, { why: "aborted", by: event.by }, nowMs);
    case "worker_stopping":
      return endedEarly(run, { why: "worker_stopping" }, nowMs);
    case "lease_over":
      return endedEarly(run, { why: "lease_over", graceMs: event.graceMs }, nowMs);
    case "lost":
      return afterLoss(run);
    case "acknowledged":
      return run.state === "handed_in" ? { next: { state: "gone" }, action: { kind: "remove" } } : { next: run };
    case "found_again":
      return afterRestart(run, event.last, nowMs);
    default:
      return assertNever(event);
  }
}

function afterStart(run: LocalRun, at: Timestamp): Step {
  if (run.state === "dropping") return { next: run, action: { kind: "end_processes", why: { why: "lost" } } };
  if (run.state !== "preparing") return { next: run };
  const next: LocalRun = { ...run, state: "running", started_at: at };
  // Asked for while the command was being started: there were no processes to end then.
  return run.ending === undefined ? { next } : { next, action: { kind: "end_processes", why: run.ending } };
}

/** What an early end makes of a run: what the worker itself ended is made again, and its stop is charged to a budget of its own. */
function outcomeOfEnding(ending: Ending): RunEnd["outcome"] {
  switch (ending.why) {
    case "aborted":
      return { kind: "aborted", by: ending.by };
    case "worker_stopping":
      return { kind: "worker_lost", preempted: true };
    case "lease_over":
      return { kind: "worker_lost" };
    default:
      return assertNever(ending);
  }
}

function afterEnd(run: LocalRun, told: RunEnd, log: RunLog): Step {
  switch (run.state) {
    case "preparing":
    case "running": {
      const { ending } = run;
      const isOurs = ending !== undefined && ending.why !== "aborted" && told.outcome.kind === "aborted";
      const end: RunEnd = isOurs ? { ...told, outcome: outcomeOfEnding(ending) } : told;
      return { next: { state: "uploading", end, log } };
    }
    case "dropping":
      return { next: { state: "gone" }, action: { kind: "remove" } };
    default:
      return { next: run };
  }
}

function endedEarly(run: LocalRun, ending: Ending, nowMs: number): Step {
  switch (run.state) {
    case "assigned":
      return { next: { state: "handed_in", end: neverStarted(ending, nowMs), outputs: [], log: NO_LOG } };
    case "preparing":
      if (run.ending !== undefined) return { next: run };
      // nothing runs yet, but its inputs may be on their way
      return { next: { ...run, ending }, action: { kind: "end_processes", why: ending } };
    case "running":
      if (run.ending !== undefined) return { next: run };
      return { next: { ...run, ending }, action: { kind: "end_processes", why: ending } };
    default:
      return { next: run };
  }
}

/** The log of a run that wrote nothing. */
export const NO_LOG: RunLog = { size: 0, cut_bytes: 0 };

/** The end of a run that was to end before its command was started. */
export function neverStarted(ending: Ending, nowMs: number): RunEnd {
  return {
    ended_at: timestamp(nowMs),
    outcome: outcomeOfEnding(ending),
    runtime_statistics: {},
  };
}

function afterLoss(run: LocalRun): Step {
  switch (run.state) {
    case "preparing":
    case "running":
      return { next: { state: "dropping" }, action: { kind: "end_processes", why: { why: "lost" } } };
    case "assigned":
    case "uploading":
    case "handed_in":
      return { next: { state: "gone" }, action: { kind: "remove" } };
    case "dropping":
    case "gone":
      return { next: run };
    default:
      return assertNever(run);
  }
}

function afterRestart(run: LocalRun, last: Pick<RunEnd, "runtime_statistics" | "measurement">, nowMs: number): Step {
  switch (run.state) {
    case "preparing":
    case "running": {
      const started_at = run.state === "running" ? { started_at: run.started_at } : {};
      const end: RunEnd = { ...last, ...started_at, ended_at: timestamp(nowMs), outcome: { kind: "worker_lost" } };
      return { next: { state: "uploading", end } };
    }
    case "dropping":
      return { next: { state: "gone" }, action: { kind: "remove" } };
    case "assigned":
    case "uploading":
    case "handed_in":
    case "gone":
      return { next: run };
    default:
      return assertNever(run);
  }
}
