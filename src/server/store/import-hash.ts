import { createHash } from "node:crypto";
import type { ImportedEntry } from "../../contract/history-entries.ts";

/** What must be equal for an imported entry to be there already: key, time, origin and figures. */
export function importHash(entry: ImportedEntry): string {
  const { task_type, task_name, subject, context, completed_at, origin, runtime_statistics } = entry;
  const figures = Object.entries(runtime_statistics).sort(([a], [b]) => (a < b ? -1 : 1));
  const finer = [entry.duration_ms, entry.cpu_time_ms, entry.input_size, entry.result, entry.outcome];
  const text = JSON.stringify([task_type, task_name, subject, context, completed_at, origin, figures, finer]);
  return createHash("sha256").update(text).digest("base64url");
}
