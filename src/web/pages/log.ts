import type { VNode } from "preact";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { LogLine } from "../../domain/log-line.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import { formatBytes, formatDuration, wholeNumber } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { commandLine, keyText, queryText, requestLink, workerLink } from "../parts/links.ts";
import { logLines } from "../parts/log-lines.ts";
import { zonedText } from "../zone.ts";

/** Which lines are looked for without a word. */
export const LOG_FILTERS = ["errors", "warnings", "sections", "stderr"] as const;
const FILTER_WORDS: Record<(typeof LOG_FILTERS)[number], string> = {
  errors: "that name an error",
  warnings: "that warn",
  sections: "that begin a section",
  stderr: "of standard error",
};
/** What stands before each line: nothing, the time since the run's start, of the day, or since the line before. */
export const LOG_TIMES = ["none", "start", "day", "before"] as const;

/** What the address says: where to read, what to look for, and how lines are shown. */
export type LogQuery = {
  /** The attempt; absent: the newest. */
  run?: number | undefined;
  /** The first line, the last, or one to have around it; absent: the end. */
  from?: number | undefined;
  to?: number | undefined;
  at?: number | undefined;
  q?: string | undefined;
  only?: (typeof LOG_FILTERS)[number] | undefined;
  /** Looks on after this line. */
  after?: number | undefined;
  times?: (typeof LOG_TIMES)[number] | undefined;
  wrap?: "1" | undefined;
};

/** What the page of a log shows. */
export type LogData = {
  lastEventId: number;
  request: WorkRequest;
  runs: readonly Run[];
  run: Run | undefined;
  query: LogQuery;
  /** Of the whole log. */
  size: number;
  total: number;
  /** The lines in the window; or those that were found. */
  lines: readonly LogLine[];
  /** After which line to look on; null: there is nothing more. Undefined where nothing is looked for. */
  next_after: number | null | undefined;
  /** Of a run that failed: the first line that names an error. */
  firstError: number | undefined;
};

const TIME_WORDS: Record<(typeof LOG_TIMES)[number], string> = {
  none: "none",
  start: "since the start",
  day: "of the day",
  before: "since the line before",
};

/** What a run wrote: its end first, and every line within reach of the address. */
export function logPage(frame: Frame, data: LogData): string {
  const { request, run, query } = data;
  const isGoing = run !== undefined && run.state !== "ended";
  return renderPage(
    frame,
    {
      title: `Log of #${request.id} ${keyText(request)}`,
      place: "requests",
      live: { topics: `r${request.id}${isGoing ? `,log${run.id}` : ""}`, after: data.lastEventId },
      islands: ["log.js"],
    },
    e("p", { class: "lead", role: "status" }, ...sentence(frame, data)),
    otherRuns(frame, data),
    run === undefined ? null : form(frame, data),
    ...(data.total === 0 || run === undefined
      ? []
      : isLooking(query)
        ? found(frame, data, run)
        : window(frame, data, run)),
    e("h2", {}, "The same elsewhere"),
    commandLine(`log ${run?.id ?? request.id}${isGoing ? " --follow" : ""}`),
    run === undefined
      ? null
      : e(
          "p",
          {},
          e("a", { href: `${frame.root}r/${request.id}/log.txt${queryText({ run: run.attempt })}` }, "As plain text"),
          " · ",
          e(
            "a",
            {
              href: `${frame.root}r/${request.id}/log.txt${queryText({ run: run.attempt, download: 1 })}`,
              download: "",
            },
            "Download",
          ),
          " · ",
          e(
            "a",
            { href: `${frame.root}api/v1/runs/${run.id}/log`, download: "" },
            "With times and streams, from the API",
          ),
        ),
  );
}

function isLooking({ q, only }: LogQuery): boolean {
  return q !== undefined || only !== undefined;
}

