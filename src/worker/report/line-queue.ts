import { LINES_PER_CALL } from "../../contract/worker-protocol.ts";
import type { LineLevel } from "../../domain/worker-line.ts";

/** What the worker says. */
export type Said = {
  /** By the worker's own clock, milliseconds since 1970. */
  at_ms: number;
  level: LineLevel;
  text: string;
};

/** A line that the server may not have yet. */
export type QueuedLine = Said & {
  /** Counted up within the session; the server takes each number once. */
  number: number;
  /** 0: it was said; else it stands in the place of so many that are lost. */
  lost: number;
  /** True: the server may have it. It does not change any more. */
  is_sent: boolean;
};

/** Lines in the order in which they were said; those that were sent come first. */
export type LineQueue = {
  /** Tells this worker process's numbers from those of others of its name. */
  session: string;
  /** The number of the next line. */
  next: number;
  lines: readonly QueuedLine[];
};

/** Lines that are kept while the server takes none. */
export const MOST_QUEUED = 200;

/** A queue in which nothing was said. */
export function emptyQueue(session: string): LineQueue {
  return { session, next: 1, lines: [] };
}

/** Something more was said. Of too much, what began it and what came last stay; a line between tells how many are lost. */
export function withSaid({ session, next, lines }: LineQueue, said: Said): LineQueue {
  const all = [...lines, { ...said, number: next, lost: 0, is_sent: false }];
  return { session, next: next + 1, lines: all.length > MOST_QUEUED ? withoutOldest(all) : all };
}

/** What the next call carries; these count as sent from then on, whatever becomes of the call. */
export function send(queue: LineQueue): { queue: LineQueue; sent: readonly QueuedLine[] } {
  const sent = queue.lines.slice(0, LINES_PER_CALL).map((line) => ({ ...line, is_sent: true }));
  return { queue: { ...queue, lines: [...sent, ...queue.lines.slice(LINES_PER_CALL)] }, sent };
}

/** The server has all lines up to this number. */
export function withoutKept(queue: LineQueue, number: number): LineQueue {
  return { ...queue, lines: queue.lines.filter((line) => line.number > number) };
}

/**
 * One line less: the oldest two that were not sent become one that stands for what is lost. What was sent stays as it
 * is, for the server may have it: so each line is told once, or counted once.
 */
function withoutOldest(lines: readonly QueuedLine[]): readonly QueuedLine[] {
  const from = lines.findIndex(({ is_sent }) => !is_sent);
  const [first, second] = [lines[from]!, lines[from + 1]!]; // no more than one call's are sent, and there are more
  const lost = countOf(first) + countOf(second);
  const mark: QueuedLine = { ...second, level: "warning", text: lostText(lost), lost };
  return [...lines.slice(0, from), mark, ...lines.slice(from + 2)];
}

function countOf({ lost }: QueuedLine): number {
  return lost === 0 ? 1 : lost;
}

function lostText(count: number): string {
  return `${count} lines are missing here: more was said than the server could be told`;
}
