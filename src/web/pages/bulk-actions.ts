import type { VNode } from "preact";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";

/** More numbers than this are not written out in a command. */
const MOST_WRITTEN = 12;

/** What can be done to all requests that a list shows: to those that it named when it was made, and to no other. */
export function bulkActions(frame: Frame, requests: readonly WorkRequest[]): VNode | null {
  if (!mayDo(frame, "submit")) return null;
  const again = requests.filter(({ status, superseded_by }) => isOver(status) && superseded_by === null);
  const failed = again.filter(({ result }) => result === "failure" || result === "error");
  const going = requests.filter(({ status }) => !isOver(status));
  const buttons = [
    ...button(frame, failed, { word: "that failed again", verb: "retry", act: "retry" }),
    ...button(frame, failed, {
      word: "that failed again, elsewhere",
      verb: "retry --elsewhere",
      act: "retry-elsewhere",
    }),
    ...button(frame, again, { word: "that ended again", verb: "retry", act: "retry" }),
    ...button(frame, going, { word: "that have not ended", verb: "abort", act: "abort" }),
  ];
  if (buttons.length === 0) return null;
  return e(
    "details",
    {},
    e("summary", {}, "Do something to those that are shown"),
    e("div", { class: "actions" }, ...buttons),
  );
}

function isOver(status: WorkRequest["status"]): boolean {
  return status === "completed" || status === "aborted";
}

function button(
  frame: Frame,
  requests: readonly WorkRequest[],
  { word, verb, act }: { word: string; verb: string; act: string },
): VNode[] {
  if (requests.length === 0) return [];
  const ids = requests.map(({ id }) => id);
  const written = ids.length > MOST_WRITTEN ? `${ids.slice(0, MOST_WRITTEN).join(" ")} …` : ids.join(" ");
  const all = ids.length === 1 ? "the one" : `the ${ids.length}`;
  return [
    action(frame, {
      to: "r/bulk",
      word: `${act === "abort" ? "Abort" : "Make"} ${all} ${word}`,
      command: `${verb} ${written}`,
      fields: [e("input", { type: "hidden", name: "ids", value: ids.join(" ") })],
      value: ["do", act],
    }),
  ];
}
