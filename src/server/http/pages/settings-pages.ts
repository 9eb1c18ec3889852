import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { LAYER_FIELDS } from "../../../domain/layer.ts";
import { typedLayerValue } from "../../../domain/layer-text.ts";
import type { Acts } from "../../../web/pages/settings-acts.ts";
import { settingsPage, type SettingsData } from "../../../web/pages/settings.ts";
import type { Looked } from "../../../web/pages/settings-values.ts";
import { DEFAULT_SETTINGS, type LoopContext, type ServerSettings } from "../../loop/context.ts";
import { explain } from "../../loop/explain.ts";
import { putLayer, removeLayer } from "../../loop/layers.ts";
import { previewOf } from "../../loop/preview-layer.ts";
import { makeToken, revokeToken } from "../../loop/tokens.ts";
import { workerOf } from "../../loop/workers.ts";
import type { StoreReader } from "../../store/store.ts";
import { includesScope } from "../authenticate.ts";
import { asSeenBy } from "../hide-addresses.ts";
import { rootAsAsked } from "../root-as-asked.ts";
import { formReader } from "./forms.ts";
import { given } from "./given.ts";
import { moment } from "./moment.ts";
import { frameOf, rootOf, sendPage } from "./send-page.ts";
import { personOf as readerOf, type Person } from "./session.ts";

/** So much of what people did is shown at a time. */
const PAGE_ACTS = 20;

/** What a server is, as it says to people. */
export type About = { version: string; startedAt: string };

/** Without a task nothing is explained. */
const explainQuery = z.object({
  ...routes.explain.query.shape,
  task_name: routes.explain.query.shape.task_name.optional(),
});
const fieldOnly = z.object({ field: z.enum(LAYER_FIELDS), value: z.string() });

/** A value that is looked at stands in the address, such as a link of an advice. */
const lookQuery = z.object({
  ...fieldOnly.shape,
  mode: z.string().optional(),
  note: z.string().optional(),
  task_name: z.string().optional(),
  subject: z.string().optional(),
  context: z.string().optional(),
});

/** What of what people did is asked for, by the names of the API. */
const actsQuery = z.object(routes.listActs.query.shape).omit({ limit: true }).extend({ since: moment, until: moment });

type Page = { context: LoopContext; assets: string; about: About };

/** The settings: values that people set, tokens, and what the server is. Secrets are in no page that is kept. */
export function addSettings(app: FastifyInstance, page: Page, askToSignIn: (request: FastifyRequest) => string): void {
  const { context } = page;
  const personOf = formReader(context);
  app.get("/settings", async (request, reply) => {
    const person = await readerOf(context, request);
    if (person === undefined) return sendPage(request, reply, 401, askToSignIn(request));
    return orShow(page, { request, reply, person }, given(request.query), async () => {
      const asked = given(request.query);
      if (asked["field"] === undefined) return show(page, { request, reply, person });
      const looked = await lookAt(page, person, parseOrThrow(lookQuery, asked, "invalid-request"));
      return show(page, { request, reply, person }, { looked });
    });
  });
  app.post("/settings/values", async (request, reply) => {
    const person = await personOf(request, "admin");
    const { form_token: _, ...typed } = given(request.body);
    return orShow(page, { request, reply, person }, typed, async () => {
      const { do: wish, ...value } = typed;
      const exchange = { request, reply, person };
      if (wish === "look") return show(page, exchange, { looked: await lookAt(page, person, value) });
      await putLayer(context, layerOf(value), person.actor);
      return reply.redirect(`${rootOf(request.url)}settings`, 303);
    });
  });
  app.post("/settings/values/:id/remove", async (request, reply) => {
    const { actor: by } = await personOf(request, "admin");
    await removeLayer(context, parseOrThrow(routes.removeLayer.params, request.params, "invalid-request").id, by);
    return reply.redirect(`${rootOf(request.url)}settings`, 303);
  });
  app.post("/settings/tokens", async (request, reply) => {
    const person = await personOf(request, "admin");
    const { form_token: _, ...typed } = given(request.body);
    return orShow(page, { request, reply, person }, typed, async () => {
      const asked = parseOrThrow(routes.createToken.body, typed, "invalid-request");
      const token = await makeToken(context.store, asked, person.actor);
      const made = { ...token, url: rootAsAsked(request, "settings", "settings/tokens", "settings/values") };
      return show(page, { request, reply, person }, { made });
    });
  });
  app.post("/settings/tokens/:id/revoke", async (request, reply) => {
    const { actor: by } = await personOf(request, "admin");
    await revokeToken(context.store, parseOrThrow(routes.revokeToken.params, request.params, "invalid-request").id, by);
    return reply.redirect(`${rootOf(request.url)}settings`, 303);
  });
}

