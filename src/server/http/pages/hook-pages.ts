import type { Actor } from "../../../domain/act.ts";
import type { FastifyInstance } from "fastify";
import { errorEntry } from "../../../contract/errors.ts";
import { hookInput, type HookInput } from "../../../contract/hook-routes.ts";
import { routes } from "../../../contract/routes.ts";
import { describeValue, parseOrThrow } from "../../../contract/validation.ts";
import type { Frame } from "../../../web/layout.ts";
import type { SentHook } from "../../../web/pages/hook-form.ts";
import { hookPage, hooksPage, type HookData } from "../../../web/pages/hooks.ts";
import type { LoopContext } from "../../loop/context.ts";
import { putHook, removeHook, showHook } from "../../loop/hooks/hooks.ts";
import { refuseCode } from "../../loop/hooks/read-call.ts";
import { trialOf } from "../../loop/hooks/try-hook.ts";
import { asSeenBy } from "../hide-addresses.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { keptOf, MOST_SHOWN } from "./kept-requests.ts";
import { frameOf, rootOf, sendPage } from "./send-page.ts";
import { checkAll, newName, parseFields, refuseIfAny, typedOf } from "./sent-form.ts";
import { typedJson, typedSubmission, type TypedSubmission } from "./typed-document.ts";

const FIELDS = ["name", "only_if", "submission", "secret", "sent"];

/** Hooks, as people read them. */
export function addHookPages(page: AddPage, context: LoopContext): void {
  page("/hooks", (frame) => listPage(context, frame));
  page("/hooks/:name", (frame, { params }) => onePage(context, frame, nameOf(params)));
}

function nameOf(params: unknown): string {
  return parseOrThrow(routes.getHook.params, params, "invalid-request").name;
}

async function listPage(context: LoopContext, frame: Frame, sent?: SentHook): Promise<string> {
  const { read } = context.store;
  const [now, hooks] = await Promise.all([read.now(), read.hooks()]);
  const told = hooks.map(({ last_call }) => last_call);
  return hooksPage(frame, { now, hooks, kept: await keptOf(context, told), ...(sent !== undefined && { sent }) });
}

/** A report is for nobody in particular: it shows what anybody may see. */
async function onePage(
  context: LoopContext,
  frame: Frame,
  name: string,
  more: Pick<HookData, "sent" | "secret"> = {},
): Promise<string> {
  const { hook, calls } = asSeenBy(frame.person?.scope, await showHook(context, name));
  const shown = calls.slice(0, MOST_SHOWN);
  const [now, kept] = await Promise.all([context.store.read.now(), keptOf(context, shown)]);
  return hookPage(frame, { now, hook, calls: shown, kept, ...more });
}

/** What administrators do with hooks from the pages. A secret that was made is shown in the answer, and never again. */
export function addHookForms(app: FastifyInstance, context: LoopContext, assets: string, personOf: PersonOf): void {
  app.post("/hooks", async (request, reply) => {
    const person = await personOf(request, "admin");
    const answer = await lookOrSave(context, given(request.body), person.actor);
    const frame = frameOf(request, assets, person);
    if ("wrong" in answer) return sendPage(request, reply, answer.status, await listPage(context, frame, answer));
    const { name, secret } = answer;
    if (secret === null) return reply.redirect(`${rootOf(request.url)}hooks/${name}`, 303);
    return sendPage(request, reply, 201, await onePage(context, frame, name, { secret }));
  });
  app.post("/hooks/:name/change", async (request, reply) => {
    const person = await personOf(request, "admin");
    const name = nameOf(request.params);
    await showHook(context, name); // that there is none is no mistake of the form
    const answer = await lookOrSave(context, given(request.body), person.actor, name);
    if (!("wrong" in answer)) return reply.redirect(`${rootOf(request.url)}hooks/${name}`, 303);
    const page = await onePage(context, frameOf(request, assets, person), name, { sent: answer });
    return sendPage(request, reply, answer.status, page);
  });
  app.post("/hooks/:name/remove", async (request, reply) => {
    const { actor: by } = await personOf(request, "admin");
    await removeHook(context, nameOf(request.params), by);
    return reply.redirect(`${rootOf(request.url)}hooks`, 303);
  });
}

/** Looks at what was typed, or saves it; what is wrong with it is told beside it. `changed`: the one that is there. */
async function lookOrSave(
  context: LoopContext,
  form: Record<string, unknown>,
  by: Actor,
  changed?: string,
): Promise<(SentHook & { status: number }) | { name: string; secret: string | null }> {
  const { typed, isSave } = typedOf(form);
  const find = (name: string) => context.store.read.hook(name);
  const nameOfIt = async () => changed ?? (await newName(routes.putHook.params, typed["name"], "hook", find));
  const read = async () => {
    const submission = await typedSubmission(typed["submission"]);
    return submission.place(async () => {
      const input = inputOf(typed, submission);
      refuseCode(input.submission);
      return input;
    });
  };
  const sample = async () => (isSave ? undefined : await jsonFieldOf(typed["sent"]));
  const checked = await checkAll([nameOfIt, read, sample], FIELDS, "submission");
  if (!checked.ok) return { typed, wrong: checked.wrong, status: 400 };
  const [name, input, sent] = checked.given;
  if (!isSave) {
    const trial = typed["sent"] === undefined ? "not tried" : await trialOf(context, input, sent);
    return { typed, wrong: [], trial, status: 200 };
  }
  const { secret } = await putHook(context, name, input, by);
  return { name, secret };
}

async function jsonFieldOf(text: unknown): Promise<unknown> {
  const { value, errors } = await typedJson("sent", text, "JSON, as the other program would send it");
  refuseIfAny(errors);
  return value;
}

function inputOf({ only_if, secret }: Record<string, unknown>, submission: TypedSubmission): HookInput {
  const conditions = conditionsOf(only_if);
  const fields = { only_if: conditions.value, submission: submission.value, secret };
  return parseFields(hookInput, fields, [...conditions.errors, ...submission.errors]);
}

/** `PATH=PATTERN`, one a line. */
function conditionsOf(text: unknown) {
  const lines = typeof text === "string" ? text.split(/\r?\n/).map((line) => line.trim()) : [];
  const filledIn = lines.filter((line) => line !== "");
  const wrong = filledIn.filter((line) => line.indexOf("=") < 1);
  const expected = "PATH=PATTERN on each line, such as ref=refs/heads/main";
  const errors = wrong.map((line) =>
    errorEntry("invalid-value", { path: "only_if", found: describeValue(line), expected }),
  );
  const pairs = filledIn.map((line): [string, string] => {
    const equals = line.indexOf("=");
    return [line.slice(0, equals), line.slice(equals + 1)];
  });
  return { value: Object.fromEntries(pairs), errors };
}
