import { assertNever } from "../../domain/assert-never.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Finding, FindingState } from "../../domain/finding.ts";
import { parseRunId } from "../../domain/ids.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { TaskRegistry } from "../../task/registry.ts";
import {
  DRIFT_KINDS,
  driftOfKey,
  type DriftKind,
  type DriftStep,
  type MeasuredRun,
} from "../../verdict/drift-of-key.ts";
import type { MeasuredEntry, Store, StoreTransaction } from "../store/store.ts";
import type { Log } from "./context.ts";
import { newFinding, openNew } from "./findings.ts";
import { pause } from "./pause.ts";
import { reactToDrift } from "./reactions.ts";

/** How many of a key's newest successes are looked at. */
const RUNS = 200;

/** Between looks at two keys, milliseconds: reading costs what ends of runs need as well, and drift can wait. */
const PAUSE_MS = 100;

/** Looks for drift in what the runs of keys need. */
export type DriftWatch = {
  /** A run of the key has succeeded; the key is looked at soon, once for all that came meanwhile. */
  note(key: HistoryKey): void;
  /** Ends a look that goes on, and takes nothing more. What was noted is looked at after the next success of the key. */
  close(): Promise<void>;
};

/**
 * Looks at noted keys in the background, one after another, so that the end of a run neither waits for it nor fails with it.
 * - *idle*: nothing is noted;
 * - *looking*: takes the key that has waited longest, pauses, and goes on until none is left;
 * - *closed*.
 */
export function createDriftWatch(store: Store, tasks: Pick<TaskRegistry, "configured">, log: Log): DriftWatch {
  const noted = new Map<string, HistoryKey>();
  const closing = new AbortController();
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    // ends: when nothing is noted, or it is closed
    for (let key = takeFirst(noted); key !== undefined && !closing.signal.aborted; key = takeFirst(noted)) {
      await lookAt({ store, tasks, log }, key);
      await pause(PAUSE_MS, closing.signal);
    }
    looking = undefined;
  };
  return {
    note({ task_type, task_name, subject, context }) {
      if (closing.signal.aborted) return;
      noted.set(JSON.stringify([task_type, task_name, subject, context]), { task_type, task_name, subject, context });
      looking ??= look();
    },
    async close() {
      closing.abort();
      await looking;
    },
  };
}

type Around = { store: Store; tasks: Pick<TaskRegistry, "configured">; log: Log };

function takeFirst(noted: Map<string, HistoryKey>): HistoryKey | undefined {
  const [first] = noted;
  if (first === undefined) return undefined;
  noted.delete(first[0]);
  return first[1];
}

/** Never rejects. */
async function lookAt(around: Around, key: HistoryKey): Promise<void> {
  try {
    for (const kind of DRIFT_KINDS) await lookFor(around, kind, key);
  } catch (error) {
    // The next success of the key has it looked at again.
    around.log.warn({ err: error, ...key }, "could not look for drift");
  }
}

async function lookFor({ store, tasks }: Around, kind: DriftKind, key: HistoryKey): Promise<void> {
  const { last, step } = await stepOf(store.read, kind, key);
  if (step.kind === "steady" || (step.kind === "holds" && step.level.last_run_id === last?.last_run_id)) return;
  await store.transaction(async (tx) => {
    // another server may have looked meanwhile: what is written is worked out from what is there now
    const now = await stepOf(tx, kind, key);
    const id = await record(tx, kind, key, now.last, now.step);
    if (id !== undefined) await tell(tx, tasks, id);
  });
}

type Looked = { last: Finding | undefined; step: DriftStep };

/** The key's last finding of the kind, and what follows from its runs since. */
async function stepOf(
  reader: Pick<StoreTransaction, "findings" | "measuredRuns">,
  kind: DriftKind,
  key: HistoryKey,
): Promise<Looked> {
  const { task_name, subject, context, task_type } = key;
  const { items } = await reader.findings({ kind, task_name, subject, context }, { limit: 5 });
  const last = items.find((finding) => finding.task_type === task_type);
  const runs = await reader.measuredRuns(key, last?.level_since ?? undefined, RUNS);
  const open = last?.state === "fixed" ? undefined : last;
  return { last, step: driftOfKey(kind, runs.map(measuredRun), open) };
}

