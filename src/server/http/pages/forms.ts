import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import type { Scope } from "../../../contract/route.ts";
import { routes } from "../../../contract/routes.ts";
import { prioritySchema, submissionSchema, type Submission } from "../../../contract/submission.ts";
import { parseOrThrow, summaryOf } from "../../../contract/validation.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import { signInPage } from "../../../web/pages/sign-in.ts";
import { submitPage, type SubmitData } from "../../../web/pages/submit.ts";
import { abortWorkRequest, adjustPriority, unblockWorkRequest } from "../../loop/actions.ts";
import { overruleVerdict } from "../../loop/overrule.ts";
import { confirmWorkRequest } from "../../loop/wait-tasks.ts";
import { retryWorkRequest } from "../../loop/retry.ts";
import type { LoopContext } from "../../loop/context.ts";
import { fit } from "../../loop/fit.ts";
import { submit } from "../../loop/submit.ts";
import { setDrain } from "../../loop/workers.ts";
import { addAdviceForms } from "./advice-forms.ts";
import { addAutomationForms } from "./automation-pages.ts";
import { addBulkForm } from "./bulk-form.ts";
import { given } from "./given.ts";
import { addFindingForms } from "./finding-pages.ts";
import { isZone, ZONE_COOKIE } from "./reader-zone.ts";
import { backTo, frameOf, isTheme, rootOf, sendPage, THEME_COOKIE } from "./send-page.ts";
import { closeSession, openSession, personOfForm, type Person } from "./session.ts";
import { typedSubmission, type TypedSubmission } from "./typed-document.ts";

const YEAR_SECONDS = 365 * 86_400;

const signInForm = z.object({ token: z.string().max(200), next: z.string().max(4000).default("") });
const priorityForm = z.object({ priority_adjustment: z.coerce.number().pipe(prioritySchema) });
const retryForm = z.object({ elsewhere: z.literal("1").optional() });
const confirmForm = z.object({ answer: z.enum(["yes", "no"]), reason: z.string().max(1000).optional() });
const submitForm = z.object({ submission: z.string(), do: z.enum(["look", "submit"]).default("look") });

/** What people send from pages. Each form but the sign-in proves that it is a page's own. */
export function addForms(app: FastifyInstance, context: LoopContext, assets: string): void {
  const personOf = formReader(context);
  app.post("/sign-in", async (request, reply) => {
    const form = signInForm.safeParse(request.body);
    const next = form.success ? safeNext(form.data.next) : "";
    if (form.success && (await openSession(context, request, reply, form.data.token.trim()))) {
      return reply.redirect(`./${next}`, 303);
    }
    const message = "This token is unknown, or may not read.";
    return sendPage(request, reply, 401, signInPage(frameOf(request, assets, undefined), { message, next }));
  });
  app.post("/sign-out", async (request, reply) => {
    await closeSession(context, request, reply, await personOf(request, "read"));
    return reply.redirect("./", 303);
  });
  app.post("/theme", async (request, reply) => {
    await personOf(request, "read");
    const { theme } = request.body as { theme?: unknown }; // a form that belongs to a person is an object
    if (isTheme(theme))
      void reply.setCookie(THEME_COOKIE, theme, { sameSite: "lax", httpOnly: true, maxAge: YEAR_SECONDS });
    return reply.redirect(backTo(request), 303);
  });
  app.post("/zone", async (request, reply) => {
    await personOf(request, "read");
    const { zone } = request.body as { zone?: unknown }; // as above
    if (isZone(zone))
      void reply.setCookie(ZONE_COOKIE, zone, { sameSite: "lax", httpOnly: true, maxAge: YEAR_SECONDS });
    return reply.redirect(backTo(request), 303);
  });
  addRequestForms(app, context, personOf);
  addWorkerForms(app, context, personOf);
  addFindingForms(app, context, personOf);
  addAdviceForms(app, context, personOf);
  addAutomationForms(app, context, assets, personOf);
  addBulkForm(app, context, personOf);
  addSubmitForm(app, context, assets, personOf);
}

/** The person of a form that changes something, if it is a page's own and may do what is needed. */
export type PersonOf = (request: FastifyRequest, needed: Scope) => Promise<Person>;

/** Reads who sends a form. */
export function formReader(context: LoopContext): PersonOf {
  return (request, needed) => {
    const body = request.body as Record<string, unknown> | undefined; // what the form parser gives
    return personOfForm(context, request, body?.["form_token"], needed);
  };
}

