import { z } from "zod";
import { requirementsInput, retryCount } from "../contract/amounts.ts";
import { parameterSummary } from "../contract/names.ts";
import { outputsSchema } from "../contract/artifacts.ts";
import { reactionsInput } from "../contract/reactions.ts";
import type { Requirements } from "../domain/allocation.ts";
import type { ReactionKind, Reactions } from "../domain/reaction.ts";
import { FAIL_ON, type FailOn } from "../domain/verdict.ts";
import type { TaskType } from "../domain/task.ts";
import { RETRY_BUDGETS, type RetryBudget } from "../domain/verdict.ts";
import type { GivenCommandData } from "./command.ts";
import type { TaskAnswer } from "./faults.ts";
import type { RunFacts } from "./task-definition.ts";

/** What a task says of one request when it becomes pending. Fields that are absent keep what the request has. */
export type GivenDynamicData = {
  /** What the task is applied to, as far as it should behave alike. */
  subject?: string;
  /** The circumstances that change behaviour. */
  context?: string;
  /** The parameters in a few words, for lists. */
  parameter_summary?: string;
  /** Size of the input in bytes, where it tells how much will be needed. */
  input_size?: number;
  /** Tags that the worker must have, beside those of the request and of the task. */
  tags?: string[];
  /** What this request needs, as far as the task knows. Wins over the task's own `requirements`. */
  requirements?: z.input<typeof requirementsInput>;
  /** Why it needs no run, in 1 to 500 characters: it ends at once, as `skipped`, and what depends on it goes on. */
  skip?: string;
};

/** What a worker is to run: the program with its arguments, or the data of the built-in task `command`. */
export type GivenCommand = readonly string[] | GivenCommandData;

/** What `run()` is given beside the data. */
export type RunContext = RunFacts & {
  /** The directory of the run, where `outputs` are looked for; also the current directory. */
  work_dir: string;
  /** Aborted when the run is to end. */
  signal: AbortSignal;
};

type Promised<Value> = Value | Promise<Value>;

/** What `run()` of a `server` task is given beside the data. */
export type ServerRunContext = { work_request_id: number; subject: string; context: string };

/** One request of a `server` task. */
export type ServerCall = ServerRunContext & { task_name: string; task_data: Record<string, unknown> };

/** What came of one request of a `server` task. */
export type ServerAnswer = TaskAnswer<undefined> | { ok: "timed_out" } | { ok: "aborted" };

/** How long it may run, milliseconds, and how it is ended before. */
export type ServerRunLimits = { limitMs: number; signal: AbortSignal };

type HowItRuns<Data> =
  | {
      type: "server";
      /** The work itself, in a thread of the server. What it throws is the work's failure. */
      run: (data: Data, run: ServerRunContext) => unknown;
      command?: never;
      outputs?: never;
      available?: never;
    }
  | {
      type?: "worker";
      /** What a worker is to run. Called on the worker, when the run was placed there. */
      command: (data: Data, run: RunFacts) => Promised<GivenCommand>;
      run?: never;
      outputs?: never;
    }
  | {
      type?: "worker";
      /** The work itself, in a process of its own on the worker. What it throws is the work's failure. */
      run: (data: Data, run: RunContext) => unknown;
      command?: never;
      /** Globs of files that are kept with the run, as in the data of the task `command`. */
      outputs?: z.input<typeof outputsSchema>;
    };

/** A kind of work, as users write it. */
export type TaskOptions<Schema extends z.ZodType> = HowItRuns<z.output<Schema>> & {
  /** 1 to 80 letters, digits or `. _ + -`. */
  name: string;
  /** Changed when the task behaves otherwise: only workers with the same version run it. 1 to 20 letters or digits. */
  version?: string | number;
  /** The schema of the data. What it refuses is refused at submission. */
  data: Schema;
  /** What every request of this task needs, and bounds of it, where the request and the workflow do not say. */
  requirements?: z.input<typeof requirementsInput>;
  /** How often a request is run again by itself, by what went wrong. Default: the server's settings. */
  retries?: Partial<Record<RetryBudget, number>>;
  /** Which failures of its requests are fatal, where a request does not say: `any`, `regression` (usual) or `never`. */
  fail_on?: FailOn;
  /** Whom to tell when a request ended how, where the request does not say: `https://…`, `mailto:…`, `command:…`. */
  reactions?: Partial<Record<ReactionKind, readonly string[]>>;
  /** Works out the history key, the size and the needs when a request becomes pending. Called on the server. */
  dynamicData?: (data: z.output<Schema>) => Promised<GivenDynamicData>;
  /** Whether this worker can run it; a text says why not. Called on each worker, when it starts and now and then. */
  available?: () => Promised<boolean | string>;
};