/** Lower bounds are no figures. */
function measuredRun(entry: MeasuredEntry): MeasuredRun {
  const { run_id, completed_at, runtime_statistics, duration_ms, lower_bounds, cpu_model, input_size } = entry;
  const seconds = duration_ms === undefined ? runtime_statistics.duration : duration_ms / 1000;
  const memory = lower_bounds.includes("memory") ? undefined : runtime_statistics.memory;
  const duration = lower_bounds.includes("duration") ? undefined : seconds;
  return {
    completed_at,
    ...(run_id !== undefined && { run_id }),
    ...(memory !== undefined && { memory }),
    ...(duration !== undefined && { duration }),
    ...(cpu_model !== undefined && { cpu_model }),
    ...(input_size !== undefined && { input_size }),
  };
}

/** Writes down what follows; gives the finding of which people are to be told. */
async function record(
  tx: StoreTransaction,
  kind: DriftKind,
  key: HistoryKey,
  last: Finding | undefined,
  step: DriftStep,
): Promise<number | undefined> {
  if (step.kind === "steady") return undefined;
  const now = await tx.now();
  const open = last?.state === "fixed" ? undefined : last;
  if (open !== undefined) return goOn(tx, open, step, now);
  if (step.kind !== "changed") return undefined;
  return openNew(tx, { ...newFinding(kind, key, now), ...changeOf(step), ...seenIn(step) });
}

/** How a finding that is open goes on. */
async function goOn(
  tx: StoreTransaction,
  open: Finding,
  step: Exclude<DriftStep, { kind: "steady" }>,
  now: Timestamp,
): Promise<number | undefined> {
  const changed = changedState(open, step);
  const level_since = step.kind === "holds" ? open.level_since : step.level.since;
  const { first_run_id: _, ...seen } = seenIn(step);
  const patch = { ...seen, ...(step.kind === "changed" && changeOf(step)), level_since };
  if (changed === undefined) {
    await tx.updateFinding(open.id, patch);
    return undefined;
  }
  await tx.updateFinding(open.id, { ...patch, state: changed, state_at: now, state_by: null });
  const { id, kind, task_name, subject, context } = open;
  const because = step.kind === "holds" ? open.because : step.because;
  const data = { finding_id: id, kind, task_name, subject, context, state: changed, because };
  await tx.appendEvents([{ kind: "finding", data }]);
  return changed === "confirmed" ? undefined : id;
}

/** Whom to tell is said by the newest run's request, if it is still there, else by the task, else by layers. */
async function tell(tx: StoreTransaction, tasks: Around["tasks"], id: number): Promise<void> {
  const finding = (await tx.finding(id))!; // it was just written, in this transaction
  const newest = parseRunId(finding.last_run_id ?? "");
  const request = newest === undefined ? undefined : await tx.workRequest(newest.work_request_id);
  await reactToDrift(tx, finding, request?.reactions ?? tasks.configured(finding)?.reactions ?? {}, await tx.now());
}

/** The state that a finding comes into; undefined where nobody needs to be told. */
function changedState(open: Finding, step: Exclude<DriftStep, { kind: "steady" }>): FindingState | undefined {
  switch (step.kind) {
    case "changed":
      return "new"; // what a person has accepted was less
    case "back":
      return "fixed";
    case "holds":
      return step.isConfirmed && open.state === "new" ? "confirmed" : undefined;
    default:
      return assertNever(step);
  }
}

function changeOf(step: Extract<DriftStep, { kind: "changed" }>) {
  const { before: before_amount, after: after_amount, because, confidence, level } = step;
  return { before_amount, after_amount, because, confidence, level_since: level.since };
}

function seenIn({ level }: Exclude<DriftStep, { kind: "steady" }>) {
  const { first_run_id, last_run_id, last_seen_at, run_count, request_count } = level;
  return { first_run_id, last_run_id, last_seen_at, run_count, request_count };
}
