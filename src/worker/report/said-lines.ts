import { readFileSync, rmSync } from "node:fs";
import { z } from "zod";
import { LINES_PER_CALL, OLDEST_LINE_MS, sentLinesSchema, type SentLines } from "../../contract/worker-protocol.ts";
import type { Clock } from "../../domain/clock.ts";
import { LINE_LEVELS, lineText, LONGEST_LINE, type LineLevel } from "../../domain/worker-line.ts";
import { writeAtomically } from "../lease/atomic-file.ts";
import { emptyQueue, send, withoutKept, withSaid, type LineQueue } from "./line-queue.ts";

/** The server is called for what was said so often at most, milliseconds: who says much is not to call much. */
const TURN_MS = 1000;

const queueSchema = z.object({
  session: sentLinesSchema.shape.session,
  next: z.int(),
  lines: z.array(
    z.object({
      number: z.int(),
      at_ms: z.number(),
      level: z.enum(LINE_LEVELS),
      text: z.string().max(LONGEST_LINE),
      lost: z.int(),
      is_sent: z.boolean(),
    }),
  ),
}) satisfies z.ZodType<LineQueue>;

/**
 * What the worker says of itself, until the server has it. What is left when the worker ends waits on disk for the next
 * of its name, which goes on with the same numbers; of one that is killed, what it said last is lost.
 */
export class SaidLines {
  readonly #file: string;
  readonly #clock: Clock;
  #queue: LineQueue;
  #onNews: () => void = () => undefined;
  #turn: NodeJS.Timeout | undefined;
  #toldMs = -Infinity;

  /**
   * @param file where lines wait for the next worker of the name
   * @param newSession what numbers of this process are told by, where there are no such lines
   */
  constructor(file: string, newSession: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#queue = readQueue(file) ?? emptyQueue(newSession);
    rmSync(file, { force: true }); // from now on they are this process's
  }

  /** True when the server has all of it. */
  get isEmpty(): boolean {
    return this.#queue.lines.length === 0;
  }

  /** True when there is more than one call can carry. */
  get isLong(): boolean {
    return this.#queue.lines.length > LINES_PER_CALL;
  }

  /** The listener is called when there is something to tell the server, not at each line. */
  onNews(listener: () => void): void {
    this.#onNews = listener;
  }

  /** Says something. */
  say(level: LineLevel, text: string): void {
    this.#queue = withSaid(this.#queue, { at_ms: this.#clock.nowMs(), level, text: lineText(text) });
    if (this.#turn !== undefined) return;
    const waitMs = Math.max(0, this.#toldMs + TURN_MS - this.#clock.monotonicMs());
    this.#turn = setTimeout(() => {
      this.#turn = undefined;
      this.#toldMs = this.#clock.monotonicMs();
      this.#onNews();
    }, waitMs);
    this.#turn.unref();
  }

  /** What the next call carries; undefined: nothing. */
  next(): SentLines | undefined {
    const { queue, sent } = send(this.#queue);
    this.#queue = queue;
    if (sent.length === 0) return undefined;
    const nowMs = this.#clock.nowMs();
    const lines = sent.map(({ number, at_ms, level, text }) => {
      // a clock that is set between the two must not make a call that the server refuses
      const age_ms = Math.min(OLDEST_LINE_MS, Math.max(0, Math.round(nowMs - at_ms)));
      return { number, age_ms, level, text };
    });
    return { session: queue.session, lines };
  }

  /** The server has taken in the call that carried this. */
  kept(sent: SentLines): void {
    this.#queue = withoutKept(this.#queue, sent.lines.at(-1)?.number ?? 0);
  }

  /** Leaves what the server does not have to the next worker of the name. */
  async close(): Promise<void> {
    clearTimeout(this.#turn);
    if (!this.isEmpty) await writeAtomically(this.#file, JSON.stringify(this.#queue));
  }
}

/** What the worker before left; undefined where there is nothing that can be read: a log is not worth a failed start. */
function readQueue(file: string): LineQueue | undefined {
  try {
    return queueSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
