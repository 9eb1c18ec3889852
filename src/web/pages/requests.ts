import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { VERDICT_KINDS, type VerdictKind } from "../../domain/verdict.ts";
import { isByEnd, RESULTS, STATUSES, type Result, type Status, type WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { commandLine, guideLink, queryText, quoted } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { table } from "../parts/table.ts";
import { minuteText, zoneName } from "../zone.ts";
import { bulkActions } from "./bulk-actions.ts";
import { fieldName, REQUEST_FIELDS, requestHeads, requestRow, USUAL_FIELDS, type RequestField } from "./request-row.ts";

/** Which requests are asked for; the names are those of the API and of the address. */
export type RequestFilter = {
  status?: Status | undefined;
  result?: Result | undefined;
  verdict_kind?: VerdictKind | undefined;
  task_name?: string | undefined;
  subject?: string | undefined;
  context?: string | undefined;
  worker?: string | undefined;
  created_by?: string | undefined;
  /** `ended`: those that ended, the last first; also with `since` or `until`. */
  order?: "submitted" | "ended" | undefined;
  /** Ended then or later, or earlier. */
  since?: Timestamp | undefined;
  until?: Timestamp | undefined;
};

/** What the list of requests shows. */
export type RequestsData = {
  now: Timestamp;
  lastEventId: number;
  counts: Record<Status, number>;
  filter: RequestFilter;
  /** The place in the list, as it was in the address; undefined on the first page. */
  cursor: string | undefined;
  /** What is said of each; undefined: as usual. */
  fields: readonly RequestField[] | undefined;
  /** Those that run, before the others; on the first page of a list that is not of one status, result or verdict. */
  running: readonly WorkRequest[];
  /** More run than are shown. */
  isRunningCut: boolean;
  requests: readonly WorkRequest[];
  next_cursor: string | null;
};

/** Requests, as far as the filter in the address lets them through: what runs first, then newest first, or by end. */
export function requestsPage(frame: Frame, data: RequestsData): string {
  const live = { topics: "requests", after: data.lastEventId };
  const shown = [...data.running, ...data.requests];
  return renderPage(
    frame,
    { title: "Requests", place: "requests", live },
    e("p", {}, sentence(data)),
    counts(frame, data),
    filterForm(frame, data),
    shown.length === 0 ? emptyText(frame, data) : list(frame, data, shown),
    bulkActions(frame, shown),
    pager({
      from: data.cursor,
      next: data.next_cursor,
      address: (from) => listAddress(frame, data.filter, data.fields, from),
      isMain: true,
    }),
    e("h2", {}, "The same elsewhere"),
    commandLine(`ls${commandOptions(data.filter)}`),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}api/v1/work-requests${queryText(data.filter)}` }, "As JSON"),
      " from the API · ",
      e("a", { href: `${frame.root}r.csv${queryText(data.filter)}`, download: "" }, "As CSV"),
      ", all that match.",
    ),
  );
}

function sentence({ counts: all, running, isRunningCut, requests, filter, next_cursor }: RequestsData): string {
  const total = STATUSES.reduce((sum, status) => sum + all[status], 0);
  const first = running.length === 0 ? "" : `${isRunningCut ? "" : "the "}${running.length} that run, then `;
  const some = next_cursor === null ? "" : "the first ";
  const of = isFiltered(filter) ? " of those that match" : "";
  const order = isByEnd(filter) ? "those that ended last first" : "newest first";
  return `${total} requests in all; shown are ${first}${some}${requests.length}${of}, ${order}.`;
}

function isFiltered(filter: RequestFilter): boolean {
  return Object.entries(filter).some(([name, value]) => name !== "order" && value !== undefined);
}

/** The address of a list of this filter, with what is said of each. */
function listAddress({ root }: Frame, filter: RequestFilter, fields: RequestsData["fields"], cursor?: string): string {
  return `${root}r${queryText({ ...filter, fields: fields?.join(","), cursor })}`;
}

function counts(frame: Frame, { counts: all, filter, fields }: RequestsData): VNode {
  const { status: chosen, result, ...others } = filter;
  const item = (word: string, status: Status | undefined): Choice => ({
    word,
    href: listAddress(frame, { ...others, status }, fields),
    isChosen: chosen === status && result === undefined,
  });
  const present = STATUSES.filter((status) => all[status] > 0);
  return choices([item("all", undefined), ...present.map((status) => item(`${all[status]} ${status}`, status))]);
}

type TextField = "task_name" | "subject" | "context" | "worker" | "created_by";

function filterForm({ root }: Frame, { filter, fields }: RequestsData): VNode {
  const text = (name: TextField, word: string) => e("label", {}, word, e("input", { name, value: filter[name] ?? "" }));
  const time = (name: "since" | "until", word: string) =>
    e(
      "label",
      {},
      word,
      e("input", { name, type: "datetime-local", value: filter[name] === undefined ? "" : minuteText(filter[name]) }),
    );
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}r` },
    choice("status", "Status", STATUSES, filter.status),
    choice("result", "Result", RESULTS, filter.result),
    choice("verdict_kind", "Verdict", VERDICT_KINDS, filter.verdict_kind),
    text("task_name", "Task"),
    text("subject", "Subject"),
    text("context", "Context"),
    text("worker", "Worker"),
    text("created_by", "Submitted by"),
    time("since", `Ended from (${zoneName()})`),
    time("until", `Ended to (${zoneName()})`),
    choice("order", "Order", ["ended"], filter.order, { none: "newest first", ended: "ended last first" }),
    fieldChoice(fields),
    e("button", {}, "Filter"),
  );
}

