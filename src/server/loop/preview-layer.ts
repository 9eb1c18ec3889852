import { DAY_MS, timestamp } from "../../domain/clock.ts";
import type { Layer } from "../../domain/layer.ts";
import type { LayerPreview } from "../../domain/layer-preview.ts";
import { previewLayer } from "../../estimate/preview-layer.ts";
import type { NewLayer, StoreReader } from "../store/store.ts";

/** So many days are looked back, and so many of their newest runs are looked at. */
const DAYS = 30;
const MOST_RUNS = 5_000;

/** What a layer would have done to the runs of the last 30 days that the history still has. Sets nothing. */
export async function previewOf(reader: StoreReader, layer: NewLayer, nowMs: number): Promise<LayerPreview> {
  const since = timestamp(nowMs - DAYS * DAY_MS);
  const [layers, newest] = await Promise.all([reader.layers(), runsOf(reader, layer, since)]);
  const entries = newest.filter(
    ({ task_name, subject, context, completed_at }) =>
      completed_at >= since &&
      [task_name, null].includes(layer.task_name) &&
      [subject, null].includes(layer.subject) &&
      [context, null].includes(layer.context),
  );
  const asIfSet: Layer = { ...layer, id: 0, set_at: timestamp(nowMs) };
  const is_cut = newest.length === MOST_RUNS && newest.every(({ completed_at }) => completed_at >= since);
  return { ...previewLayer({ layer: asIfSet, layers, entries }), days: DAYS, is_cut };
}

/** Those of the task, by the index of what is given beside it; of all tasks the newest. */
async function runsOf(reader: StoreReader, { task_name, subject, context }: NewLayer, since: string) {
  if (task_name === null) return reader.newestRuns(MOST_RUNS);
  const key = { task_type: "worker" as const, task_name, subject: subject ?? undefined, context: context ?? undefined };
  return (await reader.history(key, { since, limit: MOST_RUNS })).items;
}
