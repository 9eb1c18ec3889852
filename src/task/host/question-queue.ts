import type { TaskFault } from "../faults.ts";
import type { Answers, Question, Unanswered } from "./protocol.ts";

/** The question of one kind. */
export type QuestionOf<Kind extends Question["kind"]> = Extract<Question, { kind: Kind }>;

/** One question that waits for its answer. */
type Asked = {
  id: number;
  question: Question;
  resolve(answer: Answers[keyof Answers] | Unanswered): void;
  /** It was being answered when the thread had to be ended: it is asked again alone, to find the one at fault. */
  isSuspect: boolean;
  timer: NodeJS.Timeout | undefined;
};

/** What the queue needs of the thread that answers. */
export type Answerer = {
  ask(id: number, question: Question): void;
  /** A question has taken too long: the thread must be ended, for it may hang. Then `restart` is called. */
  replace(): void;
};

/** So many at a time: with more, a thread that hangs would hold up more. */
const MAX_AT_ONCE = 64;

/**
 * Questions to a thread whose code may hang. Each is
 * - *waiting*, in the order of asking;
 * - *being answered*: sent; its time counts from the moment when the thread has taken it up;
 * - *suspect*: it was being answered when the thread was ended. Asked again, alone; when that takes too long as well,
 *   it is answered with a fault.
 */
export class QuestionQueue {
  readonly #limitMs: number;
  readonly #waiting: Asked[] = [];
  readonly #open = new Map<number, Asked>();
  #answerer: Answerer | undefined;
  #lastId = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Asks; never rejects. */
  ask<Kind extends Question["kind"]>(question: QuestionOf<Kind>): Promise<Answers[Kind] | Unanswered> {
    return new Promise((resolve) => {
      const settle = resolve as Asked["resolve"]; // an answer is of the kind of its question
      this.#waiting.push({ id: ++this.#lastId, question, resolve: settle, isSuspect: false, timer: undefined });
      this.#pump();
    });
  }

  /** From now on this thread answers; what was being answered by another is asked again. */
  restart(answerer: Answerer): void {
    this.#answerer = answerer;
    this.#pump();
  }

  /** The thread is gone, through one of the questions being answered: all of them are suspect. */
  interrupt(reason: string): void {
    this.#takeBack((asked) => {
      if (asked.isSuspect) asked.resolve(unanswered(reason));
      else this.#waiting.unshift({ ...asked, isSuspect: true, timer: undefined });
    });
  }

  /** The thread is to be replaced by another, through nobody's fault. */
  handOver(): void {
    this.#takeBack((asked) => this.#waiting.unshift({ ...asked, timer: undefined }));
  }

  #takeBack(each: (asked: Asked) => void): void {
    this.#answerer = undefined;
    for (const asked of [...this.#open.values()].toReversed()) {
      clearTimeout(asked.timer);
      each(asked);
    }
    this.#open.clear();
  }

  begun(id: number): void {
    const asked = this.#open.get(id);
    if (asked === undefined) return; // of a thread that was ended
    asked.timer = setTimeout(() => this.#overdue(), this.#limitMs);
  }

  answered(id: number, answer: unknown): void {
    const asked = this.#open.get(id);
    if (asked === undefined) return; // as above
    clearTimeout(asked.timer);
    this.#open.delete(id);
    asked.resolve(answer as Answers[keyof Answers]); // the thread's protocol says so
    this.#pump();
  }

  /** Answers everything that is left with a fault. */
  close(reason: string): void {
    this.#answerer = undefined;
    for (const asked of [...this.#open.values(), ...this.#waiting.splice(0)]) {
      clearTimeout(asked.timer);
      asked.resolve({ ok: false, fault: { kind: "unavailable", reason } });
    }
    this.#open.clear();
  }

  #overdue(): void {
    const answerer = this.#answerer;
    this.interrupt(`it took longer than ${this.#limitMs / 1000} s`);
    answerer?.replace();
  }

  #pump(): void {
    // ends: each round sends one that waits
    for (let next = this.#waiting[0]; next !== undefined && this.#mayAsk(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#open.set(next.id, next);
      this.#answerer?.ask(next.id, next.question);
    }
  }

  #mayAsk(next: Asked): boolean {
    if (this.#answerer === undefined || this.#open.size >= MAX_AT_ONCE) return false;
    const isAloneNeeded = next.isSuspect || [...this.#open.values()].some(({ isSuspect }) => isSuspect);
    return !isAloneNeeded || this.#open.size === 0;
  }
}

function unanswered(reason: string): Unanswered {
  const fault: TaskFault = { kind: "failed", reason };
  return { ok: false, fault };
}
