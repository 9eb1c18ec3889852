import type { VNode } from "preact";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action } from "./actions.ts";

/** How another machine becomes a worker; for administrators. What is pressed shows the command with its token, once. */
export function joinPart(frame: Frame): VNode[] {
  const field = (name: string, value: string) => e("input", { type: "hidden", name, value });
  return [
    e(
      "p",
      {},
      "A machine joins with a token that is good once, within the hour. The button makes one and shows the whole command to type there; all of them are in the ",
      e("a", { href: `${frame.root}settings#tokens` }, "settings"),
      ".",
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
