import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  neverStarted,
  nextLocalRun,
  NO_LOG,
  type LocalRun,
  type RunAction,
  type RunEnd,
  type RunEvent,
} from "../../../src/worker/lease/local-run.ts";

const NOW_MS = Date.UTC(2026, 10, 22);
const AT = "2026-11-22T00:00:00.000Z";

const exitedWell: RunEnd = {
  started_at: AT,
  ended_at: AT,
  outcome: { kind: "exited", code: 0 },
  runtime_statistics: { duration: 1 },
};
const abortedBy = (by: string): RunEnd => ({ ...exitedWell, outcome: { kind: "aborted", by } });

function after(...events: RunEvent[]): LocalRun {
  return events.reduce<LocalRun>((run, event) => nextLocalRun(run, event, NOW_MS).next, { state: "assigned" });
}

const TAKEN_UP: RunEvent = { kind: "taken_up" };
const STARTED: RunEvent = { kind: "started", at: AT };
const ABORT: RunEvent = { kind: "abort_asked", by: "ann" };
const ended = (end: RunEnd): RunEvent => ({ kind: "ended", end, log: NO_LOG });
const uploaded: RunEvent = { kind: "uploaded", end: exitedWell, outputs: [], log: NO_LOG };

describe("a local run", () => {
  it("goes from its assignment to its acknowledgement", () => {
    const events = [TAKEN_UP, STARTED, ended(exitedWell), uploaded, { kind: "acknowledged" } as const];
    const states = events.map((_, index) => after(...events.slice(0, index + 1)).state);
    expect(states).toEqual(["preparing", "running", "uploading", "handed_in", "gone"]);
  });

  it("is handed in as aborted without having begun when the abort comes first", () => {
    expect(after(ABORT)).toMatchObject({ state: "handed_in", end: { outcome: { kind: "aborted", by: "ann" } } });
    expect(after(ABORT, TAKEN_UP)).toMatchObject({ state: "handed_in" });
  });

  it("is ended as soon as it has started when the abort came while it was being prepared", () => {
    const step = nextLocalRun(after(TAKEN_UP, ABORT), STARTED, NOW_MS);
    expect(step.action).toEqual({ kind: "end_processes", why: { why: "aborted", by: "ann" } });
  });

  it("keeps the first reason to end, and is told to end only once", () => {
    const run = after(TAKEN_UP, STARTED, ABORT);
    const step = nextLocalRun(run, { kind: "worker_stopping" }, NOW_MS);
    expect(step).toEqual({ next: run });
  });

  it("is lost to the worker, not aborted, when the worker stops", () => {
    const run = after(TAKEN_UP, STARTED, { kind: "worker_stopping" }, ended(abortedBy("the worker")));
    expect(run).toMatchObject({ state: "uploading", end: { outcome: { kind: "worker_lost" } } });
  });

  it("is lost to the worker, not aborted, when its lease is over", () => {
    const over = { kind: "lease_over", graceMs: 7 } as const;
    const step = nextLocalRun(after(TAKEN_UP, STARTED), over, NOW_MS);
    expect(step.action).toEqual({ kind: "end_processes", why: { why: "lease_over", graceMs: 7 } });
    const run = after(TAKEN_UP, STARTED, over, ended(abortedBy("the worker")));
    expect(run).toMatchObject({ state: "uploading", end: { outcome: { kind: "worker_lost" } } });
  });

  it("keeps its own end when that came before the worker's", () => {
    const run = after(TAKEN_UP, STARTED, { kind: "worker_stopping" }, ended(exitedWell));
    expect(run).toMatchObject({ state: "uploading", end: { outcome: { kind: "exited", code: 0 } } });
  });

  it("leaves its last figures when the worker was killed", () => {
    const last = { runtime_statistics: { memory: 7 } };
    const run = after(TAKEN_UP, STARTED, { kind: "found_again", last });
    expect(run).toEqual({
      state: "uploading",
      end: { started_at: AT, ended_at: AT, outcome: { kind: "worker_lost" }, runtime_statistics: { memory: 7 } },
    });
  });
});

