import type { VNode } from "preact";
import { RESOURCES } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import type { RunId } from "../../domain/ids.ts";
import { resultOf } from "../../domain/outcome.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { LogLine } from "../../domain/log-line.ts";
import type { Run } from "../../domain/run.ts";
import type { Curve } from "../../domain/runtime-statistics.ts";
import type { Worker } from "../../domain/worker.ts";
import { askedText, sourceText } from "../../domain/source-text.ts";
import { formatBytes, formatDuration, wholeNumber } from "../../domain/units.ts";
import { isRunLowerBound, runFigure } from "../../history/run-figure.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { answers, usedOf, type AnswerData } from "../parts/answers.ts";
import { candidateTable, type ShownCandidate } from "../parts/candidates.ts";
import { failureCard, type FailureData } from "../parts/failure-card.ts";
import { commandLine, historyAddress, keepLink, keyText, logAddress, runLink, workerLink } from "../parts/links.ts";
import { logLines } from "../parts/log-lines.ts";
import { stateLabel, stateOf, type State } from "../parts/state.ts";
import { neighbourPart, type Neighbours } from "../parts/request-graph.ts";
import { suspicionPart } from "../parts/suspicion.ts";
import { requestTimeline } from "../parts/request-timeline.ts";
import { runCurves } from "../parts/run-curves.ts";
import { numberHead, table } from "../parts/table.ts";
import { moment, secondsBetween } from "../parts/time.ts";
import { waitText } from "../parts/wait-text.ts";
import { requestActions } from "./request-actions.ts";
import { requestDetails } from "./request-details.ts";
import { filesPart, toldPart, type FilesData } from "./request-files.ts";
import { waitsSince } from "../../domain/waited.ts";

/** What the page of one request shows. */
export type RequestData = AnswerData &
  FilesData &
  FailureData & {
    lastEventId: number;
    /** The attempt whose figures and log are shown: the newest, or the one in the address. */
    run: Run | undefined;
    /** The curves of earlier runs of its key that passed. */
    earlier: readonly Curve[];
    /** How each worker stands to a request that waits, or stood to the run that is shown. */
    candidates: readonly ShownCandidate[];
    candidate_count: number;
    /** The end of the run's log. */
    log: readonly LogLine[];
    /** Of the whole log. */
    logLineCount: number;
    logSize: number;
    neighbours: Neighbours;
    /** The worker of the run, as it is now; undefined once it is forgotten. */
    worker: Worker | undefined;
  };

/** Everything about one request: the five answers, its figures, its runs, its log. */
export function requestPage(frame: Frame, data: RequestData): string {
  const { request, run } = data;
  const isOver = request.status === "completed" || request.status === "aborted";
  return renderPage(
    frame,
    {
      title: `#${request.id} ${keyText(request)}`,
      place: "requests",
      live: { topics: `r${request.id}`, after: data.lastEventId },
      hasCharts: true,
    },
    e("p", { class: "lead", role: "status" }, stateLabel(stateOf(request)), ` ${standing(data)}`),
    failureCard(frame.root, data),
    suspicionPart(frame.root, data.worker, data.now),
    answers(data),
    requestActions(frame, request),
    e("h2", { id: "amounts" }, "Asked, predicted, reserved, used"),
    amountTable(data),
    ...runCurves(run, data.earlier),
    e("h2", { id: "runs" }, data.runs.length === 1 ? "Its run" : "Its runs"),
    requestTimeline(data),
    data.runs.length === 0 ? e("p", { class: "quiet" }, "It has had no run yet.") : runTable(frame, data),
    ...logPart(frame, data, isOver),
    ...filesPart(frame, data),
    ...toldPart(frame, data),
    e("h2", { id: "workers" }, run === undefined ? "How the workers stand to it" : `Why ${run.worker_name}`),
    data.candidates.length === 0
      ? e("p", { class: "quiet" }, "No worker was looked at.")
      : candidateTable(frame.root, data.candidates, data.candidate_count),
    ...neighbourPart(frame.root, request.id, data.neighbours),
    ...requestDetails(frame, data),
    e("h2", {}, "The same elsewhere"),
    commandLine(`show ${request.id}`),
    e(
      "p",
      {},
      e("a", { href: historyAddress(frame.root, request) }, `History of ${keyText(request)}`),
      ...runsBeside(frame.root, data),
      " · ",
      e("a", { href: `${frame.root}api/v1/work-requests/${request.id}` }, "As JSON"),
      ...keepLink(frame, `r/${request.id}`),
    ),
  );
}

/** The runs of its key before and after the one that is shown, where history still knows them. */
function runsBeside(root: string, { run, history }: RequestData): (VNode | string)[] {
  const ids = history.flatMap(({ run_id }) => run_id ?? []); // newest first
  const at = ids.findIndex((id) => id === run?.id);
  if (at < 0) return [];
  const link = (id: RunId | undefined, rel: string, word: string) =>
    id === undefined ? [] : [" · ", runLink(root, id, { rel, word: `${word}: ${id}` })];
  return [
    ...link(ids[at + 1], "prev", "run before it"),
    ...link(at === 0 ? undefined : ids[at - 1], "next", "run after it"),
  ];
}