/** A task with its code, as `defineTask` gives it. */
export type DefinedTask = {
  readonly kind: "task";
  readonly options: TaskOptions<z.ZodType>;
};

/** What is known of a configured task without asking its code. */
export type ConfiguredTask = {
  task_type: TaskType;
  task_name: string;
  version?: string;
  requirements: Requirements;
  retries: Partial<Record<RetryBudget, number>>;
  fail_on?: FailOn;
  reactions: Reactions;
};

const VERSION_EXPECTED = "1 to 20 letters, digits or . _ + -";

/** The name of a configured task or workflow. */
export const taskNameSchema = z
  .string({ error: "a name" })
  .regex(/^[\w.+-]{1,80}$/, { error: "a name of 1 to 80 letters, digits or . _ + -" });

/** The schema of a task's data: one of another copy of zod is as good. */
export const taskSchema = z.custom<z.ZodType>((value) => isSchema(value), { error: "a zod schema" });

/** What is checked of a task when its configuration is loaded. */
export const taskOptionsSchema = z.looseObject({
  name: taskNameSchema,
  type: z.enum(["worker", "server"], { error: "worker or server" }).default("worker"),
  version: z
    .union([z.string(), z.number()], { error: VERSION_EXPECTED })
    .transform(String)
    .pipe(z.string().regex(/^[\w.+-]{1,20}$/, { error: VERSION_EXPECTED }))
    .optional(),
  data: taskSchema,
  requirements: requirementsInput.default({}),
  retries: z
    .partialRecord(z.enum(RETRY_BUDGETS, { error: `one of ${RETRY_BUDGETS.join(", ")}` }), retryCount, {
      error: "an object of budgets and counts",
    })
    .default({}),
  fail_on: z.enum(FAIL_ON, { error: `one of ${FAIL_ON.join(", ")}` }).optional(),
  outputs: outputsSchema.default([]),
  reactions: reactionsInput.default({}),
});

const SKIP_EXPECTED = "why it needs no run, in 1 to 500 characters";

/** What is checked of that which `dynamicData()` gives. */
export const dynamicDataSchema = z.strictObject(
  {
    subject: z.string({ error: "text" }).optional(),
    context: z.string({ error: "text" }).optional(),
    parameter_summary: parameterSummary.optional(),
    input_size: z.number({ error: "bytes as a number" }).min(0, { error: "bytes as a number" }).optional(),
    tags: z.array(z.string({ error: "a tag" }), { error: "a list of tags" }).optional(),
    requirements: requirementsInput.optional(),
    skip: z
      .string({ error: SKIP_EXPECTED })
      .trim()
      .min(1, { error: SKIP_EXPECTED })
      .max(500, { error: SKIP_EXPECTED })
      .optional(),
  },
  { error: "an object" },
);

/**
 * Defines a kind of work. Wrong names and amounts are told when the configuration is loaded, not here.
 * @returns for the `tasks` of `defineConfig`
 */
export function defineTask<Schema extends z.ZodType>(options: TaskOptions<Schema>): DefinedTask {
  // only what its own schema gave is ever passed to its functions
  return { kind: "task", options: options as unknown as TaskOptions<z.ZodType> };
}

/** The tag that a worker has which can run a configured task: workers without it never get one. */
export function tagOfTask({ task_name, version }: Pick<ConfiguredTask, "task_name" | "version">): string {
  return version === undefined ? `task:${task_name}` : `task:${task_name}=${version}`;
}

function isSchema(value: unknown): boolean {
  // one of another copy of zod is as good
  return typeof value === "object" && value !== null && "_zod" in value && "safeParseAsync" in value;
}
