import type { Slowness, TaskSlowness } from "../../../domain/slowness.ts";
import { alikeKey, slownessOf, type SpeedObservation } from "../../../schedule/slowness.ts";
import type { TimedEntry } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";

/** From how many of the newest entries of all history the speeds are worked out, and how often. */
const ENTRIES = 5_000;
const KEPT_MS = 300_000;

/** How slow workers are, relative to an ordinary one. */
export type Speeds = {
  /** Undefined where it is not known: no key has run there and elsewhere. */
  of(worker: { cpu_model: string; worker_name: string }): Slowness | undefined;
  /** The same by the runs of each task alone: of those tasks that have run there and elsewhere, what has most runs first. */
  byTask(worker: { cpu_model: string; worker_name: string }): TaskSlowness[];
};

/** The newest speeds of each server. */
const kept = new WeakMap<LoopContext, { untilMs: number; speeds: Promise<Speeds> }>();

/** The speeds of workers as history tells them; worked out anew every five minutes. */
export async function knownSpeeds(context: LoopContext): Promise<Speeds> {
  const atMs = context.clock.monotonicMs();
  const known = kept.get(context);
  if (known !== undefined && atMs < known.untilMs) return known.speeds;
  const speeds = speedsNow(context);
  kept.set(context, { untilMs: atMs + KEPT_MS, speeds });
  try {
    return await speeds;
  } catch (error) {
    kept.delete(context);
    throw error;
  }
}

async function speedsNow({ store }: LoopContext): Promise<Speeds> {
  const entries = await store.read.newestTimes(ENTRIES);
  const slowness = slownessOf(entries.flatMap((entry) => observationOf(entry)));
  let tasks: ReturnType<typeof slownessOfTasks> | undefined; // few ask for it
  return {
    of: (worker) => slowness.get(machineOf(worker)),
    byTask(worker) {
      tasks ??= slownessOfTasks(entries);
      const machine = machineOf(worker);
      return tasks
        .flatMap(({ task, machines }) => {
          const found = machines.get(machine);
          return found === undefined ? [] : [{ ...task, ...found }];
        })
        .sort((a, b) => b.runs - a.runs || (a.task_name < b.task_name ? -1 : 1));
    },
  };
}

/** How slow each machine is at each task. */
function slownessOfTasks(entries: readonly TimedEntry[]) {
  return [...Map.groupBy(entries, ({ task_type, task_name }) => JSON.stringify([task_type, task_name])).values()].map(
    (own) => {
      const { task_type, task_name } = own[0]!; // a group has one
      return { task: { task_type, task_name }, machines: slownessOf(own.flatMap((entry) => observationOf(entry))) };
    },
  );
}

/** What makes the speed of a run: the processor, where the worker could tell. */
function machineOf({ cpu_model, worker_name }: { cpu_model?: string | null; worker_name?: string | null }): string {
  return cpu_model !== undefined && cpu_model !== null && cpu_model !== "" ? cpu_model : (worker_name ?? "");
}

function observationOf(entry: TimedEntry): SpeedObservation[] {
  const { task_name, subject, input_size, duration_ms, runtime_statistics } = entry;
  const machine = machineOf(entry);
  const seconds = duration_ms === null ? runtime_statistics.duration : duration_ms / 1000;
  if (machine === "" || seconds === undefined) return [];
  return [{ key: alikeKey(task_name, subject, input_size ?? undefined), machine, seconds }];
}
