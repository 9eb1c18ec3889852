import type { ComponentChildren, VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { WAITING_STATUSES, type FarmStanding, type WaitingStatus } from "../../domain/farm-standing.ts";
import { GOING_ORDERS, type GoingOrder } from "../../domain/going-order.ts";
import type { Run } from "../../domain/run.ts";
import { formatSpan } from "../../domain/span-text.ts";
import { timeLeft } from "../../domain/time-left.ts";
import { waitsSince } from "../../domain/waited.ts";
import { waitingWord } from "../../domain/waiting-words.ts";
import { formatBytes, formatDuration, formatShare, wholeNumber } from "../../domain/units.ts";
import type { ExpectedTimes, WorkRequest } from "../../domain/work-request.ts";
import type { RunLoad } from "../../domain/worker-load.ts";
import type { WorkerStanding } from "../../domain/worker.ts";
import { runFigure } from "../../history/run-figure.ts";
import { progressBar } from "../charts/bars.ts";
import { legendOf, type LegendItem } from "../charts/figure.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices } from "../parts/choices.ts";
import { fleet } from "../parts/fleet.ts";
import { gibHours } from "../parts/held-hours.ts";
import { joinPart } from "../parts/join-part.ts";
import { commandLine, guideLink, keyText, queryText, requestLink, workerLink } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { secondsBetween } from "../parts/time.ts";
import { waitText } from "../parts/wait-text.ts";
import { requestHeads, requestRow } from "./request-row.ts";

/** A request that runs, with its run. */
export type Going = { request: WorkRequest; run: Run };

/** What the overview shows. */
export type OverviewData = {
  standing: FarmStanding;
  now: Timestamp;
  lastEventId: number;
  /** Some of those that wait: what is planned first, and the newest that are blocked. */
  waiting: readonly WorkRequest[];
  /** Some of those that run: the first in that order. */
  going: readonly Going[];
  sort: GoingOrder;
  /** The newest that have ended. */
  ended: readonly WorkRequest[];
  workers: readonly WorkerStanding[];
  /** Of each worker what it has now. */
  runsOf: ReadonlyMap<string, readonly RunLoad[]>;
};

/** Is the farm well, what is stuck, where is room? */
export function overviewPage(frame: Frame, data: OverviewData): string {
  const { standing, workers, waiting, going, ended, now } = data;
  const total = Object.values(standing.counts).reduce((sum, count) => sum + count, 0);
  return renderPage(
    frame,
    {
      title: "Overview",
      place: "overview",
      live: { topics: "requests,workers", after: data.lastEventId },
      hasCharts: true,
    },
    figures(frame, standing),
    ...(total === 0
      ? [
          e("h2", {}, "The first request"),
          e(
            "p",
            {},
            "Nothing was submitted yet. This page will show what waits and why, what runs and when it ends.",
            guideLink(frame.root, "guide/getting-started", "Getting started"),
          ),
          commandLine("submit --task build --subject hello --follow -- make -j2"),
        ]
      : []),
    ...(waiting.length === 0
      ? []
      : [e("h2", { id: "waiting" }, "Waiting, and why"), ...reasonTable(frame, standing), waitingTable(frame, data)]),
    ...(going.length === 0 ? [] : [e("h2", { id: "running" }, "Running"), ...goingPart(frame, data)]),
    e("h2", { id: "workers" }, "Workers"),
    ...(workers.length === 0
      ? [
          e(
            "p",
            {},
            "No worker has joined yet. Of each, its memory, processors and disk will be shown here, and what runs there.",
          ),
          ...joinPart(frame),
        ]
      : [
          ...fleet(frame.root, workers, data.runsOf),
          e("p", {}, e("a", { href: `${frame.root}workers` }, "Each worker with its tags and figures")),
        ]),
    ...(ended.length === 0
      ? []
      : [
          e("h2", { id: "ended" }, "Ended last"),
          table(
            "Ended last",
            requestHeads(),
            ended.map((request) => requestRow(frame.root, request, now)),
          ),
        ]),
  );
}

function figures({ root }: Frame, standing: FarmStanding): VNode {
  const { counts, failed, workers, runs, held, week } = standing;
  const all = workers.online + workers.draining + workers.offline;
  const { capacity, reserved, used } = held.memory;
  const percent = (amount: number) => (capacity > 0 ? `${Math.round((amount / capacity) * 100)} %` : "–");
  return e(
    "ul",
    { class: "figures" },
    figure(`${root}r?status=pending`, String(counts.pending), "waiting for a worker", waitingText(root, standing)),
    figure(`${root}r?status=running`, String(counts.running), "running", `${runs} on workers`),
    figure(
      `${root}r${queryText({ result: "failure", since: failed.since })}`,
      String(failed.failure),
      "failed in 24 hours",
      failedText(root, failed),
    ),
    figure(
      `${root}workers`,
      `${workers.online + workers.draining} of ${all}`,
      "workers online",
      workers.draining === 0 ? "none is draining" : `${workers.draining} draining`,
    ),
    figure(
      `${root}workers`,
      percent(reserved),
      "of memory reserved",
      capacity > 0 ? `${percent(used)} used of ${formatBytes(capacity)}` : "no worker has any",
    ),
    ...weekFigures(root, week),
  );
}

/** `3 regressions, 2 more in error`, the first a link to the list of them. */
function failedText(root: string, { since, regression, error }: FarmStanding["failed"]): (VNode | string)[] {
  const href = `${root}r${queryText({ verdict_kind: "regression", since })}`;
  const regressions = e("a", { href }, regression === 1 ? "1 regression" : `${regression} regressions`);
  return error > 0 ? [regressions, `, ${error} more in error`] : [regressions];
}

/** `the longest #5120 for 22m; 3 blocked, the longest #4100 for 2h`. */
function waitingText(root: string, { counts, waiting, now }: FarmStanding): (VNode | string)[] {
  const longest = (status: WaitingStatus) => {
    const found = waiting[status].longest;
    if (found === null) return [];
    const link = requestLink(root, found.work_request_id);
    return ["the longest ", link, ` for ${formatDuration(secondsBetween(found.since, now))}`];
  };
  const [pending, blocked] = [longest("pending"), longest("blocked")];
  const count = `${counts.blocked} blocked`;
  return [...pending, pending.length > 0 ? `; ${count}` : count, ...(blocked.length > 0 ? [", ", ...blocked] : [])];
}

/** What sizing saved, where anybody asked for more; else what was left over. */
function weekFigures(root: string, week: FarmStanding["week"]): VNode[] {
  if (week?.wasted_share == null) return [];
  const [href, left] = [`${root}waste?days=7`, formatShare(week.wasted_share)];
  return week.saved > 0
    ? [figure(href, `${gibHours(week.saved)} GiB·h`, "saved by sizing in 7 days", `${left} left over`)]
    : [figure(href, left, "of reserved memory not used", "in 7 days")];
}

function figure(href: string, amount: string, word: string, more: ComponentChildren): VNode {
  return e("li", {}, e("strong", {}, amount), e("a", { href }, word), e("span", { class: "quiet" }, " · ", more));
}

/** So many can be read one by one. */
const READABLE_ROWS = 20;

/** Where many wait: for what, and who is first of those. */
function reasonTable({ root }: Frame, { counts, waiting }: FarmStanding): VNode[] {
  if (counts.pending + counts.blocked <= READABLE_ROWS) return [];
  const rows = WAITING_STATUSES.flatMap((status) =>
    waiting[status].groups.map(({ code, count, first_id }): Row => [
      waitingWord(status, code),
      wholeNumber(count),
      requestLink(root, first_id),
    ]),
  );
  const cut = WAITING_STATUSES.flatMap((status) => {
    const { looked } = waiting[status];
    return looked < counts[status] ? [`${wholeNumber(looked)} ${status}`] : [];
  });
  return [
    table("For what they wait", ["Waits", { name: "How many", look: "number" }, "The first"], rows),
    ...(cut.length === 0 ? [] : [e("p", { class: "quiet" }, `Of the first ${cut.join(" and ")} ones.`)]),
    e("p", {}, "Next of them:"),
  ];
}

function waitingTable({ root }: Frame, { waiting, now, standing: { counts } }: OverviewData): VNode {
  const rows: Row[] = waiting.map((request) => ({
    key: String(request.id),
    cells: [
      requestLink(root, request.id),
      keyText(request),
      formatDuration(secondsBetween(waitsSince(request), now)),
      waitText(request),
      startText(request, now),
    ],
  }));
  const rest = WAITING_STATUSES.flatMap((status) => {
    const more = counts[status] - waiting.filter((request) => request.status === status).length;
    return more > 0 ? [e("p", {}, e("a", { href: `${root}r?status=${status}` }, `${more} more ${status}`))] : [];
  });
  const head = [
    "Request",
    { name: "What", look: "name" },
    { name: "Waits", look: "number" },
    { name: "Why", look: "wide" },
    "Should start",
  ];
  return e("div", {}, table("Waiting", head, rows, "stacked"), ...rest);
}

function startText({ expected }: WorkRequest, now: Timestamp): string {
  if (expected?.start === undefined) return "–";
  const seconds = (at: Timestamp) => Math.max(0, Date.parse(at) - Date.parse(now)) / 1000;
  const high = seconds(expected.start.p90);
  return high < 1 ? "now" : `in ${formatSpan(seconds(expected.start.p50), high)}`;
}

/** The order of the page that is asked for without one: the page is there to say what is stuck. */
export const USUAL_GOING_ORDER: GoingOrder = "overdue";

const ORDER_WORDS: Record<GoingOrder, string> = { overdue: "most overdue first", finishing: "finishing first" };

function goingPart(frame: Frame, data: OverviewData): (VNode | null)[] {
  const { going, sort } = data;
  const orders = GOING_ORDERS.map((order) => ({
    word: ORDER_WORDS[order],
    href: `${frame.root}${queryText({ sort: order === USUAL_GOING_ORDER ? undefined : order })}#running`,
    isChosen: order === sort,
  }));
  const hasBars = going.some(({ request: { expected } }) => expected?.usual_seconds !== undefined);
  return [
    ...(going.length > 1 ? [choices(orders)] : []),
    goingTable(frame, data),
    ...(hasBars ? [legendOf(PROGRESS_LEGEND)] : []),
    moreGoing(frame, data),
  ];
}

const PROGRESS_LEGEND: readonly LegendItem[] = [
  { look: "bar-used", mark: "area", word: "so far" },
  { look: "now", mark: "tick", word: "half of such runs are over by then" },
  { look: "bar-free bar-edge", mark: "area", word: "until nine of ten are over" },
  { look: "bar-late", mark: "line", word: "longer than nine of ten" },
];

function goingTable({ root }: Frame, { going, now }: OverviewData): VNode {
  const rows: Row[] = going.map(({ request, run }) => {
    const elapsed = run.started_at === null ? undefined : secondsBetween(run.started_at, now);
    const memory = runFigure(run, "memory");
    return {
      key: String(request.id),
      cells: [
        requestLink(root, request.id),
        keyText(request),
        workerLink(root, run.worker_name),
        elapsed === undefined ? "starting" : formatDuration(elapsed),
        { content: leftCell({ request, run }, elapsed, now), look: "wide" },
        `${memory === undefined ? "–" : formatBytes(memory)} of ${formatBytes(run.allocation.memory.amount)}`,
      ],
    };
  });
  return table(
    "Running",
    [
      "Request",
      { name: "What", look: "name" },
      "Worker",
      { name: "For", look: "number" },
      "Left",
      { name: "Memory used of reserved", look: "number" },
    ],
    rows,
    "stacked",
  );
}

function moreGoing({ root }: Frame, { going, standing: { runs } }: OverviewData): VNode | null {
  const more = runs - going.length;
  return more > 0 ? e("p", {}, e("a", { href: `${root}r?status=running` }, `${more} more run`)) : null;
}

/** Time left as a range, and below it how far that is of what such runs take; never a percentage that hangs at 99. */
function leftCell({ request, run }: Going, elapsed: number | undefined, now: Timestamp): VNode | string {
  const left = timeLeft(request, run, epochMs(now));
  if (left === undefined) return "not known: no run like it has ended";
  const text = left.late > 0 ? `late by ${formatDuration(left.late)}` : `${formatSpan(left.low, left.high)} left`;
  const { expected } = request;
  return e("span", {}, text, ...(expected === undefined ? [] : usualBar(elapsed ?? 0, expected)));
}

function usualBar(elapsed: number, { usual_seconds: usual }: ExpectedTimes): VNode[] {
  if (usual === undefined) return [];
  const [half, most] = [formatDuration(usual.p50), formatDuration(usual.p90)];
  const sentence = `${formatDuration(elapsed)} so far: half of such runs take no more than ${half}, nine of ten no more than ${most}`;
  return [progressBar(sentence, { elapsed, ...usual })];
}
