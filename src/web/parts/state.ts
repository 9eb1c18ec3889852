import type { VNode } from "preact";
import { assertNever } from "../../domain/assert-never.ts";
import type { Result, Status } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";

/** How a request or a run stands: its status and, once it is completed, its result. */
export type State = Exclude<Status, "completed"> | Result;

/** The state of a request. */
export function stateOf(request: { status: Status; result: Result | null }): State {
  return request.status === "completed" ? (request.result ?? "success") : request.status;
}

/** Shape and word, never colour alone. */
export function stateLabel(state: State, word: string = state): VNode {
  return e("span", { class: state }, stateGlyph(state), word);
}

/** The shape of a state, in the colour of the text around it. */
export function stateGlyph(state: State): VNode {
  return e("svg", { class: "glyph", viewBox: "0 0 12 12", "aria-hidden": "true" }, stateShape(state));
}

/** That shape alone, 12 by 12: for a picture. */
export function stateShape(state: State): VNode {
  switch (state) {
    case "blocked":
    case "pending":
      return e("circle", {
        class: "hollow",
        cx: 6,
        cy: 6,
        r: 4.5,
        "stroke-dasharray": state === "blocked" ? "2 2" : undefined,
      });
    case "running":
      return e("circle", { cx: 6, cy: 6, r: 4.5 });
    case "success":
      return e("path", { class: "hollow", d: "M1 6.5l3.5 3.5L11 2" });
    case "failure":
      return e("path", { class: "hollow", d: "M2 2l8 8M10 2l-8 8" });
    case "error":
      return e("path", { class: "hollow", d: "M6 1.5L11 10.5H1z" });
    case "skipped":
    case "aborted":
      return e("path", { class: "hollow", d: "M1.5 6h9" });
    default:
      return assertNever(state);
  }
}
