import { parentPort, workerData } from "node:worker_threads";
import { assertNever } from "../../domain/assert-never.ts";
import { faultOf, type TaskAnswer } from "../faults.ts";
import { createTaskRegistry } from "../registry.ts";
import { sourceOf, type TaskCall, type TaskSource } from "../task-source.ts";
import type { HistorySource, Known, PlanCall, PlannedPart } from "../define-workflow.ts";
import { loadConfig, type LoadedConfig } from "./load-config.ts";
import { resolveOwnModules } from "./own-modules.ts";
import type { Answers, FromThread, Question, ToThread } from "./protocol.ts";

/*
 * The thread in which a configuration's code runs: what hangs or floods memory in it, hangs and floods only it, and
 * loading the configuration again is starting another.
 */

const port = parentPort!; // this file is only ever started as a thread
const { file } = workerData as { file: string }; // as `config-host.ts` gives it

function tell(message: FromThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage(message);
}

const files = resolveOwnModules();
try {
  const config = await loadConfig(file);
  const all = [...config.tasks, ...config.workflows];
  const tasks = all.map(({ facts }) => facts);
  const sources = new Map(all.map(({ facts, definition }) => [nameOf(facts), sourceOf(definition)]));
  port.on("message", (message: ToThread) => {
    if (message.kind === "given") return take(message);
    const { id, question } = message;
    tell({ kind: "begun", id });
    void answer(question, config, sources).then((given) => tellAnswer(id, given));
    return undefined;
  });
  tell({ kind: "loaded", tasks, files });
} catch (error) {
  tell({ kind: "refused", reason: reasonOf(error) });
}

/** With the place in the configuration, where there is one. */
function reasonOf(error: unknown): string {
  const fault = faultOf(error, undefined);
  if (fault.kind === "invalid") return fault.errors[0]?.message ?? "";
  return fault.at === undefined ? fault.reason : `${fault.reason} (${fault.at})`;
}

/** What a task gave may not be fit to be sent. */
function tellAnswer(id: number, given: Answers[keyof Answers]): void {
  try {
    tell({ kind: "answered", id, answer: given });
  } catch (error) {
    tell({ kind: "answered", id, answer: { ok: false, fault: faultOf(error, undefined) } });
  }
}

async function answer(
  question: Question,
  config: LoadedConfig,
  sources: ReadonlyMap<string, TaskSource>,
): Promise<Answers[keyof Answers]> {
  switch (question.kind) {
    case "check":
      return taskOf(question.call).check(question.call, question.path);
    case "dynamic_data":
      return taskOf(question.call).dynamicData(question.call);
    case "execution":
      return taskOf(question.call).execution(question.call, question.run);
    case "available":
      return available(config, question.task_name);
    case "plan":
      return plan(config, question.call);
    default:
      return assertNever(question);
  }

  /** After a reload a task may be gone: then the registry says that it is unknown. */
  function taskOf(call: TaskCall): TaskSource {
    return sources.get(nameOf(call)) ?? createTaskRegistry();
  }
}

async function plan(config: LoadedConfig, call: PlanCall): Promise<TaskAnswer<PlannedPart>> {
  const workflow = config.workflows.find(({ facts }) => facts.task_name === call.task_name);
  if (workflow !== undefined) return workflow.plan(call, want);
  const reason = `the configuration has no workflow "${call.task_name}" any more`;
  return { ok: false, fault: { kind: "failed", reason } };
}

/** What plans have asked of the history, and wait for. */
const wanted = new Map<number, { resolve(value: unknown): void; reject(reason: Error): void }>();
let lastWanted = 0;

const want: HistorySource = (asked) =>
  new Promise((resolve, reject) => {
    const id = ++lastWanted;
    wanted.set(id, { resolve: (value) => resolve(value as Known[typeof asked.kind]), reject }); // of the kind asked for
    tell({ kind: "wanted", id, wanted: asked });
  });

function take({ id, value, reason }: ToThread & { kind: "given" }): void {
  const waiting = wanted.get(id);
  wanted.delete(id);
  if (reason === undefined) waiting?.resolve(value);
  else waiting?.reject(new Error(reason));
}

function nameOf({ task_type, task_name }: { task_type: string; task_name: string }): string {
  return `${task_type}:${task_name}`;
}

async function available(config: LoadedConfig, task_name: string): Promise<TaskAnswer<boolean | string>> {
  try {
    const task = config.tasks.find(({ facts }) => facts.task_name === task_name);
    return { ok: true, value: (await task?.available()) ?? false };
  } catch (error) {
    return { ok: false, fault: faultOf(error, undefined) };
  }
}