/** A worker's course as `course.ts` drives it, with its process, in the smallest form that can be checked. */
class Simulated {
  local: LocalRun = { state: "assigned" };
  phase: "new" | "preparing" | "alive" | "over" | "uploading" = "new";
  startCount = 0;
  isAlive = false;
  wasToldToEnd = false;
  wasLost = false;
  wasAcknowledgedInTime = false;
  wasRemoved = false;

  apply(event: RunEvent): void {
    if (event.kind === "lost") this.wasLost = true;
    if (event.kind === "acknowledged" && this.local.state === "handed_in") this.wasAcknowledgedInTime = true;
    const { next, action } = nextLocalRun(this.local, event, NOW_MS);
    this.local = next;
    if (action !== undefined) this.#act(action);
  }

  /** One step of the course: whatever comes next. */
  step(): void {
    switch (this.phase) {
      case "new":
        this.apply({ kind: "taken_up" });
        this.phase = this.local.state === "preparing" ? "preparing" : "over";
        return;
      case "preparing":
        this.#start();
        return;
      case "alive":
        this.isAlive = false;
        this.apply(ended(this.wasToldToEnd ? abortedBy("somebody") : exitedWell));
        this.phase = "uploading";
        return;
      case "uploading":
        if (this.local.state === "uploading") {
          this.apply({ kind: "uploaded", end: this.local.end, outputs: [], log: NO_LOG });
        }
        this.phase = "over";
        return;
      case "over":
    }
  }

  /** The worker is killed, its runs with it, and it is started again on the same directory. */
  restart(): void {
    if (this.local.state === "gone") return;
    this.isAlive = false;
    this.apply({ kind: "found_again", last: { runtime_statistics: {} } });
    const { state } = this.local;
    this.phase = state === "assigned" ? "new" : state === "uploading" ? "uploading" : "over";
  }

  #start(): void {
    if (this.local.state === "preparing" && this.local.ending === undefined) {
      this.startCount += 1;
      this.isAlive = true;
      this.wasToldToEnd = false;
      this.phase = "alive";
      this.apply({ kind: "started", at: AT });
    } else {
      this.apply(ended(neverStarted({ why: "worker_stopping" }, NOW_MS)));
      this.phase = "uploading";
    }
  }

  #act(action: RunAction): void {
    if (action.kind === "end_processes") this.wasToldToEnd = true;
    else this.wasRemoved = true;
  }

  /** What is not as it must be. */
  broken(): string[] {
    const { local } = this;
    const mustEnd = local.state === "dropping" || (local.state === "running" && local.ending !== undefined);
    const rules: [string, boolean][] = [
      ["starts at most once", this.startCount <= 1],
      ["is alive only while that is known", !this.isAlive || ["running", "dropping"].includes(local.state)],
      ["is told to end when it must", !this.isAlive || !mustEnd || this.wasToldToEnd],
      ["is forgotten only with leave", local.state !== "gone" || this.wasLost || this.wasAcknowledgedInTime],
      ["is removed when it is gone, and only then", this.wasRemoved === (local.state === "gone")],
    ];
    return rules.flatMap(([rule, holds]) => (holds ? [] : [rule]));
  }
}

const happening = fc.oneof(
  { weight: 4, arbitrary: fc.constant("step" as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<RunEvent>(
      { kind: "abort_asked", by: "ann" },
      { kind: "lost" },
      { kind: "acknowledged" },
      { kind: "worker_stopping" },
      { kind: "lease_over", graceMs: 7 },
    ),
  },
  { weight: 1, arbitrary: fc.constant("restart" as const) },
);

describe("in any order of the server's words, the run's course and restarts, a local run", () => {
  it("starts at most once, ends when it must, and is forgotten only when it was lost or acknowledged", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), (happenings) => {
        const run = new Simulated();
        for (const each of happenings) {
          if (each === "step") run.step();
          else if (each === "restart") run.restart();
          else run.apply(each);
          expect(run.broken()).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("comes to its end once its course goes on and the server acknowledges", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 25 }), (happenings) => {
        const run = new Simulated();
        for (const each of happenings) {
          if (each === "step") run.step();
          else if (each === "restart") run.restart();
          else run.apply(each);
        }
        for (let round = 0; round < 5; round += 1) run.step();
        run.apply({ kind: "acknowledged" });
        expect(run.local.state).toBe("gone");
      }),
      { numRuns: 1000 },
    );
  });
});
