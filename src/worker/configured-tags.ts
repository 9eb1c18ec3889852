import { tagOfTask } from "../task/define-task.ts";
import type { ConfigHost } from "../task/host/config-host.ts";
import type { WorkerLog } from "./worker-log.ts";

/** The tags of the configured tasks that this machine can run, as they are now. */
export type ConfiguredTags = {
  now(): readonly string[];
  /** Is called when they have changed. */
  onChange(listener: () => void): void;
  close(): void;
};

/** Tools come and go; milliseconds. */
const LOOK_AGAIN_MS = 60_000;

/** Asks each task's `available()`: now, after each reload of the configuration, and once a minute. */
export async function watchTags(config: ConfigHost, log: WorkerLog): Promise<ConfiguredTags> {
  let tags: readonly string[] = [];
  const told = new Map<string, string>();
  let changed: () => void = () => undefined;

  async function look(): Promise<void> {
    const here = config.tasks.filter(({ task_type }) => task_type === "worker");
    const able = await Promise.all(here.map(async (task) => ((await isAble(task.task_name)) ? [task] : [])));
    const found = able.flat().map((task) => tagOfTask(task));
    const isNews = found.join() !== tags.join();
    tags = found;
    if (isNews) changed();
  }

  async function isAble(task_name: string): Promise<boolean> {
    const answer = await config.available(task_name);
    const reason = answer === true ? "" : typeof answer === "string" ? answer : "it says no";
    if (reason !== "" && told.get(task_name) !== reason) log.warn({ task_name, reason }, "cannot run a task here");
    told.set(task_name, reason);
    return reason === "";
  }

  await look();
  config.onReload(() => void look()); // never rejects: the answers are values
  const timer = setInterval(() => void look(), LOOK_AGAIN_MS);
  timer.unref();
  return {
    now: () => tags,
    onChange: (listener) => {
      changed = listener;
    },
    close: () => clearInterval(timer),
  };
}
