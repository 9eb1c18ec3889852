import type { VNode } from "preact";
import { assertNever } from "../../domain/assert-never.ts";
import type { HookCall, HookCallKind } from "../../domain/hook.ts";
import type { Firing, FiringKind } from "../../domain/schedule.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action } from "./actions.ts";
import { choices } from "./choices.ts";
import { requestLinks } from "./links.ts";

const PAGES = [
  ["schedules", "Schedules"],
  ["hooks", "Hooks"],
  ["deliveries", "Deliveries"],
] as const;

/** The pages about what the server does by itself, which stand at one place of the navigation. */
export function automationPages({ root }: Frame, current: (typeof PAGES)[number][0]): VNode {
  return choices(PAGES.map(([path, word]) => ({ word, href: `${root}${path}`, isChosen: path === current })));
}

const LOOKS: Record<FiringKind | HookCallKind, string> = {
  submitted: "success",
  skipped: "skipped",
  ignored: "quiet",
  refused: "warning",
};

type Became = Pick<Firing | HookCall, "kind" | "work_request_ids" | "errors">;

/** What came of a due time, or of a call, in a word. */
export function becameLabel({ kind }: Pick<Became, "kind">): VNode {
  return e("span", { class: LOOKS[kind] }, kind);
}

/** And what that means: the requests that were submitted, or why there are none. */
export function becameText(root: string, became: Became, kept: ReadonlySet<number>): VNode | string {
  const { kind, work_request_ids, errors } = became;
  switch (kind) {
    case "submitted":
      return requestLinks(root, work_request_ids, kept);
    case "skipped":
      return "no server was there";
    case "ignored":
      return "it is not for this hook";
    case "refused":
      return errors[0]?.message ?? "no reason given";
    default:
      return assertNever(kind);
  }
}

/** What is submitted, as it was given. */
export function submissionPart(submission: Record<string, unknown>): VNode[] {
  return [
    e("h2", { id: "submission" }, "What it submits"),
    linesPart("What it submits", JSON.stringify(submission, null, 2).split("\n")),
  ];
}

/** Lines to be read, and to be copied; the ends of lines within a text would be made visible. */
export function linesPart(label: string, lines: readonly string[]): VNode {
  const parts = lines.flatMap((line, index) => (index === 0 ? [line] : [e("br", {}), line]));
  return e("pre", { tabIndex: 0, "aria-label": label }, ...parts);
}

/** The button that removes, which nobody presses by mistake: it stands behind another one. */
export function forgetPart(frame: Frame, what: { to: string; word: string; command: string }): VNode {
  return e("details", {}, e("summary", {}, "Forget it"), e("div", { class: "actions" }, action(frame, what)));
}
