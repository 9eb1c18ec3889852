import { actorOf } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import {
  pauseSchedule,
  previewSchedule,
  putSchedule,
  removeSchedule,
  runSchedule,
  showSchedule,
} from "../../loop/schedules.ts";
import type { Handlers } from "../handler.ts";

type Names =
  | "listSchedules"
  | "getSchedule"
  | "putSchedule"
  | "pauseSchedule"
  | "resumeSchedule"
  | "runSchedule"
  | "previewSchedule"
  | "removeSchedule";

export function scheduleHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listSchedules: async () => ({ schedules: await context.store.read.schedules() }),
    getSchedule: ({ params }) => showSchedule(context, params.name),
    putSchedule: async ({ params, body, token }) => ({
      schedule: await putSchedule(context, params.name, body, actorOf(token)),
    }),
    pauseSchedule: async ({ params, token }) => ({
      schedule: await pauseSchedule(context, params.name, true, actorOf(token)),
    }),
    resumeSchedule: async ({ params, token }) => ({
      schedule: await pauseSchedule(context, params.name, false, actorOf(token)),
    }),
    runSchedule: ({ params, token }) => runSchedule(context, params.name, actorOf(token)),
    previewSchedule: async ({ body }) => ({ next: await previewSchedule(context, body) }),
    async removeSchedule({ params: { name }, token }) {
      await removeSchedule(context, name, actorOf(token));
      return { removed: name };
    },
  };
}
