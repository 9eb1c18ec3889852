import { doneBy, type Actor } from "../../domain/act.ts";
import { AppError } from "../../contract/errors.ts";
import { adviceScope, type Advice, type AdviceKey, type IgnoredAdvice } from "../../domain/advice.ts";
import { DAY_MS, timestamp } from "../../domain/clock.ts";
import { layerScopeText, type Layer } from "../../domain/layer.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { advise } from "../../estimate/advise.ts";
import { isOfSame, isStillIgnored } from "../../estimate/ignored-advice.ts";
import { resolveLayers } from "../../estimate/layers.ts";
import { mayRun } from "../../schedule/fit.ts";
import type { StoreReader, StoreTransaction } from "../store/store.ts";
import { accuracyReport } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";
import { putLayer } from "./layers.ts";

type TaskKey = Pick<HistoryKey, "task_type" | "task_name">;

/** Advice stands on so many of a task's newest runs, within so many days. */
const ENTRIES = 500;
const DAYS = 30;

/** Without a task: of so many tasks that wasted most memory. */
const TASKS = 20;

/** What is advised, and what people do not want to see again, whether it would be advised or not. */
export type Advised = { advice: Advice[]; ignored: IgnoredAdvice[] };

/**
 * What people should ask for instead, most saved first; of one task, or of those that waste most. Nothing that a person
 * has decided: where an override or a lock says what is given, or where the same advice was ignored.
 */
export async function adviceFor(reader: StoreReader, task: TaskKey | undefined, nowMs: number): Promise<Advised> {
  const tasks = task === undefined ? await wastefulTasks(reader, nowMs) : [task];
  const [workers, layers, allIgnored] = await Promise.all([reader.workers(), reader.layers(), reader.ignoredAdvice()]);
  const advice: Advice[] = [];
  for (const each of tasks) {
    const since = timestamp(nowMs - DAYS * DAY_MS);
    const { items } = await reader.history(each, { limit: ENTRIES, since });
    const able = workers.filter((worker) => mayRun(worker.tasks, each.task_name));
    advice.push(...advise({ entries: items, nowMs, capacities: able.map(({ capacity }) => capacity) }));
  }
  const isOpen = (one: Advice) =>
    !isDecided(one, layers) && !allIgnored.some((ignored) => isStillIgnored(one, ignored));
  const ignored = allIgnored.filter(
    ({ task_type, task_name }) => task === undefined || (task_type === task.task_type && task_name === task.task_name),
  );
  return { advice: advice.filter(isOpen).sort((a, b) => b.saved_a_week - a.saved_a_week), ignored };
}

/** Whether people have set what is given, whatever is asked for. */
function isDecided(advice: AdviceKey, layers: readonly Layer[]): boolean {
  const found = resolveLayers(layers, advice).find(({ field }) => field === advice.resource);
  return found !== undefined && found.layer.mode !== "default";
}

/** Has an advice not given again while it stays about the same. Only one that is given now can be ignored. */
export async function ignoreAdvice(context: LoopContext, key: AdviceKey, by: Actor): Promise<IgnoredAdvice> {
  const { task_type, task_name, subject, context: where, resource, asked, enough } = await givenNow(context, key);
  return context.store.transaction(async (tx) => {
    const kept = { task_type, task_name, subject, context: where, resource, asked, enough };
    const ignored = await tx.putIgnoredAdvice({ ...kept, ignored_by: by.name });
    await tellOf(tx, "ignored", ignored, by);
    return ignored;
  });
}

async function givenNow({ store, clock }: LoopContext, key: AdviceKey): Promise<Advice> {
  const { task_type, task_name } = key; // advice for a part of a task stands on all of its runs
  const { advice } = await adviceFor(store.read, { task_type, task_name }, clock.nowMs());
  const found = advice.find((one) => isOfSame(one, key));
  if (found !== undefined) return found;
  throw new AppError("not-found", { what: "advice", id: `on ${key.resource} for ${layerScopeText(adviceScope(key))}` });
}

/** Has it given again. */
export function takeBackAdvice(context: LoopContext, id: number, by: Actor): Promise<void> {
  return context.store.transaction(async (tx) => {
    const ignored = await tx.deleteIgnoredAdvice(id);
    if (ignored === undefined) throw new AppError("not-found", { what: "ignored advice", id });
    await tellOf(tx, "taken back", ignored, by);
  });
}

/** Keeps what is asked for today as it is, by a value that overrides: no advice, and no sizing, changes it. */
export async function pinAdvice(context: LoopContext, key: AdviceKey, by: Actor): Promise<void> {
  const { asked: value, ...advice } = await givenNow(context, key);
  const layer = { ...adviceScope(advice), field: advice.resource, mode: "override", value } as const;
  await putLayer(context, { ...layer, note: PINNED }, by);
}

/** Why there is the value: it stands beside it. */
const PINNED = "pinned: given as it was asked for, against advice";

async function tellOf(tx: StoreTransaction, did: string, ignored: IgnoredAdvice, by: Actor): Promise<void> {
  const { resource } = ignored;
  const data = { did, ...doneBy(by), advice_id: ignored.id, resource, of: layerScopeText(adviceScope(ignored)) };
  await tx.appendEvents([{ kind: "advice_changed", data }]);
}

async function wastefulTasks(reader: StoreReader, nowMs: number): Promise<TaskKey[]> {
  const { tasks } = await accuracyReport(reader, { by: "week" }, nowMs);
  return tasks.slice(0, TASKS).map(({ task_type, task_name }) => ({ task_type, task_name }));
}