function sentence(frame: Frame, { request, run, size, total, firstError, query }: LogData): (VNode | string)[] {
  if (run === undefined) return ["It has had no run yet, so nothing is written."];
  const end = run.outcome === null ? "which goes on" : `which ended: ${outcomeText(run.outcome)}`;
  const what = total === 1 ? "1 line" : `${wholeNumber(total)} lines`;
  const amount = total === 0 ? "Nothing was written" : `${what}, ${formatBytes(size)}`;
  const error =
    firstError === undefined
      ? []
      : [
          " The first line that names an error is ",
          e("a", { href: linkTo(frame, query, run, { at: firstError }) }, wholeNumber(firstError)),
          ".",
        ];
  return [
    `${amount} by run ${run.id} of `,
    requestLink(frame.root, request.id),
    " on ",
    workerLink(frame.root, run.worker_name),
    `, ${end}.`,
    ...error,
  ];
}

/** The other runs of the request, where there are some. */
function otherRuns({ root }: Frame, { request, runs, run }: LogData): VNode | null {
  if (runs.length < 2) return null;
  const items = runs.map((one) =>
    e(
      "li",
      {},
      e(
        "a",
        {
          href: `${root}r/${one.work_request_id}/log${queryText({ run: one.attempt })}`,
          "aria-current": one === run ? "true" : undefined,
        },
        `run ${one.id}, ${one.outcome === null ? "which goes on" : outcomeText(one.outcome)}`,
      ),
    ),
  );
  return e("ul", { class: "chips", "aria-label": `Runs of #${request.id}` }, ...items);
}

/** Search, filter, place and look: everything of the page in one form, which goes into the address. */
function form({ root }: Frame, { request, query, run }: LogData): VNode {
  const option = (value: string, word: string, chosen: string) =>
    e("option", { value, selected: value === chosen }, word);
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}r/${request.id}/log` },
    e("input", { type: "hidden", name: "run", value: run?.attempt ?? 1 }),
    e("label", {}, "Lines with", e("input", { name: "q", type: "search", value: query.q ?? "", maxLength: 200 })),
    e(
      "label",
      {},
      "Only",
      e(
        "select",
        { name: "only" },
        option("", "all lines", query.only ?? ""),
        ...LOG_FILTERS.map((name) => option(name, FILTER_WORDS[name], query.only ?? "")),
      ),
    ),
    e("label", {}, "Go to line", e("input", { name: "at", type: "number", min: 1, value: query.at ?? "" })),
    e(
      "label",
      {},
      "Times",
      e("select", { name: "times" }, ...LOG_TIMES.map((name) => option(name, TIME_WORDS[name], query.times ?? "none"))),
    ),
    e(
      "label",
      {},
      "Long lines",
      e(
        "select",
        { name: "wrap" },
        option("", "as they are", query.wrap ?? ""),
        option("1", "wrapped", query.wrap ?? ""),
      ),
    ),
    e("button", {}, "Show"),
  );
}

/** The address of another part of the same log, shown alike. */
function linkTo(
  { root }: Frame,
  query: LogQuery,
  run: Run,
  place: Pick<LogQuery, "from" | "to" | "at" | "q" | "only" | "after">,
): string {
  const { times, wrap } = query;
  const hash = place.at === undefined ? "" : `#L${place.at}`;
  return `${root}r/${run.work_request_id}/log${queryText({ run: run.attempt, ...place, times: times === "none" ? undefined : times, wrap })}${hash}`;
}

