import type { LoopContext } from "../../loop/context.ts";
import type { Handlers } from "../handler.ts";

export function taskHandlers({ store: { read }, clock }: LoopContext): Pick<Handlers, "listTasks"> {
  return {
    async listTasks({ query: { sort, limit, cursor, ...of } }) {
      const nowMs = clock.nowMs();
      const [page, totals] = await Promise.all([
        read.taskCourses(of, sort, { limit, cursor }, nowMs),
        read.taskTotals(of, nowMs),
      ]);
      return { ...page, totals };
    },
  };
}
