import type { VNode } from "preact";
import { VERDICT_KINDS } from "../../domain/verdict.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { requestLink } from "../parts/links.ts";
import { typed, typedCommand } from "../parts/typed-command.ts";

/** What can be done to a request as it stands; nothing for whoever may only read. */
export function requestActions(frame: Frame, request: WorkRequest): VNode | null {
  const { superseded_by, status } = request;
  const again =
    superseded_by === null ? null : e("p", {}, "It was made again as ", requestLink(frame.root, superseded_by), ".");
  if (!mayDo(frame, "submit")) return again;
  const isOver = status === "completed" || status === "aborted";
  return e(
    "div",
    {},
    again,
    request.waiting?.code === "confirmation" && !isOver ? confirmation(frame, request) : null,
    e("div", { class: "actions" }, ...(isOver ? afterTheEnd(frame, request) : beforeTheEnd(frame, request))),
    request.verdict === null ? null : overruling(frame, request),
  );
}

function afterTheEnd(frame: Frame, { id, superseded_by, worker_name, task_type }: WorkRequest): VNode[] {
  if (superseded_by !== null) return [];
  const to = `r/${id}/retry`;
  const word = task_type === "workflow" ? "Make again what failed" : "Make it again";
  return [
    action(frame, { to, word, command: `retry ${id}` }),
    ...(worker_name === null
      ? []
      : [
          action(frame, {
            to,
            word: "Make it again elsewhere",
            command: `retry --elsewhere ${id}`,
            value: ["elsewhere", "1"],
          }),
        ]),
  ];
}

function beforeTheEnd(frame: Frame, request: WorkRequest): VNode[] {
  const { id, status } = request;
  return [
    ...(status === "blocked" && request.unblock_strategy === "manual"
      ? [action(frame, { to: `r/${id}/unblock`, word: "Let it go on", command: `unblock ${id}` })]
      : []),
    action(frame, { to: `r/${id}/abort`, word: "Abort", command: `abort ${id}` }),
    ...(status === "running" ? [] : [priority(frame, request)]),
  ];
}

/** It waits for a person's word: who says it, and why, is kept with it. */
function confirmation(frame: Frame, { id, task_data }: WorkRequest): VNode {
  const question = typeof task_data["question"] === "string" ? task_data["question"] : "May it go on?";
  return e(
    "form",
    { method: "post", action: `${frame.root}r/${id}/confirm`, class: "card decide" },
    e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
    e("p", { class: "lead" }, question),
    e(
      "p",
      {},
      e("label", { for: "reason" }, `Why (kept with your answer, as ${frame.person?.name ?? "you"})`),
      e("input", { id: "reason", name: "reason", maxLength: 1000, size: 50 }),
    ),
    e(
      "p",
      {},
      e("button", { name: "answer", value: "yes" }, "Yes: it succeeds"),
      typedCommand([`confirm ${id}`, typed("reason", "TEXT", { option: "--reason" })]),
    ),
    e(
      "p",
      {},
      e("button", { name: "answer", value: "no" }, "No: it fails"),
      typedCommand([`confirm ${id} --refuse`, typed("reason", "TEXT", { option: "--reason" })]),
    ),
  );
}

/** A person knows better what it means; what was said before is kept. */
function overruling(frame: Frame, { id, verdict }: WorkRequest): VNode {
  const kinds = VERDICT_KINDS.filter((kind) => kind !== verdict?.kind);
  const overruled = verdict?.overruled[0];
  return e(
    "details",
    {},
    e("summary", {}, "The verdict is wrong"),
    e(
      "form",
      { method: "post", action: `${frame.root}r/${id}/verdict`, class: "decide" },
      e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
      e(
        "p",
        {},
        e("label", { for: "kind" }, "What it means instead"),
        e(
          "select",
          { id: "kind", name: "kind" },
          ...kinds.map((kind) => e("option", { value: kind }, kind.replaceAll("_", " "))),
        ),
      ),
      e(
        "p",
        {},
        e("label", { for: "verdict-note" }, "Why (later verdicts of its key go by yours)"),
        e("input", { id: "verdict-note", name: "note", maxLength: 1000, size: 50, required: true }),
      ),
      e(
        "p",
        {},
        e("button", {}, "Overrule"),
        typedCommand([`verdict ${id}`, typed("kind", "KIND"), "--note", typed("note", "TEXT")], { kind: kinds[0] }),
      ),
      overruled === undefined
        ? null
        : e("p", { class: "quiet" }, `Said before: ${overruled.kind.replaceAll("_", " ")}, ${overruled.because}`),
    ),
  );
}

function priority(frame: Frame, { id, priority_adjustment }: WorkRequest): VNode {
  return action(frame, {
    to: `r/${id}/priority`,
    word: "Set",
    command: ["priority", typed("priority_adjustment", "N"), String(id)],
    values: { priority_adjustment: String(priority_adjustment) },
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
