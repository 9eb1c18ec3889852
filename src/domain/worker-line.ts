import type { Timestamp } from "./clock.ts";
import { sanitizeText } from "./sanitize-text.ts";

/**
 * - `info`: what it does;
 * - `warning`: something is not as it should be, and it goes on;
 * - `error`: something was not done.
 */
export const LINE_LEVELS = ["info", "warning", "error"] as const;
export type LineLevel = (typeof LINE_LEVELS)[number];

/** A line of a worker's log: what its program said of itself. Written by another machine: hostile until shown safely. */
export type WorkerLine = {
  /** Counted up in the order in which the server heard them. */
  id: number;
  /** When it was said, by the server's clock. */
  at: Timestamp;
  level: LineLevel;
  text: string;
};

/** Characters of a line's text at most; the rest is cut off. */
export const LONGEST_LINE = 500;

/** A line's text as it is kept: on one line, without what terminals obey, and not too long. The same again for its own result. */
export function lineText(text: string): string {
  const safe = sanitizeText(text.slice(0, LONGEST_LINE + 1));
  return safe.length <= LONGEST_LINE ? safe : `${safe.slice(0, LONGEST_LINE - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
