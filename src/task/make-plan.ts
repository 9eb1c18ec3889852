import { CALLBACK_TASK, MAX_WORKFLOW_REQUESTS } from "../domain/workflow.ts";
import type { HistoryKey } from "../domain/task.ts";
import type {
  AskedWork,
  GivenKey,
  HistorySource,
  PlanCall,
  PlannedPart,
  PlannedWork,
  WorkflowCallback,
  WorkflowOptions,
  WorkflowPlan,
  WorkflowResult,
} from "./define-workflow.ts";
import type { z } from "zod";

/** How many runs `history()` gives unless told, and at most. */
const HISTORY_RUNS = 20;
const MOST_HISTORY_RUNS = 1000;

/**
 * Makes one part of a plan: `plan()` is called from its start, then the callbacks that have been before, and at last the
 * one that is due. Only what the due part asks for is given: the rest is there already.
 */
export async function makePlan(
  plan: WorkflowOptions<z.ZodType>["plan"],
  data: unknown,
  call: Pick<PlanCall, "id" | "callback" | "members">,
  source: HistorySource,
): Promise<PlannedPart> {
  const recorder = new PlanRecorder(call, source);
  await plan(data, recorder.begin(null));
  // ends: each callback is called once, and no more than so many can be asked for
  for (let next = recorder.due(); next !== undefined; next = recorder.due()) {
    await next.callback.run(recorder.resultsOf(next.callback));
  }
  if (!recorder.wasReached) {
    throw new Error(`the plan asks for no callback "${call.callback}" any more; its code has changed`);
  }
  return { requests: recorder.asked() };
}

type Queued = { name: string; callback: WorkflowCallback };

class PlanRecorder {
  readonly #call: Pick<PlanCall, "id" | "callback" | "members">;
  readonly #source: HistorySource;
  readonly #members: ReadonlyMap<string, WorkflowResult>;
  /** All that was asked for in this pass, by name. */
  readonly #seen = new Map<string, AskedWork>();
  readonly #recorded: AskedWork[] = [];
  readonly #callbacks: Queued[] = [];
  /** Whose requests are asked for at the moment; null: those of `plan()` itself. */
  #part: string | null = null;
  wasReached: boolean;

  constructor(call: Pick<PlanCall, "id" | "callback" | "members">, source: HistorySource) {
    this.#call = call;
    this.#source = source;
    this.#members = new Map(call.members.map((member) => [member.name, member]));
    this.wasReached = call.callback === null;
  }

  begin(part: string | null): WorkflowPlan {
    this.#part = part;
    return {
      id: this.#call.id,
      ensure: (name, work) => this.#ensure(name, work),
      callback: (name, callback) => this.#callback(name, callback),
      group: (name) => this.#group(name),
      estimate: ({ input_size, ...key }) =>
        this.#source({ kind: "estimate", key: keyOf(key), ...(input_size !== undefined && { input_size }) }),
      history: ({ limit = HISTORY_RUNS, ...key }) =>
        this.#source({ kind: "history", key: keyOf(key), limit: Math.min(limit, MOST_HISTORY_RUNS) }),
    };
  }

  /** The next callback to call: one that was called before, in the order of asking, or at last the one that is due. */
  due(): Queued | undefined {
    const index = this.#callbacks.findIndex(({ name }) => name === this.#call.callback || this.#hasBeen(name));
    if (index < 0) return undefined;
    const [next] = this.#callbacks.splice(index, 1);
    this.#part = next?.name ?? null;
    this.wasReached ||= this.#part === this.#call.callback;
    return next;
  }

  resultsOf({ after }: WorkflowCallback): WorkflowResult[] {
    return after.flatMap((name) => this.#members.get(name) ?? []);
  }

  asked(): AskedWork[] {
    return this.#recorded;
  }

  #hasBeen(name: string): boolean {
    return this.#call.callback !== null && this.#members.get(name)?.status === "completed";
  }

  #ensure(name: string, work: PlannedWork): string {
    const { depends_on = [], ...rest } = work;
    const own = this.#part === null ? [] : [this.#part];
    this.#add({ ...rest, name, depends_on: [...depends_on, ...own] });
    return name;
  }

  #callback(name: string, callback: WorkflowCallback): string {
    const own = this.#part === null ? [] : [this.#part];
    const isNew = this.#add({
      name,
      task_type: "internal",
      task_name: CALLBACK_TASK,
      depends_on: [...callback.after, ...own],
    });
    if (isNew) this.#callbacks.push({ name, callback });
    return name;
  }

  /** False: it was asked for before. */
  #add(asked: AskedWork): boolean {
    const { name } = asked;
    if (typeof name !== "string" || name === "") throw new TypeError("a request of a workflow needs a name");
    const before = this.#seen.get(name);
    if (before !== undefined) {
      if (JSON.stringify(before) === JSON.stringify(asked)) return false;
      throw new Error(`the plan asks for two different requests called "${name}"`);
    }
    if (this.#seen.size >= MAX_WORKFLOW_REQUESTS) {
      throw new RangeError(`the plan asks for more than ${MAX_WORKFLOW_REQUESTS} requests`);
    }
    this.#seen.set(name, asked);
    if (this.#part === this.#call.callback) this.#recorded.push(asked);
    return true;
  }

  #group(name: string): string[] {
    const there = [...this.#members.values()].filter(({ group }) => group === name).map((member) => member.name);
    const asked = [...this.#seen.values()].filter(({ group }) => group === name).map((one) => one.name);
    return [...new Set([...there, ...asked])];
  }
}

function keyOf({ task_type = "worker", task_name, subject = "", context = "" }: GivenKey): HistoryKey {
  return { task_type, task_name, subject, context };
}
