import type { VNode } from "preact";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { requestLink } from "../parts/links.ts";

/** What can be done to a request as it stands; nothing for whoever may only read. */
export function requestActions(frame: Frame, request: WorkRequest): VNode | null {
  const { id, status, superseded_by } = request;
  if (superseded_by !== null) return e("p", {}, "It was made again as ", requestLink(frame.root, superseded_by), ".");
  if (!mayDo(frame, "submit")) return null;
  const isOver = status === "completed" || status === "aborted";
  const buttons = isOver
    ? [action(frame, { to: `r/${id}/retry`, word: "Make it again", command: `retry ${id}` })]
    : [
        ...(status === "blocked" && request.unblock_strategy === "manual"
          ? [action(frame, { to: `r/${id}/unblock`, word: "Let it go on", command: `unblock ${id}` })]
          : []),
        action(frame, { to: `r/${id}/abort`, word: "Abort", command: `abort ${id}` }),
        ...(status === "running" ? [] : [priority(frame, request)]),
      ];
  return e("div", { class: "actions" }, ...buttons);
}

function priority(frame: Frame, { id, priority_adjustment }: WorkRequest): VNode {
  return action(frame, {
    to: `r/${id}/priority`,
    word: "Set",
    command: `priority N ${id}`,
    fields: [
      e("label", { for: "priority" }, "Priority adjustment"),
      e("input", {
        id: "priority",
        name: "priority_adjustment",
        type: "number",
        value: priority_adjustment,
        required: true,
        size: 6,
      }),
    ],
  });
}
