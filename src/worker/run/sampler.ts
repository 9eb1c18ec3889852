import { ownCpuMs } from "./own-cpu.ts";

/** Looks at something, and says in how many milliseconds to look again. */
export type Look = () => number;

type Entry = { look: Look; beganMs: number; dueMs: number; spentMs: number };

/** What looks at one run may cost in all: this much CPU time at once, so that short runs are seen well, … */
const BURST_MS = 20;
/** … and this share of one core in the long run. */
const MOST_CORE_SHARE = 0.003;

/** One timer for all runs of this process: with many runs, separate timers would wake it many times as often. */
const entries = new Set<Entry>();
let timer: NodeJS.Timeout | undefined;

/** Calls `look` after `firstMs`, then as often as it asks for, until the given function is called. */
export function sample(firstMs: number, look: Look): () => void {
  const beganMs = performance.now();
  const entry = { look, beganMs, dueMs: beganMs + firstMs, spentMs: 0 };
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
    const beforeMs = ownCpuMs();
    const periodMs = entry.look();
    entry.spentMs += ownCpuMs() - beforeMs;
    const affordableMs = entry.beganMs + (entry.spentMs - BURST_MS) / MOST_CORE_SHARE;
    entry.dueMs = Math.max(performance.now() + periodMs, affordableMs);
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
