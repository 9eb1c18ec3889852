import type { LoopContext } from "../../loop/context.ts";
import { taskCourses } from "../../loop/task-courses.ts";
import type { Handlers } from "../handler.ts";

export function taskHandlers({ store, clock }: LoopContext): Pick<Handlers, "listTasks"> {
  return {
    async listTasks({ query }) {
      const { courses, is_cut } = await taskCourses(store.read, query, clock.nowMs());
      return { tasks: courses.map(({ course }) => course), is_cut };
    },
  };
}