function fieldChoice(fields: RequestsData["fields"]): VNode {
  const box = (field: RequestField) =>
    e(
      "label",
      {},
      e("input", {
        type: "checkbox",
        name: "fields",
        value: field,
        checked: (fields ?? USUAL_FIELDS).includes(field),
      }),
      ` ${fieldName(field)}`,
    );
  return e(
    "details",
    { open: fields !== undefined },
    e("summary", {}, "Columns"),
    e("div", { class: "chips" }, ...REQUEST_FIELDS.map(box)),
  );
}

function choice(
  name: string,
  word: string,
  values: readonly string[],
  chosen: string | undefined,
  words: Readonly<Record<string, string>> = {},
): VNode {
  const option = (value: string, shown: string) => e("option", { value, selected: value === (chosen ?? "") }, shown);
  const options = values.map((value) => option(value, words[value] ?? value.replaceAll("_", " ")));
  return e("label", {}, word, e("select", { name }, option("", words["none"] ?? "any"), ...options));
}

function emptyText({ root }: Frame, { filter, cursor }: RequestsData): VNode {
  if (cursor !== undefined || isFiltered(filter) || isByEnd(filter)) {
    return e("p", { class: "quiet" }, "No request matches. ", e("a", { href: `${root}r` }, "Show all"));
  }
  return e(
    "div",
    {},
    e(
      "p",
      {},
      "Nothing was submitted yet. This page will list every request.",
      guideLink(root, "guide/submitting", "Submitting work"),
      " The first one:",
    ),
    commandLine("submit --task build --subject hello --follow -- make -j2"),
  );
}

function list(frame: Frame, { now, fields }: RequestsData, shown: readonly WorkRequest[]): VNode {
  return table(
    "Requests",
    requestHeads(fields),
    shown.map((request) => requestRow(frame.root, request, now, fields)),
  );
}

const OPTIONS: Record<keyof RequestFilter, string> = {
  status: "--status",
  result: "--result",
  verdict_kind: "--verdict",
  task_name: "--task",
  subject: "--subject",
  context: "--context",
  worker: "--worker",
  created_by: "--by",
  order: "--order",
  since: "--since",
  until: "--until",
};

function commandOptions(filter: RequestFilter): string {
  const given = Object.entries(filter) as [keyof RequestFilter, string | undefined][]; // the type's own keys
  return given.flatMap(([name, value]) => (value === undefined ? [] : [` ${OPTIONS[name]} ${quoted(value)}`])).join("");
}
