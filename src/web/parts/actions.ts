import type { ComponentChildren, VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";

/** A button that changes something, with the command that does the same; `fields` stand before it. */
export function action(
  frame: Frame,
  {
    to,
    word,
    command,
    fields = [],
  }: { to: string; word: string; command: string; fields?: readonly ComponentChildren[] },
): VNode {
  return e(
    "form",
    { method: "post", action: `${frame.root}${to}` },
    e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
    ...fields,
    e("button", {}, word),
    e("code", { class: "quiet" }, `almanac ${command}`),
  );
}

/** Whether the person's token may change requests, and workers. */
export function mayDo(frame: Frame, scope: "submit" | "admin"): boolean {
  const own = frame.person?.scope;
  return own === "admin" || own === scope;
}
