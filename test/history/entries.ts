import type { HistoryEntry } from "../../src/domain/history.ts";

/** A history entry with what the test names; the rest is one plain success. */
export function entryOf(part: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    id: 1,
    task_type: "worker",
    task_name: "build",
    subject: "gcc",
    context: "bookworm/amd64",
    completed_at: "2026-10-01T12:00:00.000Z",
    result: "success",
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: {},
    lower_bounds: [],
    trusted: true,
    ...part,
  };
}

/** A success that took so many seconds and used so much memory in bytes. */
export function success(id: number, seconds: number, memory?: number): HistoryEntry {
  return entryOf({
    id,
    duration_ms: seconds * 1000,
    runtime_statistics: { duration: Math.round(seconds), ...(memory !== undefined && { memory }) },
  });
}

/** A run that ended with exit code 2 after so many seconds. */
export function failure(id: number, seconds: number): HistoryEntry {
  return { ...success(id, seconds), result: "failure", outcome: { kind: "exited", code: 2 } };
}