function addRequestForms(app: FastifyInstance, context: LoopContext, personOf: PersonOf): void {
  const form = (
    verb: string,
    act: (id: WorkRequestId, by: string, request: FastifyRequest) => Promise<WorkRequestId>,
  ) =>
    app.post(`/r/:id/${verb}`, async (request, reply) => {
      const { name } = await personOf(request, "submit");
      const { id } = parseOrThrow(routes.abortWorkRequest.params, request.params, "invalid-request");
      return reply.redirect(`${rootOf(request.url)}r/${await act(id, name, request)}`, 303);
    });
  form("abort", async (id, by) => (await abortWorkRequest(context, id, by, undefined)).id);
  form("retry", async (id, by, { body }) => {
    const { elsewhere } = parseOrThrow(retryForm, body, "invalid-request");
    return (await retryWorkRequest(context, id, by, { elsewhere: elsewhere === "1" }))[0]?.id ?? id;
  });
  form("verdict", async (id, by, { body }) => {
    const { form_token: _, ...said } = given(body);
    return (await overruleVerdict(context, id, parseOrThrow(routes.overruleVerdict.body, said, "invalid-request"), by))
      .id;
  });
  form("confirm", async (id, by, { body }) => {
    const { answer, reason } = parseOrThrow(confirmForm, given(body), "invalid-request");
    const accepted = answer === "yes";
    return (await confirmWorkRequest(context, id, { accepted, by, ...(reason !== undefined && { reason }) })).id;
  });
  form("unblock", async (id, by) => (await unblockWorkRequest(context, id, by)).id);
  form("priority", async (id, by, { body }) => {
    const { priority_adjustment } = parseOrThrow(priorityForm, body, "invalid-request");
    return (await adjustPriority(context, id, priority_adjustment, by)).id;
  });
}

function addWorkerForms(app: FastifyInstance, context: LoopContext, personOf: PersonOf): void {
  for (const [verb, drain] of [
    ["drain", true],
    ["resume", false],
  ] as const) {
    app.post(`/workers/:worker_name/${verb}`, async (request, reply) => {
      const { actor: by } = await personOf(request, "admin");
      const { worker_name } = parseOrThrow(routes.drainWorker.params, request.params, "invalid-request");
      await setDrain(context, worker_name, drain, by);
      return reply.redirect(`${rootOf(request.url)}workers/${encodeURIComponent(worker_name)}`, 303);
    });
  }
}

function addSubmitForm(app: FastifyInstance, context: LoopContext, assets: string, personOf: PersonOf): void {
  app.post("/new", async (request, reply) => {
    const form = parseOrThrow(submitForm, request.body, "invalid-request");
    const person = await personOf(request, form.do === "submit" ? "submit" : "read");
    const answer = await lookOrSubmit(context, form, person.name);
    if ("id" in answer) return reply.redirect(`${rootOf(request.url)}r/${answer.id}`, 303);
    const { status, ...found } = answer;
    const data = { now: await context.store.read.now(), text: form.submission, ...found };
    return sendPage(request, reply, status, submitPage(frameOf(request, assets, person), data));
  });
}

type Look = Pick<SubmitData, "errors" | "fits"> & { status: number };

/** What is wrong with a submission is told beside its text, so that nothing has to be typed again. */
async function lookOrSubmit(
  context: LoopContext,
  form: z.output<typeof submitForm>,
  by: string,
): Promise<Look | { id: WorkRequestId }> {
  try {
    const typed = await typedSubmission(form.submission);
    return await typed.place(async () => {
      const submission = parseSubmission(typed);
      if (form.do === "look") return { errors: [], status: 200, ...(await fit(context, submission)) };
      const [first] = await submit(context, submission, by);
      return first === undefined ? { errors: [], fits: [], status: 200 } : { id: first.id };
    });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const problem = problemOf(error, "");
    return {
      errors: problem.errors ?? [{ code: problem.code, message: problem.detail }],
      fits: [],
      status: problem.status,
    };
  }
}

function parseSubmission({ value, errors }: TypedSubmission): Submission {
  if (errors.length > 0) throw new AppError("invalid-submission", { summary: summaryOf(errors), errors });
  return parseOrThrow(submissionSchema, value, "invalid-submission");
}

/** Only to a page of ours: neither another host nor above the first page. */
function safeNext(next: string): string {
  const base = "http://almanac.invalid/prefix/";
  const target = URL.canParse(next, base) ? new URL(next, base).href : base;
  return target.startsWith(base) ? target.slice(base.length) : "";
}