function found(frame: Frame, { query, lines, next_after, total }: LogData, run: Run): VNode[] {
  const { q, only } = query;
  const what = [only === undefined ? "" : FILTER_WORDS[only], q === undefined ? "" : `with “${q}”`].filter(Boolean);
  const more = next_after === null || next_after === undefined ? "" : " and more";
  const from = query.after === undefined ? "" : ` after line ${wholeNumber(query.after)}`;
  const count = lines.length === 1 && more === "" ? "1 line" : `${lines.length}${more} lines`;
  const look = query.wrap === undefined ? "log numbered" : "log numbered wrap";
  return [
    e("h2", { id: "found" }, `Lines ${what.join(" ")}`),
    e(
      "p",
      {},
      `${lines.length === 0 ? "No line" : count}${from}, of ${wholeNumber(total)}. A number leads to the line in its place.`,
    ),
    ...(lines.length === 0
      ? []
      : [
          e(
            "pre",
            { class: look, tabIndex: 0, "aria-label": "Lines found" },
            ...logLines(lines, {
              href: ({ number }) => linkTo(frame, query, run, { at: number }),
              ...timeOf(query, run),
            }),
          ),
        ]),
    e(
      "nav",
      { "aria-label": "Parts of what was found" },
      e(
        "ul",
        {},
        e("li", {}, e("a", { href: linkTo(frame, query, run, {}) }, "The whole log")),
        ...(more === ""
          ? []
          : [
              e(
                "li",
                {},
                e(
                  "a",
                  { href: linkTo(frame, query, run, { q, only, after: next_after ?? undefined }), rel: "next" },
                  "More",
                ),
              ),
            ]),
      ),
    ),
  ];
}

function window(frame: Frame, data: LogData, run: Run): (VNode | null)[] {
  const { query, lines, total } = data;
  const look = query.wrap === undefined ? "log numbered whole" : "log numbered whole wrap";
  const [first, last] = [lines[0]?.number ?? 0, lines.at(-1)?.number ?? 0];
  const isAtEnd = query.from === undefined && query.to === undefined && query.at === undefined;
  return [
    pager(frame, data, run, first, last),
    e(
      "pre",
      {
        class: look,
        id: "log",
        tabIndex: 0,
        "aria-label": "Lines of the log",
        "data-first": first,
        "data-last": last,
        "data-total": total,
        "data-end": isAtEnd ? "" : undefined,
      },
      ...logLines(lines, { href: ({ number }) => linkTo(frame, query, run, { at: number }), ...timeOf(query, run) }),
    ),
    lines.length === 0 ? e("p", {}, `It has no line ${wholeNumber(query.at ?? query.from ?? 0)}.`) : null,
  ];
}

function pager(frame: Frame, { query, total }: LogData, run: Run, first: number, last: number): VNode {
  const link = (word: string, place: Parameters<typeof linkTo>[3], rel?: string) =>
    e("li", {}, e("a", { href: linkTo(frame, query, run, place), rel }, word));
  const shown = last === 0 ? "" : `Lines ${wholeNumber(first)} to ${wholeNumber(last)} of ${wholeNumber(total)}`;
  return e(
    "nav",
    { "aria-label": "Parts of the log", class: "chips" },
    e("output", { id: "shown" }, shown),
    e(
      "ul",
      {},
      ...(first > 1 ? [link("First", { from: 1 }), link("Earlier", { to: first - 1 }, "prev")] : []),
      ...(last < total ? [link("Later", { from: last + 1 }, "next"), link("Last", {})] : []),
    ),
  );
}

function timeOf({ times }: LogQuery, run: Run): { time?: (line: LogLine, before: LogLine | undefined) => string } {
  if (times === undefined || times === "none") return {};
  if (times === "before")
    return {
      time: (line, before) => `+${formatDuration((line.at_ms - (before?.at_ms ?? line.at_ms)) / 1000)}`.padStart(8),
    };
  const { started_at } = run;
  if (times === "start" || started_at === null) return { time: ({ at_ms }) => sinceStart(at_ms) };
  return { time: ({ at_ms }) => timeOfDay(started_at, at_ms) };
}

/** `0:12:03.4`. */
function sinceStart(atMs: number): string {
  const tenths = Math.floor(atMs / 100);
  const two = (value: number) => String(value).padStart(2, "0");
  const seconds = Math.floor(tenths / 10);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${tenths % 10}`;
}

function timeOfDay(startedAt: Timestamp, atMs: number): string {
  return zonedText(timestamp(epochMs(startedAt) + atMs)).slice(11);
}
