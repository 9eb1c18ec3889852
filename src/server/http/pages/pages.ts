import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { GOING_ORDERS } from "../../../domain/going-order.ts";
import { parseWorkRequestId } from "../../../domain/ids.ts";
import { WORKER_SORTS } from "../../../domain/worker-order.ts";
import { WORKER_STATES } from "../../../domain/worker.ts";
import { TASK_SORTS } from "../../../domain/task-order.ts";
import { faultPage } from "../../../web/pages/fault.ts";
import { historyPage } from "../../../web/pages/history.ts";
import { overviewPage, USUAL_GOING_ORDER } from "../../../web/pages/overview.ts";
import { requestPage } from "../../../web/pages/request.ts";
import { requestsPage } from "../../../web/pages/requests.ts";
import { signInPage } from "../../../web/pages/sign-in.ts";
import { submitPage } from "../../../web/pages/submit.ts";
import { tasksPage, USUAL_SORT } from "../../../web/pages/tasks.ts";
import { workerPage } from "../../../web/pages/worker.ts";
import { workerLogPage } from "../../../web/pages/worker-log.ts";
import { USUAL_WORKER_SORT, workersPage } from "../../../web/pages/workers.ts";
import { queryText } from "../../../web/parts/links.ts";
import type { LoopContext } from "../../loop/context.ts";
import { faultOf } from "../faults.ts";
import { goneSignal } from "../gone-signal.ts";
import { addAssets } from "./assets.ts";
import { addAutomationPages } from "./automation-pages.ts";
import { addDocsPages } from "./docs-pages.ts";
import { historyList, historyQuery } from "./history-list.ts";
import { requestList, requestsQuery } from "./request-list.ts";
import { addFindingPages } from "./finding-pages.ts";
import { addForms } from "./forms.ts";
import { given, type ReadingPage, type Render } from "./given.ts";
import { addListFile, isForPrograms } from "./list-files.ts";
import { addLogPages, addLogText } from "./log-pages.ts";
import { readHistory, readRequest, readRequests, readTasks } from "./read-pages.ts";
import { readOverview } from "./read-overview.ts";
import { readWorker, readWorkerLog, readWorkers } from "./read-workers.ts";
import { frameOf, rootOf, sendPage } from "./send-page.ts";
import { personOf } from "./session.ts";
import { addSettings, type About } from "./settings-pages.ts";
import { addAccuracyPages } from "./accuracy-pages.ts";
import { addWorkflowPages } from "./workflow-pages.ts";

const spanQuery = z.object(routes.listHistory.query.shape).pick({ since: true, until: true });
const overviewQuery = z.object({ sort: z.enum(GOING_ORDERS).default(USUAL_GOING_ORDER) });
const tasksQuery = z.object({
  task_name: routes.listTasks.query.shape.task_name,
  sort: z.enum(TASK_SORTS).default(USUAL_SORT),
  cursor: routes.listTasks.query.shape.cursor,
});
const workerLogQuery = z.object({ cursor: routes.listWorkerLines.query.shape.cursor });
const workersQuery = z.object({
  state: z.enum(WORKER_STATES).optional(),
  sort: z.enum(WORKER_SORTS).default(USUAL_WORKER_SORT),
  after: z.string().max(100).optional(),
});
const runQuery = z.object({ run: z.coerce.number().pipe(z.int().min(1)).optional() });
const findQuery = z.object({ q: z.string().max(500) });

/** The pages for people; all but the sign-in form need a session. Gives where their stylesheet and islands are. */
export async function addPages(app: FastifyInstance, context: LoopContext, about: About): Promise<string> {
  const assets = addAssets(app);
  await app.register((pages, _options, done) => {
    pages.setErrorHandler((error, request, reply) => sendFaultPage(context, assets, error, request, reply));
    addReadingPages(pages, context, assets);
    addForms(pages, context, assets);
    addSettings(pages, { context, assets, about }, (request) => askToSignIn(request, assets));
    done();
  });
  return assets;
}

/** Tells a person what is wrong, on a page. */
export async function sendFaultPage(
  context: LoopContext,
  assets: string,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const fault = faultOf(error, request);
  const { title, detail, action, status } = problemOf(fault, request.id);
  if (status >= 500) request.log.error({ err: error }, "a page failed");
  const person = await personOf(context, request);
  return sendPage(request, reply, status, faultPage(frameOf(request, assets, person), { title, detail, action }));
}

