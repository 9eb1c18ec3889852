import type { Assignment, RunReport } from "../../contract/worker-protocol.ts";
import { nextLocalRun, type LocalRun, type RunAction, type RunEvent } from "./local-run.ts";
import { reportOf } from "./run-report.ts";
import type { LastFigures, RunDirectory } from "./run-directory.ts";

/** What a held run tells its keeper. */
export type HeldRunListener = {
  /** Its state has changed, so the server should hear of it. */
  changed: (run: HeldRun) => void;
  /** Something is to be done for it. */
  act: (run: HeldRun, action: RunAction) => void;
};

/**
 * One run of this worker: its state in memory, and the same on disk. The state changes only by `apply`;
 * it is written down in order, and states that were overtaken before they were written are left out.
 */
export class HeldRun {
  readonly assignment: Assignment;
  readonly directory: RunDirectory;
  /** Figures so far, kept up by its course. */
  figures: LastFigures;
  /** Resolves when no process of it can be alive any more. */
  readonly processesGone: Promise<void>;
  #local: LocalRun;
  #saving: Promise<void>;
  #saveFault: unknown;
  #isDirty = false;
  #markGone: () => void = () => undefined;
  readonly #listener: HeldRunListener;
  readonly #nowMs: () => number;

  /** @param created resolves when its directory is there */
  constructor(
    found: { assignment: Assignment; local: LocalRun; figures: LastFigures },
    directory: RunDirectory,
    created: Promise<void>,
    nowMs: () => number,
    listener: HeldRunListener,
  ) {
    this.assignment = found.assignment;
    this.directory = directory;
    this.figures = found.figures;
    this.#local = found.local;
    this.#nowMs = nowMs;
    this.#listener = listener;
    this.processesGone = new Promise((resolve) => {
      this.#markGone = resolve;
    });
    this.#saving = created.catch((error: unknown) => {
      this.#saveFault = error;
    });
    this.#settle();
  }

  get local(): LocalRun {
    return this.#local;
  }

  /** Changes the state as `nextLocalRun` says; gives the state after it. */
  apply(event: RunEvent): LocalRun {
    const { next, action } = nextLocalRun(this.#local, event, this.#nowMs());
    const isChanged = next !== this.#local;
    this.#local = next;
    if (isChanged) {
      this.#settle();
      this.save();
      this.#listener.changed(this);
    }
    if (action !== undefined) this.#listener.act(this, action);
    return next;
  }

  /** Writes the state down, after what is being written. */
  save(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#saving = this.#saving.then(() => this.#saveNow());
  }

  /** Resolves when what has happened so far is on disk; rejects when the disk did not take it. */
  async saved(): Promise<void> {
    await this.#saving;
    if (this.#saveFault !== undefined) throw this.#saveFault;
  }

  /** What the next sync says of it; undefined when it is not held any more. */
  report(): RunReport | undefined {
    return reportOf(this.assignment, this.#local, this.figures);
  }

  async #saveNow(): Promise<void> {
    this.#isDirty = false;
    if (this.#local.state === "gone") return;
    try {
      await this.directory.saveState(this.#local);
      this.#saveFault = undefined;
    } catch (error) {
      // Told to whoever waits in `saved()`; the state in memory stays true and is reported all the same.
      this.#saveFault = error;
    }
  }

  #settle(): void {
    const { state } = this.#local;
    if (state === "uploading" || state === "handed_in" || state === "gone") this.#markGone();
  }
}
