import type { LostAttempts } from "../../domain/accuracy.ts";
import { formatDuration } from "../../domain/units.ts";
import { gibHours } from "./held-hours.ts";

/** What attempts cost that died of an amount; `what` says whose it was. */
export function mistakesText({ attempts, seconds, memory_byte_hours }: LostAttempts, what: string): string {
  if (attempts === 0) return `No run died of ${what}.`;
  const runs = attempts === 1 ? "1 run" : `${attempts} runs`;
  return `${runs} died of ${what}, after ${formatDuration(seconds)} and ${gibHours(memory_byte_hours)} GiB·h in all.`;
}
