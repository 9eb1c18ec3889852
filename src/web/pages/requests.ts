import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { RESULTS, STATUSES, type Result, type Status, type WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { commandLine, queryText } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { bulkActions } from "./bulk-actions.ts";
import { REQUEST_COLUMNS, requestRow } from "./request-row.ts";

/** Which requests are asked for; the names are those of the API and of the address. */
export type RequestFilter = {
  status?: Status | undefined;
  result?: Result | undefined;
  task_name?: string | undefined;
  subject?: string | undefined;
  context?: string | undefined;
  worker?: string | undefined;
  created_by?: string | undefined;
};

/** What the list of requests shows. */
export type RequestsData = {
  now: Timestamp;
  lastEventId: number;
  counts: Record<Status, number>;
  filter: RequestFilter;
  /** The place in the list, as it was in the address; undefined on the first page. */
  cursor: string | undefined;
  requests: readonly WorkRequest[];
  next_cursor: string | null;
};

/** All requests, newest first, as far as the filter in the address lets them through. */
export function requestsPage(frame: Frame, data: RequestsData): string {
  const live = { topics: "requests", after: data.lastEventId };
  return renderPage(
    frame,
    { title: "Requests", place: "requests", live },
    e("p", {}, sentence(data)),
    counts(frame, data),
    filterForm(frame, data.filter),
    data.requests.length === 0 ? emptyText(frame, data) : list(frame, data),
    bulkActions(frame, data.requests),
    pager(frame, data),
    e("h2", {}, "The same elsewhere"),
    commandLine(`ls${commandOptions(data.filter)}`),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}api/v1/work-requests${queryText(data.filter)}` }, "As JSON"),
      " from the API.",
    ),
  );
}

function sentence({ counts: all, requests, filter, next_cursor }: RequestsData): string {
  const total = STATUSES.reduce((sum, status) => sum + all[status], 0);
  const shown = `${requests.length}${next_cursor === null ? "" : " newest"}`;
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return `${total} requests in all; ${shown} ${isFiltered ? "of those that match are" : "are"} shown, newest first.`;
}

function counts({ root }: Frame, { counts: all, filter }: RequestsData): VNode {
  const { status: chosen, result, ...others } = filter;
  const item = (word: string, status: Status | undefined): Choice => ({
    word,
    href: `${root}r${queryText({ ...others, status })}`,
    isChosen: chosen === status && result === undefined,
  });
  const present = STATUSES.filter((status) => all[status] > 0);
  return choices([item("all", undefined), ...present.map((status) => item(`${all[status]} ${status}`, status))]);
}

function filterForm({ root }: Frame, filter: RequestFilter): VNode {
  const text = (name: Exclude<keyof RequestFilter, "status" | "result">, word: string) =>
    e("label", {}, word, e("input", { name, value: filter[name] ?? "" }));
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}r` },
    choice("status", "Status", STATUSES, filter.status),
    choice("result", "Result", RESULTS, filter.result),
    text("task_name", "Task"),
    text("subject", "Subject"),
    text("context", "Context"),
    text("worker", "Worker"),
    text("created_by", "Submitted by"),
    e("button", {}, "Filter"),
  );
}

function choice(name: string, word: string, values: readonly string[], chosen: string | undefined): VNode {
  const option = (value: string, shown: string) => e("option", { value, selected: value === (chosen ?? "") }, shown);
  return e("label", {}, word, e("select", { name }, option("", "any"), ...values.map((value) => option(value, value))));
}

function emptyText({ root }: Frame, { filter, cursor }: RequestsData): VNode {
  const isFiltered = cursor !== undefined || Object.values(filter).some((value) => value !== undefined);
  if (isFiltered) return e("p", { class: "quiet" }, "No request matches. ", e("a", { href: `${root}r` }, "Show all"));
  return e(
    "div",
    {},
    e("p", {}, "Nothing was submitted yet. This page will list every request. The first one:"),
    commandLine("submit --task build --subject hello --follow -- make -j2"),
  );
}

function list(frame: Frame, { requests, now }: RequestsData): VNode {
  return table(
    "Requests",
    REQUEST_COLUMNS,
    requests.map((request) => requestRow(frame.root, request, now)),
  );
}

function pager({ root }: Frame, { filter, cursor, next_cursor }: RequestsData): VNode | null {
  if (cursor === undefined && next_cursor === null) return null;
  return e(
    "nav",
    { "aria-label": "Parts of the list" },
    e(
      "ul",
      {},
      ...(cursor === undefined ? [] : [e("li", {}, e("a", { href: `${root}r${queryText(filter)}` }, "Newest"))]),
      ...(next_cursor === null
        ? []
        : [
            e(
              "li",
              {},
              e("a", { href: `${root}r${queryText({ ...filter, cursor: next_cursor })}`, rel: "next" }, "Older"),
            ),
          ]),
    ),
  );
}

const OPTIONS: Record<keyof RequestFilter, string> = {
  status: "--status",
  result: "--result",
  task_name: "--task",
  subject: "--subject",
  context: "--context",
  worker: "--worker",
  created_by: "--by",
};

function commandOptions(filter: RequestFilter): string {
  const given = Object.entries(filter) as [keyof RequestFilter, string | undefined][]; // the type's own keys
  return given.flatMap(([name, value]) => (value === undefined ? [] : [` ${OPTIONS[name]} ${quoted(value)}`])).join("");
}

/** A word of a shell's command line. */
export function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
