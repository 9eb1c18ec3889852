import { actorOf } from "../authenticate.ts";
import { DAY_MS, timestamp } from "../../../domain/clock.ts";
import { accuracyReport, USUAL_DAYS } from "../../loop/accuracy.ts";
import { adviceFor, ignoreAdvice, takeBackAdvice } from "../../loop/advice.ts";
import type { LoopContext } from "../../loop/context.ts";
import { explainEstimate } from "../../loop/explain-estimate.ts";
import { spareWorkersSince } from "../../loop/spare-workers.ts";
import { wasteReport } from "../../loop/waste.ts";
import type { Handlers } from "../handler.ts";

type Names = "estimate" | "accuracy" | "waste" | "advice" | "ignoreAdvice" | "takeBackAdvice";

export function estimateHandlers(context: LoopContext): Pick<Handlers, Names> {
  const { read } = context.store;
  return {
    async estimate({ query: { input_size, what_if, ...key } }) {
      const workers = await read.workers();
      return explainEstimate(read, key, { input_size, workers, nowMs: context.clock.nowMs() }, what_if);
    },
    async advice({ query: { task_type, task_name } }) {
      const task = task_name === undefined ? undefined : { task_type, task_name };
      return adviceFor(read, task, context.clock.nowMs());
    },
    ignoreAdvice: async ({ body, token }) => ({ ignored: await ignoreAdvice(context, body, actorOf(token)) }),
    async takeBackAdvice({ params: { id }, token }) {
      await takeBackAdvice(context, id, actorOf(token));
      return { removed: id };
    },
    async waste({ query }) {
      const since = query.since ?? timestamp(context.clock.nowMs() - USUAL_DAYS * DAY_MS);
      const [report, spare_workers] = await Promise.all([
        wasteReport(read, { ...query, since }),
        spareWorkersSince(context, since),
      ]);
      return { ...report, spare_workers };
    },
    accuracy: ({ query }) => accuracyReport(read, query, context.clock.nowMs()),
  };
}
