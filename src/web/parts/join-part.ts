import type { VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action, mayDo } from "./actions.ts";
import { commandLine, guideLink } from "./links.ts";

/**
 * How another machine becomes a worker. For administrators a button, which shows the command with its token, once; others are
 * told whom to ask for what.
 */
export function joinPart(frame: Frame): VNode[] {
  const more = guideLink(frame.root, "guide/workers#let-a-machine-join", "Let a machine join");
  if (!mayDo(frame, "admin")) {
    return [
      e(
        "p",
        {},
        "A machine joins with a token that is good once, within the hour. Who has an admin token makes one.",
        more,
      ),
      commandLine("token new --worker"),
    ];
  }
  const field = (name: string, value: string) => e("input", { type: "hidden", name, value });
  return [
    e(
      "p",
      {},
      "A machine joins with a token that is good once, within the hour. The button makes one and shows the whole command to type there; all of them are in the ",
      e("a", { href: `${frame.root}settings#tokens` }, "settings"),
      ".",
      more,
    ),
    e(
      "div",
      { class: "actions" },
      action(frame, {
        to: "settings/tokens#tokens",
        word: "Make the command to join",
        command: "token new --worker",
        fields: [field("name", "worker"), field("scope", "join")],
      }),
    ),
  ];
}