function addReadingPages(app: FastifyInstance, context: LoopContext, assets: string): void {
  const files = new Map([
    addListFile(app, context, requestList(context)),
    addListFile(app, context, historyList(context)),
  ]);
  for (const { path, render } of readingPages(context)) {
    app.get(path, async (request, reply) => {
      const send = files.get(path);
      if (send !== undefined && isForPrograms(request)) return send(request, reply);
      const person = await personOf(context, request);
      if (person === undefined) return sendPage(request, reply, 401, askToSignIn(request, assets));
      const gone = goneSignal(reply);
      return sendPage(request, reply, 200, await render(frameOf(request, assets, person), request, gone));
    });
  }
  addFind(app, context);
  addLogText(app, context);
}

/** Every page that is read. */
export function readingPages(context: LoopContext): ReadingPage[] {
  const pages: ReadingPage[] = [];
  const page = (path: string, render: Render) => void pages.push({ path, render });
  page("/", async (frame, { query }) => {
    const { sort } = parseOrThrow(overviewQuery, given(query), "invalid-request");
    return overviewPage(frame, await readOverview(context, sort));
  });
  page("/r", async (frame, { query }) => {
    const { cursor, fields, ...filter } = parseOrThrow(requestsQuery, given(query), "invalid-request");
    return requestsPage(frame, await readRequests(context, filter, { cursor, fields }));
  });
  page("/r/:id", async (frame, { params, query }) => {
    const { id } = parseOrThrow(routes.whyWorkRequest.params, params, "invalid-request");
    const { run } = parseOrThrow(runQuery, given(query), "invalid-request");
    return requestPage(frame, await readRequest(context, id, run));
  });
  page("/history", async (frame, { query }) => {
    const { what_if, ...asked } = parseOrThrow(historyQuery, given(query), "invalid-request");
    return historyPage(frame, { ...(await readHistory(context, asked)), what_if });
  });
  page("/t", async (frame, { query }) =>
    tasksPage(frame, await readTasks(context, parseOrThrow(tasksQuery, given(query), "invalid-request"))),
  );
  page("/workers", async (frame, { query }) => {
    const filter = parseOrThrow(workersQuery, given(query), "invalid-request");
    return workersPage(frame, await readWorkers(context, filter));
  });
  page("/workers/:worker_name", async (frame, { params, query }) => {
    const { worker_name } = parseOrThrow(routes.getWorker.params, params, "invalid-request");
    const span = parseOrThrow(spanQuery, given(query), "invalid-request");
    return workerPage(frame, await readWorker(context, worker_name, span));
  });
  page("/workers/:worker_name/log", async (frame, { params, query }) => {
    const { worker_name } = parseOrThrow(routes.listWorkerLines.params, params, "invalid-request");
    const { cursor } = parseOrThrow(workerLogQuery, given(query), "invalid-request");
    return workerLogPage(frame, await readWorkerLog(context, worker_name, cursor));
  });
  page("/new", async (frame) =>
    submitPage(frame, { now: await context.store.read.now(), text: "", errors: [], fits: [] }),
  );
  addLogPages(page, context);
  addFindingPages(page, context);
  addDocsPages(page);
  addAccuracyPages(page, context);
  addWorkflowPages(page, context);
  addAutomationPages(page, context);
  return pages;
}

/** The search field: a request's number, a worker's name, or else a task's. */
function addFind(app: FastifyInstance, { store: { read } }: LoopContext): void {
  app.get("/find", async (request, reply) => {
    const { q } = parseOrThrow(findQuery, request.query, "invalid-request");
    const text = q.trim();
    const root = rootOf(request.url);
    const id = parseWorkRequestId(text);
    if (id !== undefined) return reply.redirect(`${root}r/${id}`, 303);
    const asWorker = routes.getWorker.params.safeParse({ worker_name: text });
    const worker = asWorker.success ? await read.worker(asWorker.data.worker_name) : undefined;
    if (worker !== undefined) return reply.redirect(`${root}workers/${encodeURIComponent(text)}`, 303);
    return reply.redirect(`${root}r${queryText({ task_name: text })}`, 303);
  });
}

/** The sign-in form in the place of the page, which is gone on to afterwards. */
function askToSignIn(request: FastifyRequest, assets: string): string {
  const hasShown = request.headers.cookie?.includes("almanac_session=") === true;
  const next = request.url.replace(/^\/+/, "");
  return signInPage(frameOf(request, assets, undefined), {
    message: hasShown ? "Your session has ended: sign in again." : undefined,
    next,
  });
}

/** Whether whoever asks for a page that is not there is a person with a browser. */
export function isForPeople(request: FastifyRequest): boolean {
  return (
    request.method === "GET" && !request.url.startsWith("/api/") && /\btext\/html\b/.test(request.headers.accept ?? "")
  );
}

/** The fault of an address that leads nowhere. */
export function notFound(request: FastifyRequest): AppError {
  return new AppError("route-not-found", { method: request.method, path: request.url.slice(0, 200) });
}
