import type { IgnoredAdvice } from "../../domain/advice.ts";

/* The part of `store.ts` that knows what advice people do not want to see again. */

/** One before it is kept. */
export type NewIgnoredAdvice = Omit<IgnoredAdvice, "id" | "ignored_at">;

/** Reading it. */
export type AdviceReader = {
  /** All of it, the newest first. */
  ignoredAdvice(): Promise<IgnoredAdvice[]>;
};

/** Changing it. */
export type AdviceWriter = {
  /** Keeps one, in the place of what was kept of the same task, subject, context and resource. */
  putIgnoredAdvice(advice: NewIgnoredAdvice): Promise<IgnoredAdvice>;
  /** Gives what was forgotten; undefined: there was none of that number. */
  deleteIgnoredAdvice(id: number): Promise<IgnoredAdvice | undefined>;
};
