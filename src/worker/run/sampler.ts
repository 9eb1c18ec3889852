import { ownCpuMs } from "./own-cpu.ts";

/** Looks at something, and says in how many milliseconds to look again. */
export type Look = () => number;

type Entry = { look: Look; dueMs: number };

/** One timer for all runs of this process: with many runs, separate timers would wake it many times as often. */
const entries = new Set<Entry>();
let timer: NodeJS.Timeout | undefined;

/** Calls `look` after `firstMs`, then as often as it asks for, until the given function is called. */
export function sample(firstMs: number, look: Look): () => void {
  const entry = { look, dueMs: performance.now() + firstMs };
  entries.add(entry);
  setTimer();
  return () => {
    entries.delete(entry);
    if (entries.size === 0) clearTimeout(timer);
  };
}

function lookAtAll(): void {
  const nowMs = performance.now() + 0.5; // timers have whole milliseconds
  for (const entry of entries) {
    if (entry.dueMs > nowMs) continue;
    const beganMs = ownCpuMs();
    const periodMs = entry.look();
    // never more than two hundredths of a core, however dear a look is
    entry.dueMs = performance.now() + Math.max(periodMs, 50 * (ownCpuMs() - beganMs));
  }
  setTimer();
}

function setTimer(): void {
  clearTimeout(timer);
  if (entries.size === 0) return;
  let dueMs = Infinity;
  for (const entry of entries) dueMs = Math.min(dueMs, entry.dueMs);
  timer = setTimeout(lookAtAll, Math.max(1, dueMs - performance.now()));
}
