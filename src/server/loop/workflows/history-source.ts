import type { Known, Wanted } from "../../../task/define-workflow.ts";
import type { LoopContext } from "../context.ts";
import { estimateFor } from "../estimates.ts";

/** Answers what plans ask of the history, from the database. */
export function historySource({ store, clock }: Pick<LoopContext, "store" | "clock">) {
  const { read } = store;
  return async <Kind extends Wanted["kind"]>(wanted: Extract<Wanted, { kind: Kind }>): Promise<Known[Kind]> => {
    const known = await answerTo(wanted);
    return known as Known[Kind]; // each kind below has its own answer
  };

  async function answerTo(wanted: Wanted): Promise<Known[Wanted["kind"]]> {
    if (wanted.kind === "history") return (await read.history(wanted.key, { limit: wanted.limit })).items;
    const { key, input_size } = wanted;
    return estimateFor(read, key, { input_size, workers: await read.workers(), nowMs: clock.nowMs() });
  }
}