/** What was typed for a value, as the API takes it. */
function layerOf(typed: Record<string, unknown>) {
  const { field, value } = parseOrThrow(fieldOnly, typed, "invalid-request");
  return parseOrThrow(routes.putLayer.body, { ...typed, value: typedLayerValue(field, value) }, "invalid-request");
}

/** What the value would have done; nothing is set. */
async function lookAt({ context }: Page, { name }: Person, typed: Record<string, unknown>): Promise<Looked> {
  const layer = layerOf(typed);
  const preview = await previewOf(context.store.read, { ...layer, set_by: name }, context.clock.nowMs());
  return { layer, preview, typed };
}

function keptBy(settings: ServerSettings): SettingsData["kept"] {
  const bound = (
    name: "expireAfter" | "historyToKeep" | "historyMaxAge" | "eventsToKeep" | "accuracyMaxAge" | "deliveriesMaxAge",
  ) => ({ most: settings[name], isChosen: settings[name] !== DEFAULT_SETTINGS[name] });
  return {
    requests: bound("expireAfter"),
    historyRuns: bound("historyToKeep"),
    historyAge: bound("historyMaxAge"),
    events: bound("eventsToKeep"),
    accuracy: bound("accuracyMaxAge"),
    deliveries: bound("deliveriesMaxAge"),
  };
}

type Exchange = { request: FastifyRequest; reply: FastifyReply; person: Person };

/** Does what was asked for; what is wrong with it is told beside it. */
async function orShow(
  page: Page,
  exchange: Exchange,
  typed: Record<string, unknown>,
  act: () => Promise<FastifyReply>,
): Promise<FastifyReply> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { errors, detail, status } = problemOf(error, exchange.request.id);
    const messages = errors?.map(({ message }) => message) ?? [detail];
    return show(page, exchange, { refused: { messages, typed } }, status);
  }
}

async function readActs(read: StoreReader, { cursor, ...filter }: z.output<typeof actsQuery>): Promise<Acts> {
  const [found, workers, schedules, hooks] = await Promise.all([
    read.acts(filter, { limit: PAGE_ACTS, cursor }),
    read.workers(),
    read.schedules(),
    read.hooks(),
  ]);
  const there = new Set([
    ...workers.map(({ worker_name }) => `worker ${worker_name}`),
    ...schedules.map(({ name }) => `schedule ${name}`),
    ...hooks.map(({ name }) => `hook ${name}`),
  ]);
  return { filter, cursor, acts: found.items, next_cursor: found.next_cursor, there };
}

async function show(
  { context, assets, about }: Page,
  { request, reply, person }: Exchange,
  more: Pick<SettingsData, "made" | "refused" | "looked"> = {},
  status = 200,
): Promise<FastifyReply> {
  const { store, settings } = context;
  const { read } = store;
  const query = request.method === "GET" && status === 200 ? given(request.query) : {};
  const asked = parseOrThrow(explainQuery, query, "invalid-request");
  const actsAsked = parseOrThrow(actsQuery, query, "invalid-request");
  const isAdmin = includesScope(person.token.scope, "admin");
  const [now, layers, workers, acts, tokens] = await Promise.all([
    read.now(),
    read.layers(),
    read.workers(),
    readActs(read, actsAsked),
    isAdmin ? read.tokens() : undefined,
  ]);
  const key = asked.task_name === undefined ? undefined : { ...asked, task_name: asked.task_name };
  const data: SettingsData = {
    now,
    about: {
      version: about.version,
      started_at: about.startedAt,
      database: store.kind === "sqlite" ? "SQLite" : "PostgreSQL",
    },
    workers: workers.map((row) => workerOf(row, now, settings.leaseMs)),
    kept: keptBy(settings),
    layers,
    acts,
    tokens,
    explained: key && { key, fields: (await explain(context, key)).fields },
    ...more,
  };
  return sendPage(
    request,
    reply,
    status,
    settingsPage(frameOf(request, assets, person), asSeenBy(person.token.scope, data)),
  );
}