function standing({ request, runs, now }: RequestData): string {
  const newest = runs.at(-1);
  const skipped = request.output_data?.skip_reason;
  if (skipped !== undefined) return `because ${skipped}`;
  if (request.status === "blocked" || request.status === "pending") {
    return `for ${formatDuration(secondsBetween(waitsSince(request), now))}: ${waitText(request)}`;
  }
  if (newest === undefined) return "";
  const attempt = newest.attempt > 1 ? `, attempt ${newest.attempt}` : "";
  if (request.status === "running") {
    const since =
      newest.started_at === null ? "about to start" : `for ${formatDuration(secondsBetween(newest.started_at, now))}`;
    return `on ${newest.worker_name}${attempt}, ${since}`;
  }
  const ran = runFigure(newest, "duration");
  return `on ${newest.worker_name}${attempt}${ran === undefined ? "" : ` after ${formatDuration(ran)}`}`;
}

function amountTable({ request, run }: RequestData): VNode {
  const allocation = run?.allocation ?? request.allocation;
  const predicted = run?.estimate ?? request.estimate ?? {};
  const rows = RESOURCES.map((resource) => {
    const estimate = predicted[resource];
    const given = allocation?.[resource];
    const used = usedOf(run, resource);
    const figure = resource === "cpu_count" ? "cpu_time" : resource;
    const bound = run !== undefined && isRunLowerBound(run, figure) ? "at least " : "";
    return [
      resource === "duration" ? "time (limit)" : RESOURCE_WORDS[resource],
      askedText(request.requirements, resource) ?? "–",
      estimate === undefined ? "–" : formatAmount(resource, estimate.p50),
      estimate === undefined ? "–" : formatAmount(resource, estimate.p95),
      given === undefined ? "–" : formatAmount(resource, given.amount),
      used === undefined ? "–" : `${bound}${formatAmount(resource, used)}`,
      given === undefined ? "not worked out yet" : sourceText(given),
    ];
  });
  return table(
    "Asked, predicted, reserved, used",
    [
      "Resource",
      numberHead("Asked"),
      numberHead("Predicted p50"),
      numberHead("p95"),
      numberHead("Reserved"),
      numberHead("Used"),
      { name: "Why so much", look: "wide" },
    ],
    rows,
  );
}

function runTable(frame: Frame, { request, runs, run: shown }: RequestData): VNode {
  const rows = runs.toReversed().map((run) => {
    const took = runFigure(run, "duration");
    const memory = runFigure(run, "memory");
    const id = runs.length === 1 ? run.id : e("a", { href: `${frame.root}r/${request.id}?run=${run.attempt}` }, run.id);
    return {
      cells: [
        id,
        stateLabel(runState(run), run.outcome === null ? run.state : outcomeText(run.outcome)),
        workerLink(frame.root, run.worker_name),
        run.started_at === null ? "–" : moment(run.started_at),
        took === undefined ? "–" : formatDuration(took),
        `${memory === undefined ? "–" : formatBytes(memory)} of ${formatBytes(run.allocation.memory.amount)}`,
      ],
      key: run.id,
      ...(runs.length > 1 && run === shown && { look: "chosen" }),
    };
  });
  return table(
    "Runs, newest first",
    [
      "Run",
      { name: "End", look: "wide" },
      "Worker",
      "Started",
      { name: "Took", look: "number" },
      { name: "Memory used of reserved", look: "number" },
    ],
    rows,
  );
}

function runState(run: Run): State {
  if (run.outcome === null) return run.state === "running" ? "running" : "pending";
  return resultOf(run.outcome) ?? "aborted";
}

function logPart(frame: Frame, { run, log, logLineCount, logSize }: RequestData, isOver: boolean): VNode[] {
  if (run === undefined) return [];
  const lines = logLines(log, { href: ({ number }) => logAddress(frame.root, run, { at: number }) });
  const shown = lines.length === 1 ? "Its only line" : `The last ${lines.length} of ${wholeNumber(logLineCount)} lines`;
  return [
    e("h2", { id: "log" }, `Log of run ${run.id}`),
    ...(lines.length === 0
      ? [e("p", { class: "quiet" }, isOver ? "It wrote nothing." : "It has written nothing yet.")]
      : [
          e("pre", { class: "log", tabIndex: 0, "aria-label": "The end of the log", "data-follow": "" }, ...lines),
          e(
            "p",
            {},
            `${shown}, ${formatBytes(logSize)} in all; those of standard error have a mark at the left. `,
            e("a", { href: logAddress(frame.root, run) }, "The whole log"),
          ),
        ]),
    commandLine(`log ${run.id}${isOver ? "" : " --follow"}`),
  ];
}
