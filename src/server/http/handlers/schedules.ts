import type { LoopContext } from "../../loop/context.ts";
import { pauseSchedule, putSchedule, removeSchedule, showSchedule } from "../../loop/schedules.ts";
import type { Handlers } from "../handler.ts";

type Names = "listSchedules" | "getSchedule" | "putSchedule" | "pauseSchedule" | "resumeSchedule" | "removeSchedule";

export function scheduleHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listSchedules: async () => ({ schedules: await context.store.read.schedules() }),
    getSchedule: ({ params }) => showSchedule(context, params.name),
    putSchedule: async ({ params, body, token }) => ({
      schedule: await putSchedule(context, params.name, body, token.name),
    }),
    pauseSchedule: async ({ params }) => ({ schedule: await pauseSchedule(context, params.name, true) }),
    resumeSchedule: async ({ params }) => ({ schedule: await pauseSchedule(context, params.name, false) }),
    async removeSchedule({ params: { name } }) {
      await removeSchedule(context, name);
      return { removed: name };
    },
  };
}
