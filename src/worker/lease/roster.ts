import type { Assignment, RunReport, SyncAnswer } from "../../contract/worker-protocol.ts";
import type { Clock } from "../../domain/clock.ts";
import type { RunId } from "../../domain/ids.ts";
import { withLowerBounds } from "../measure/statistics.ts";
import type { WorkerLog } from "../worker-log.ts";
import { HeldRun } from "./held-run.ts";
import type { Ending, RunAction } from "./local-run.ts";
import { RunDirectory, runsOnDisk, type FoundRun } from "./run-directory.ts";

/** What does the work of one run, from its directory to its hand-in. */
export type Course = {
  /** Ends the run's processes, with a grace time. */
  endProcesses: (why: Ending | { why: "lost" }) => void;
  /** Brings the figures of the held run up to date. */
  look: () => void;
  /** Gives up what it sends to the server. */
  cancel: () => void;
  /** The server does not take the end: looks again whether it has the whole log. */
  handInAgain: () => void;
  /** Resolves when it does nothing any more; never rejects. */
  readonly done: Promise<void>;
};

/** What a roster is made from. */
export type RosterOptions = {
  /** The directory of all runs. */
  runs: string;
  clock: Clock;
  log: WorkerLog;
  /** Begins the work for a run in state `assigned`, `uploading` or `handed_in`, once `turn` has resolved. */
  begin: (run: HeldRun, turn: Promise<void>) => Course;
  /** False for runs that start no process and have no files. */
  hasFiles: (assignment: Assignment) => boolean;
  /** A run's state has changed. */
  changed: () => void;
};

/** How many forgotten runs are remembered by id, against an assignment that comes late. */
const REMEMBERED = 10_000;

type Entry = { run: HeldRun; course: Course };

