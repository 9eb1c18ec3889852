import type { VNode } from "preact";
import type { Event } from "../../domain/event.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import type { AnswerData } from "../parts/answers.ts";
import { requestLink } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { moment } from "../parts/time.ts";

const MOST_EVENTS = 100;

/** What was asked for, and what has happened to it. */
export function requestDetails(frame: Frame, { request, events }: AnswerData): VNode[] {
  return [
    e("h2", { id: "events" }, "What has happened to it"),
    table(
      "Events",
      ["When", "What", { name: "More", look: "wide" }],
      events.slice(-MOST_EVENTS).map((event) => ({
        cells: [moment(event.at), event.kind.replaceAll("_", " "), eventText(event)],
        key: String(event.id),
      })),
    ),
    e("h2", { id: "asked" }, "What was asked for"),
    table("Details", ["Field", { name: "Value", look: "wide" }], details(frame, request)),
  ];
}

function eventText({ data, run_id, worker_name }: Event): string {
  const parts = [data["message"], data["rule"], data["reason"]].filter((part) => typeof part === "string");
  const where = [
    run_id === undefined ? "" : `run ${run_id}`,
    worker_name === undefined ? "" : `on ${worker_name}`,
  ].filter(Boolean);
  return [...where, ...parts].join(": ");
}

function details({ root }: Frame, request: WorkRequest): (readonly [string, VNode | string])[] {
  const ids = (list: readonly number[]) =>
    e("span", {}, ...list.flatMap((id, index) => [index === 0 ? "" : ", ", requestLink(root, id)]));
  const rows: (readonly [string, VNode | string] | undefined)[] = [
    ["submitted", e("span", {}, moment(request.created_at), ` by ${request.created_by}`)],
    request.name === "" ? undefined : ["name", request.name],
    request.parameter_summary === null ? undefined : ["parameters", request.parameter_summary],
    [
      "priority",
      `${request.priority_base + request.priority_adjustment} (${request.priority_base} + ${request.priority_adjustment})`,
    ],
    request.dependencies.length === 0 ? undefined : ["runs after", ids(request.dependencies)],
    request.inputs.length === 0 ? undefined : ["takes files of", inputs(root, request)],
    request.supersedes === null ? undefined : ["made again from", ids([request.supersedes])],
    ["needs tags", (request.allocation?.tags ?? request.requirements.tags ?? []).join(", ") || "none"],
    request.trusted ? undefined : ["trusted", "no: its figures do not train shared estimates"],
    ["task data", e("code", {}, JSON.stringify(request.task_data))],
  ];
  return rows.filter((row) => row !== undefined);
}

function inputs(root: string, { inputs: asked }: WorkRequest): VNode {
  const parts = asked.flatMap(({ from, match }, index) => [
    index === 0 ? "" : ", ",
    requestLink(root, from),
    ": ",
    match.join(" "),
  ]);
  return e("span", {}, ...parts);
}
