import { usageError } from "../failure.ts";
import type { Session } from "../session.ts";

/** Whether `--watch` was asked for. Wrong usage where it was not and `--jsonl` was, or together with `--json`. */
export function isWatched(session: Session, options: { watch?: boolean; jsonl?: boolean }, once: string): boolean {
  if (options.watch !== true) {
    if (options.jsonl !== true) return false;
    throw usageError("--jsonl is for --watch.", `One document of how it stands now: ${once}`);
  }
  if (!session.wantsJson) return true;
  throw usageError("--json is one document, and --watch has no end.", "Take --jsonl: one document for each change.");
}
