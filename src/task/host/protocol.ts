import type { ConfiguredTask } from "../define-task.ts";
import type { PlanCall, PlannedPart, Wanted } from "../define-workflow.ts";
import type { Execution } from "../execution.ts";
import type { TaskAnswer, TaskFault } from "../faults.ts";
import type { DynamicData, RunFacts } from "../task-definition.ts";
import type { TaskCall } from "../task-source.ts";

/** What the thread that has loaded a configuration can be asked; each kind with its answer in `Answers`. */
export type Question =
  | { kind: "check"; call: TaskCall; path: readonly PropertyKey[] }
  | { kind: "dynamic_data"; call: TaskCall }
  | { kind: "execution"; call: TaskCall; run: RunFacts }
  /** Which of its tasks this machine can run. */
  | { kind: "available"; task_name: string }
  /** What a workflow, or one of its callbacks, asks for. */
  | { kind: "plan"; call: PlanCall };

/** The answer to each kind of question. */
export type Answers = {
  check: TaskAnswer<undefined>;
  dynamic_data: TaskAnswer<DynamicData>;
  execution: TaskAnswer<Execution | undefined>;
  available: TaskAnswer<boolean | string>;
  plan: TaskAnswer<PlannedPart>;
};

/** What every question is answered with when its code does not come to an end. */
export type Unanswered = { ok: false; fault: TaskFault };

/** From the host to the thread. */
export type ToThread =
  | { kind: "asked"; id: number; question: Question }
  /** The answer to a `wanted` of the thread; `reason`: why there is none. */
  | { kind: "given"; id: number; value: unknown; reason?: string };

/** From the thread to the host. The first message is `loaded` or `refused`. */
export type FromThread =
  | { kind: "loaded"; tasks: ConfiguredTask[]; files: string[] }
  | { kind: "refused"; reason: string }
  /** The question was taken up: its time counts from now. */
  | { kind: "begun"; id: number }
  /** A plan asks of the history; numbered by the thread. */
  | { kind: "wanted"; id: number; wanted: Wanted }
  | { kind: "answered"; id: number; answer: Answers[keyof Answers] };
