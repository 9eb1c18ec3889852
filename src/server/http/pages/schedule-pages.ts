import type { Actor } from "../../../domain/act.ts";
import type { FastifyInstance } from "fastify";
import { AppError } from "../../../contract/errors.ts";
import { routes } from "../../../contract/routes.ts";
import { scheduleInput } from "../../../contract/schedule-routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import type { Frame } from "../../../web/layout.ts";
import type { SentSchedule } from "../../../web/pages/schedule-form.ts";
import { schedulePage, schedulesPage, type ScheduleData } from "../../../web/pages/schedules.ts";
import type { LoopContext } from "../../loop/context.ts";
import {
  pauseSchedule,
  previewSchedule,
  putSchedule,
  refuseWrongTimes,
  removeSchedule,
  runSchedule,
  showSchedule,
} from "../../loop/schedules.ts";
import { asSeenBy } from "../hide-addresses.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { keptOf, MOST_SHOWN } from "./kept-requests.ts";
import { backTo, frameOf, rootOf, sendPage } from "./send-page.ts";
import { checkAll, newName, parseFields, typedOf, wrongFields } from "./sent-form.ts";
import { typedSubmission, type TypedSubmission } from "./typed-document.ts";

const FIELDS = ["name", "cron", "time_zone", "missed", "submission"];

/** Schedules, as people read them. */
export function addSchedulePages(page: AddPage, context: LoopContext): void {
  page("/schedules", (frame) => listPage(context, frame));
  page("/schedules/:name", (frame, { params }) => onePage(context, frame, nameOf(params)));
}

function nameOf(params: unknown): string {
  return parseOrThrow(routes.getSchedule.params, params, "invalid-request").name;
}

async function listPage(context: LoopContext, frame: Frame, sent?: SentSchedule): Promise<string> {
  const { read } = context.store;
  const [now, schedules] = await Promise.all([read.now(), read.schedules()]);
  const told = schedules.map(({ last_firing }) => last_firing);
  const kept = await keptOf(context, told);
  return schedulesPage(frame, { now, schedules, kept, ...(sent !== undefined && { sent }) });
}

/** A report is for nobody in particular: it shows what anybody may see. */
async function onePage(
  context: LoopContext,
  frame: Frame,
  name: string,
  more: Pick<ScheduleData, "sent" | "refused"> = {},
): Promise<string> {
  const { schedule, firings } = asSeenBy(frame.person?.scope, await showSchedule(context, name));
  const shown = firings.slice(0, MOST_SHOWN);
  const [now, kept] = await Promise.all([context.store.read.now(), keptOf(context, shown)]);
  return schedulePage(frame, { now, schedule, firings: shown, kept, ...more });
}

/** What administrators do with schedules from the pages. */
export function addScheduleForms(app: FastifyInstance, context: LoopContext, assets: string, personOf: PersonOf): void {
  app.post("/schedules", async (request, reply) => {
    const person = await personOf(request, "admin");
    const answer = await lookOrSave(context, given(request.body), person.actor);
    if ("name" in answer) return reply.redirect(`${rootOf(request.url)}schedules/${answer.name}`, 303);
    return sendPage(request, reply, answer.status, await listPage(context, frameOf(request, assets, person), answer));
  });
  app.post("/schedules/:name/change", async (request, reply) => {
    const person = await personOf(request, "admin");
    const name = nameOf(request.params);
    await showSchedule(context, name); // that there is none is no mistake of the form
    const answer = await lookOrSave(context, given(request.body), person.actor, name);
    if ("name" in answer) return reply.redirect(`${rootOf(request.url)}schedules/${name}`, 303);
    const page = await onePage(context, frameOf(request, assets, person), name, { sent: answer });
    return sendPage(request, reply, answer.status, page);
  });
  app.post("/schedules/:name/run", async (request, reply) => {
    const person = await personOf(request, "admin");
    const name = nameOf(request.params);
    const refused = await runOrSayWhyNot(context, name, person.actor);
    if (refused.length === 0) return reply.redirect(`${rootOf(request.url)}schedules/${name}`, 303);
    return sendPage(request, reply, 422, await onePage(context, frameOf(request, assets, person), name, { refused }));
  });
  for (const [verb, isPaused] of [
    ["pause", true],
    ["resume", false],
  ] as const) {
    app.post(`/schedules/:name/${verb}`, async (request, reply) => {
      const { actor: by } = await personOf(request, "admin");
      await pauseSchedule(context, nameOf(request.params), isPaused, by);
      return reply.redirect(backTo(request), 303);
    });
  }
  app.post("/schedules/:name/remove", async (request, reply) => {
    const { actor: by } = await personOf(request, "admin");
    await removeSchedule(context, nameOf(request.params), by);
    return reply.redirect(`${rootOf(request.url)}schedules`, 303);
  });
}

/** Why it was not run, or nothing. */
async function runOrSayWhyNot(context: LoopContext, name: string, by: Actor): Promise<string[]> {
  try {
    await runSchedule(context, name, by);
    return [];
  } catch (error) {
    const { code, details } = error instanceof AppError ? error : {};
    if (code === "not-found" && details?.["what"] === "schedule") throw error;
    return wrongFields(error, [], "").map(({ message }) => message);
  }
}

/** Looks at what was typed, or saves it; what is wrong with it is told beside it. `changed`: the one that is there. */
async function lookOrSave(
  context: LoopContext,
  form: Record<string, unknown>,
  by: Actor,
  changed?: string,
): Promise<(SentSchedule & { status: number }) | { name: string }> {
  const { typed, isSave } = typedOf(form);
  const find = (name: string) => context.store.read.schedule(name);
  const nameOfIt = async () => changed ?? (await newName(routes.putSchedule.params, typed["name"], "schedule", find));
  const read = async () => {
    const submission = await typedSubmission(typed["submission"]);
    return submission.place(async () => {
      const input = inputOf(typed, submission);
      return { input, next: await previewSchedule(context, input) };
    });
  };
  const checked = await checkAll([nameOfIt, () => refuseTypedTimes(typed), read], FIELDS, "submission");
  if (!checked.ok) return { typed, wrong: checked.wrong, status: 400 };
  const [name, , { input, next }] = checked.given;
  if (!isSave) return { typed, wrong: [], next, status: 200 };
  await putSchedule(context, name, input, by);
  return { name };
}

/** Times are looked at even where another field cannot be read. */
function refuseTypedTimes({ cron, time_zone = "UTC" }: Record<string, unknown>): void {
  if (typeof cron === "string" && typeof time_zone === "string") refuseWrongTimes({ cron, time_zone });
}

function inputOf({ cron, time_zone, missed }: Record<string, unknown>, { value, errors }: TypedSubmission) {
  return parseFields(scheduleInput, { cron, time_zone, missed, submission: value }, errors);
}
