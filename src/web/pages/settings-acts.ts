import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import { element as e } from "../element.ts";
import { workerLink } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { ago } from "../parts/time.ts";

/** An event of the server that a person brought about. What people did to a request stands with the request. */
export type Act = Event & { data: { by: string } };

/** Whether a person brought it about. */
export function isAct(event: Event): event is Act {
  return typeof event.data["by"] === "string" && event.work_request_id === undefined;
}

/** Who changed what, newest first. */
export function actTable(root: string, acts: readonly Act[], now: Timestamp): VNode {
  if (acts.length === 0) return e("p", {}, "Nobody has changed a value, steered a worker or judged a finding yet.");
  return table(
    "What people did, newest first",
    ["When", "Who", { name: "What", look: "wide" }],
    acts.map((act) => [ago(act.at, now), act.data.by, whatOf(root, act)]),
  );
}

function whatOf(root: string, { kind, worker_name, data }: Act): VNode | string {
  if (kind === "worker_removed") return `removed the worker ${worker_name ?? ""}`;
  if (kind === "worker_changed" && worker_name !== undefined) {
    return e("span", {}, data["drain"] === true ? "drained " : "resumed ", workerLink(root, worker_name));
  }
  if (kind === "layer_changed") return layerText(data);
  if (kind === "finding") return findingAct(root, data);
  return kind.replaceAll("_", " ");
}

function layerText(data: Event["data"]): string {
  if (data["set"] === undefined) return `removed the value ${wordOf(data["removed"])}`;
  return `set ${wordOf(data["field"])} (value ${wordOf(data["set"])})`;
}

function findingAct(root: string, data: Event["data"]): VNode {
  const id = wordOf(data["finding_id"]);
  const finding = e("a", { href: `${root}regressions/${id}` }, `finding ${id}`);
  return e("span", {}, "said of ", finding, `: ${wordOf(data["state"])}`);
}

/** Numbers and words are all that such an event holds. */
function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
