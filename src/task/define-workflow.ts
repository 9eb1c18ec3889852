import { reactionsInput } from "../contract/reactions.ts";
import type { ReactionKind } from "../domain/reaction.ts";
import { z } from "zod";
import { retryCount } from "../contract/amounts.ts";
import type { requestSubmission } from "../contract/submission.ts";
import type { Estimate } from "../domain/allocation.ts";
import type { HistoryEntry } from "../domain/history.ts";
import type { WorkRequestId } from "../domain/ids.ts";
import type { OutputData } from "../domain/output-data.ts";
import type { HistoryKey } from "../domain/task.ts";
import { FAIL_ON, type FailOn, type VerdictKind } from "../domain/verdict.ts";
import type { Result, Status } from "../domain/work-request.ts";
import { taskNameSchema, taskSchema, type GivenDynamicData } from "./define-task.ts";

/** One request as a workflow asks for it: the fields of a submission, with names of this workflow in `depends_on`. */
export type PlannedWork = Omit<z.input<typeof requestSubmission>, "name" | "depends_on" | "unblock_strategy"> & {
  /** Names of requests of this workflow, of those before it. */
  depends_on?: readonly string[];
  /** What it belongs with: shown together, and given by `group()`. */
  group?: string;
};

/** What has become of a request of the workflow. */
export type WorkflowResult = HistoryKey & {
  name: string;
  id: WorkRequestId;
  group: string | null;
  status: Status;
  /** Null: aborted, or it has not ended. */
  result: Result | null;
  verdict: VerdictKind | null;
  /** Why it means that. */
  because: string | null;
  /** True: it failed, and that counts. */
  is_failed: boolean;
  output_data: OutputData | null;
};

/** A key of the history; the type is `worker`, subject and context are empty, unless given. */
export type GivenKey = { task_name: string } & Partial<HistoryKey>;

/** What a plan can ask for and look at. */
export type WorkflowPlan = {
  /** The number of the workflow's own request; null when it is only looked at. */
  readonly id: WorkRequestId | null;
  /**
   * Makes sure that the workflow has a request of this name: one that is there already stays as it is.
   * @returns the name, for `depends_on`
   */
  ensure(name: string, work: PlannedWork): string;
  /**
   * A point at which the workflow looks at results so far, and may ask for more: `run` is called when all of `after`
   * have ended, well or not. What it asks for depends on it.
   * @returns the name, for `depends_on`
   */
  callback(name: string, callback: WorkflowCallback): string;
  /** The names of the requests of a group, of those that are there so far. */
  group(name: string): string[];
  /** What history predicts for a key. */
  estimate(key: GivenKey & { input_size?: number }): Promise<Estimate>;
  /** The newest runs of a key, newest first; 20 unless `limit` says otherwise, at most 1000. */
  history(key: GivenKey & { limit?: number }): Promise<HistoryEntry[]>;
};

/** A point at which a workflow looks at results. */
export type WorkflowCallback = {
  after: readonly string[];
  /** The results are in the order of `after`. Called again when something of `after` was made again. */
  run: (results: WorkflowResult[]) => void | Promise<void>;
};

/** A graph of requests, as users write it. */
export type WorkflowOptions<Schema extends z.ZodType> = {
  /** 1 to 80 letters, digits or `. _ + -`. */
  name: string;
  /** The schema of the data. What it refuses is refused at submission. */
  data: Schema;
  /** Which failures of its requests are fatal, where a request does not say; `any` and `never` win over the tasks'. */
  fail_on?: FailOn;
  /** Whom to tell when the workflow ended how; of its requests each has its own. */
  reactions?: Partial<Record<ReactionKind, readonly string[]>>;
  /** How often planning is tried again when what it threw may pass: `infrastructure`. */
  retries?: { infrastructure?: number };
  /** Subject, context and `parameter_summary` of the workflow itself; `skip`: why there is nothing to plan. */
  dynamicData?: (data: z.output<Schema>) => Described | Promise<Described>;
  /**
   * Asks for requests. Called when the workflow may begin, and again for each callback: each time from its start, so it
   * must ask for the same requests by the same names. Nothing is asked for when it throws.
   */
  plan: (data: z.output<Schema>, workflow: WorkflowPlan) => void | Promise<void>;
};

type Described = Pick<GivenDynamicData, "subject" | "context" | "parameter_summary" | "skip">;

/** A workflow with its code, as `defineWorkflow` gives it. */
export type DefinedWorkflow = { readonly kind: "workflow"; readonly options: WorkflowOptions<z.ZodType> };

/** What is checked of a workflow when its configuration is loaded. */
export const workflowOptionsSchema = z.looseObject({
  name: taskNameSchema,
  data: taskSchema,
  fail_on: z.enum(FAIL_ON, { error: `one of ${FAIL_ON.join(", ")}` }).optional(),
  reactions: reactionsInput.default({}),
  retries: z.strictObject({ infrastructure: retryCount.optional() }).default({}),
  plan: z.custom<WorkflowOptions<z.ZodType>["plan"]>((value) => typeof value === "function", { error: "a function" }),
});

/**
 * Defines a graph of requests. Wrong names are told when the configuration is loaded, not here.
 * @returns for the `workflows` of `defineConfig`
 */
export function defineWorkflow<Schema extends z.ZodType>(options: WorkflowOptions<Schema>): DefinedWorkflow {
  // only what its own schema gave is ever passed to its functions
  return { kind: "workflow", options };
}

/** One request that a plan asks for, as it leaves the plan's thread: not yet checked. */
export type AskedWork = Omit<PlannedWork, "depends_on"> & { name: string; depends_on: string[] };

/** One part of a plan: what `plan()` itself, or one of its callbacks, asked for. */
export type PlannedPart = { requests: AskedWork[] };

/** What a part of a plan is made from. */
export type PlanCall = {
  task_type: "workflow";
  task_name: string;
  task_data: Record<string, unknown>;
  /** The workflow's own request; null when it is only looked at. */
  id: WorkRequestId | null;
  /** The callback that is due; null: `plan()` itself. */
  callback: string | null;
  /** The requests that are there. */
  members: WorkflowResult[];
};

/** What a plan asks of the history while it is made. */
export type Wanted =
  { kind: "estimate"; key: HistoryKey; input_size?: number } | { kind: "history"; key: HistoryKey; limit: number };

/** The answer to each kind of `Wanted`. */
export type Known = { estimate: Estimate; history: HistoryEntry[] };

/** Answers what plans ask of the history. May reject. */
export type HistorySource = <Kind extends Wanted["kind"]>(
  wanted: Extract<Wanted, { kind: Kind }>,
) => Promise<Known[Kind]>;
