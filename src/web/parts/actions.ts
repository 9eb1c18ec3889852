import type { ComponentChildren, VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { typedCommand, type CommandPart } from "./typed-command.ts";

/** A button that changes something, with the command that does the same; `fields` stand before it. */
export function action(
  frame: Frame,
  {
    to,
    word,
    command,
    values,
    fields = [],
    value,
  }: {
    to: string;
    word: string;
    /** With parts where fields are part of it; `values` is what stands in them. */
    command: string | readonly CommandPart[];
    values?: Readonly<Record<string, unknown>>;
    fields?: readonly ComponentChildren[];
    /** What the button says beside the fields: a name and its value. */
    value?: readonly [name: string, value: string];
  },
): VNode {
  return e(
    "form",
    { method: "post", action: `${frame.root}${to}` },
    e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
    ...fields,
    e("button", { name: value?.[0], value: value?.[1] }, word),
    typedCommand(typeof command === "string" ? [command] : command, values),
  );
}

/** Whether the person's token may change requests, and workers. */
export function mayDo(frame: Frame, scope: "submit" | "admin"): boolean {
  const own = frame.person?.scope;
  return own === "admin" || own === scope;
}
