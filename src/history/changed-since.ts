import type { Change } from "../domain/last-pass.ts";
import type { Run } from "../domain/run.ts";
import { formatBytes, formatCores } from "../domain/units.ts";
import type { WorkRequest } from "../domain/work-request.ts";

/** A run, and what was asked for when it was made. */
export type RunAndRequest = {
  request: Pick<WorkRequest, "task_name" | "subject" | "context" | "task_data" | "input_size">;
  run: Pick<Run, "worker_name" | "cpu_model" | "allocation" | "inputs">;
};

/** More would be no clue. */
const MOST_CHANGES = 20;
const MOST_CHARACTERS = 120;

/**
 * What a run had otherwise than another, mostly an earlier one of its key: what it is a run of, then what it was told and
 * given, since that is the likeliest cause, then where it ran and with how much. At most 20.
 */
export function changedSince(before: RunAndRequest, after: RunAndRequest): Change[] {
  const [old, now] = [factsOf(before), factsOf(after)];
  const names = new Set([...now.keys(), ...old.keys()]);
  return [...names]
    .map((what) => ({ what, before: old.get(what) ?? null, after: now.get(what) ?? null }))
    .filter((change) => change.before !== change.after)
    .map((change) => ({ ...change, before: cut(change.before, change.after), after: cut(change.after, change.before) }))
    .slice(0, MOST_CHANGES);
}

function factsOf({ request, run }: RunAndRequest): Map<string, string> {
  const { memory, cpu_count, tags } = run.allocation;
  return new Map([
    ["task", request.task_name] as const,
    ["subject", request.subject] as const,
    ["context", request.context] as const,
    ...Object.entries(request.task_data).map(([name, value]) => [`task data ${name}`, textOf(value)] as const),
    ...run.inputs.map(
      ({ path, sha256, size }) => [`input ${path}`, `${sha256.slice(0, 12)} (${formatBytes(size)})`] as const,
    ),
    ...(request.input_size === null ? [] : [["input size", formatBytes(request.input_size)] as const]),
    ["worker", run.worker_name] as const,
    ...(run.cpu_model === null ? [] : [["processor", run.cpu_model] as const]),
    ["memory reserved", formatBytes(memory.amount)] as const,
    ["cores reserved", formatCores(cpu_count.amount)] as const,
    ["tags", tags.join(", ")] as const,
  ]);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** As much of a text as fits, from a little before where the two begin to differ. */
function cut(text: string | null, other: string | null): string | null {
  if (text === null || text.length <= MOST_CHARACTERS) return text;
  let differs = 0;
  // ends: at the end of the text, where nothing is equal to nothing
  while (differs < text.length && text[differs] === other?.[differs]) differs += 1;
  const from = Math.max(0, Math.min(differs - MOST_CHARACTERS / 4, text.length - MOST_CHARACTERS));
  const end = from + MOST_CHARACTERS < text.length ? "…" : "";
  return `${from > 0 ? "…" : ""}${text.slice(from, from + MOST_CHARACTERS)}${end}`;
}
