import { formatDuration } from "./units.ts";
import type { FasterStep } from "./workflow.ts";

/** `on w-19 build arm64 would take 6m less than on an ordinary worker`. */
export function fasterText({ name, worker_name, seconds, than }: FasterStep): string {
  const other = than === null ? "on an ordinary worker" : `on ${than}, where it runs`;
  return `on ${worker_name} ${name} would take ${formatDuration(seconds)} less than ${other}`;
}