/** The runs that this worker holds. A run enters by an assignment or from disk and leaves when it is `gone`. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #entries = new Map<RunId, Entry>();
  readonly #forgotten = new Set<RunId>();
  readonly #removals = new Set<Promise<void>>();

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  /** Takes up the runs of the worker before this one: what it was working at is lost with it, what had ended is handed in. */
  async recover(): Promise<void> {
    const { runs, log } = this.#options;
    for (const id of await runsOnDisk(runs)) {
      const directory = new RunDirectory(runs, id);
      const found = await directory.load();
      if (found === undefined) {
        await directory.remove();
        continue;
      }
      const { runtime_statistics, measurement } = found.figures;
      const last = {
        runtime_statistics,
        ...(measurement !== undefined && { measurement: withLowerBounds(measurement, true, false) }),
      };
      const run = this.#enter(found, directory, Promise.resolve());
      run.apply({ kind: "found_again", last });
      log.info({ run_id: id, state: found.local.state }, "found a run of the worker before");
    }
  }

  /** What the next sync says: every run that is held. */
  reports(): RunReport[] {
    for (const { course } of this.#entries.values()) course.look();
    return [...this.#entries.values()].map(({ run }) => run.report()).filter((report) => report !== undefined);
  }

  /** Takes in an answer; true when it said something new. */
  hear(answer: SyncAnswer, sent: readonly RunReport[]): boolean {
    const before = [...this.#entries.values()].map(({ run }) => run.local);
    const fresh = answer.assignments.filter((assignment) => !this.#isKnown(assignment.run_id));
    for (const id of answer.lost) this.#lose(id);
    for (const id of answer.acknowledged) this.#entries.get(id)?.run.apply({ kind: "acknowledged" });
    for (const { run_id, by } of answer.aborts) this.#entries.get(run_id)?.run.apply({ kind: "abort_asked", by });
    for (const assignment of fresh) this.#take(assignment);
    this.#lookForUntaken(answer, sent);
    const after = new Set([...this.#entries.values()].map(({ run }) => run.local));
    return fresh.length > 0 || before.some((local) => !after.has(local));
  }

  /** Ends everything that has not ended, so that it is queued again elsewhere. */
  stopAll(): void {
    for (const { run } of this.#entries.values()) run.apply({ kind: "worker_stopping" });
  }

  /** Ends everything that has not ended, because its leases are about to end. */
  endLeases(graceMs: number): void {
    for (const { run } of this.#entries.values()) run.apply({ kind: "lease_over", graceMs });
  }

  /** How many runs are not over: their processes may be alive. */
  get activeCount(): number {
    const over = new Set(["handed_in", "uploading", "gone"]);
    return [...this.#entries.values()].filter(({ run }) => !over.has(run.local.state)).length;
  }

  /** How many runs are held at all; 0: nothing to hand in either. */
  get size(): number {
    return this.#entries.size;
  }

  /** Gives up what is being sent and resolves when no course does anything any more and all that is gone is removed. */
  async close(): Promise<void> {
    for (const { course } of this.#entries.values()) course.cancel();
    await Promise.all([...this.#entries.values()].map(({ course }) => course.done));
    await Promise.all([...this.#entries.values()].map(({ run }) => run.saved().catch(() => undefined))); // told where it failed
    await Promise.all(this.#removals);
  }

  #lose(id: RunId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#options.log.warn({ run_id: id }, "the server has given a run up: its lease is lost, and it is ended here");
    entry.run.apply({ kind: "lost" });
  }

  #isKnown(id: RunId): boolean {
    return this.#entries.has(id) || this.#forgotten.has(id);
  }

  #take(assignment: Assignment): void {
    const { runs, hasFiles } = this.#options;
    const directory = new RunDirectory(runs, assignment.run_id, hasFiles(assignment));
    const found: FoundRun = {
      assignment,
      local: { state: "assigned" },
      figures: { runtime_statistics: {}, log_cut_bytes: 0 },
    };
    this.#enter(found, directory, directory.create(assignment)).save();
  }

  #enter(found: FoundRun, directory: RunDirectory, created: Promise<void>): HeldRun {
    const run = new HeldRun(found, directory, created, this.#options.clock.nowMs, {
      changed: () => {
        this.#options.changed();
      },
      act: (held, action) => {
        this.#act(held, action);
      },
    });
    const course = this.#options.begin(run, this.#turnOf(found.assignment));
    this.#entries.set(found.assignment.run_id, { run, course });
    return run;
  }

  /** Resolves when no process of another run of the same request is alive here. */
  async #turnOf(assignment: Assignment): Promise<void> {
    const earlier = [...this.#entries.values()].filter(
      ({ run }) => run.assignment.work_request_id === assignment.work_request_id,
    );
    await Promise.all(earlier.map(({ run }) => run.processesGone));
  }

  #act(run: HeldRun, action: RunAction): void {
    const entry = this.#entries.get(run.assignment.run_id);
    if (entry === undefined) return;
    if (action.kind === "end_processes") {
      entry.course.endProcesses(action.why);
      return;
    }
    const removal = this.#forget(entry).finally(() => this.#removals.delete(removal));
    this.#removals.add(removal);
  }

  async #forget({ run, course }: Entry): Promise<void> {
    const id = run.assignment.run_id;
    this.#remember(id);
    course.cancel();
    await course.done;
    await run.saved().catch(() => undefined); // the directory goes away: what was not written is not missed
    this.#entries.delete(id);
    this.#options.changed();
    try {
      await run.directory.remove();
    } catch (error) {
      this.#options.log.warn({ err: error, run_id: id }, "could not remove the directory of a run");
    }
  }

  #remember(id: RunId): void {
    this.#forgotten.add(id);
    const [oldest] = this.#forgotten;
    if (this.#forgotten.size > REMEMBERED && oldest !== undefined) this.#forgotten.delete(oldest);
  }

  /** An end that was sent and neither acknowledged nor refused: part of its log is missing at the server. */
  #lookForUntaken(answer: SyncAnswer, sent: readonly RunReport[]): void {
    const answered = new Set([...answer.acknowledged, ...answer.lost]);
    for (const report of sent) {
      if (report.state !== "ended" || answered.has(report.run_id)) continue;
      this.#entries.get(report.run_id)?.course.handInAgain();
    }
  }
}
