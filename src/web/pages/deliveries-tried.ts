import type { VNode } from "preact";
import { deliveryTrialText } from "../../domain/delivery-text.ts";
import type { DeliveryTrial, ReactionKind } from "../../domain/reaction.ts";
import { sanitizeText } from "../../domain/sanitize-text.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { action } from "../parts/actions.ts";
import { linesPart } from "../parts/automation.ts";
import { quoted } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { typed, typedCommand } from "../parts/typed-command.ts";

/** What administrators may send a test to, and what came of the one that was sent just now. */
export type TriesData = {
  targets: readonly { action: string; said: readonly { reaction: ReactionKind; by: string }[] }[];
  trial?: DeliveryTrial | undefined;
  /** What was wrong with what was sent, and that. */
  refused?: { messages: readonly string[]; typed: string } | undefined;
};

/** True of the page that answers a test. */
export function isAnswer(tries: TriesData | undefined): boolean {
  return tries?.trial !== undefined || tries?.refused !== undefined;
}

/** What came of a test, at the top of the page that answers it. */
export function outcomePart({ trial, refused }: TriesData): VNode[] {
  if (refused !== undefined)
    return [e("div", { class: "card", role: "alert" }, ...refused.messages.map((message) => e("p", {}, message)))];
  if (trial === undefined) return [];
  const { state, answer, is_answer_cut, sent_id, payload } = trial;
  const said = answer === "" ? [] : [linesPart("What it answered", answer.split(/\r?\n/).map(sanitizeText))];
  return [
    e(
      "div",
      { class: "card", role: state === "failed" ? "alert" : "status" },
      e("p", { class: state === "failed" ? "failure" : "success" }, deliveryTrialText(trial)),
      ...said,
      is_answer_cut ? e("p", { class: "quiet" }, "It said more than that.") : null,
      e(
        "details",
        {},
        e("summary", {}, `What was sent, as ${sent_id}`),
        linesPart("What was sent", JSON.stringify(payload, null, 2).split("\n")),
      ),
    ),
  ];
}

/** Where a test can be sent. */
export function triesPart(frame: Frame, { targets, refused }: TriesData): (VNode | null)[] {
  return [
    e("h2", { id: "try" }, "Send a test"),
    e(
      "p",
      {},
      "One test goes out at once, by the same rules as in earnest and signed alike, and what comes back is shown here. It tells of a work request that there is not, and has the type ",
      e("code", {}, "test"),
      "; it is not tried again, and is no delivery.",
    ),
    targets.length === 0
      ? e("p", { class: "quiet" }, "No value and no task of the configuration names anybody to tell.")
      : table(
          "Who is told by values and tasks",
          [{ name: "To", look: "name" }, { name: "When", look: "wide" }, "Try it"],
          targets.map((target) => targetRow(frame, target)),
        ),
    anyForm(frame, refused?.typed ?? ""),
  ];
}

function targetRow(frame: Frame, { action: text, said }: TriesData["targets"][number]): Row {
  const when = said.map(({ reaction, by }) => `${reaction.slice("on_".length)} (${by})`).join("; ");
  const field = e("input", { type: "hidden", name: "action", value: text });
  return {
    key: text,
    cells: [
      text,
      when,
      action(frame, {
        to: "deliveries/try",
        word: "Test it",
        command: `deliveries --try ${quoted(text)}`,
        fields: [field],
      }),
    ],
  };
}

function anyForm({ root, person }: Frame, given: string): VNode {
  return e(
    "form",
    { method: "post", action: `${root}deliveries/try`, class: "filter" },
    e("input", { type: "hidden", name: "form_token", value: person?.form_token ?? "" }),
    e(
      "label",
      {},
      "To https://…, mailto:NAME@HOST or command:PROGRAM",
      e("input", { name: "action", required: true, maxLength: 2000, size: 50, value: given }),
    ),
    e("button", {}, "Send a test"),
    typedCommand(["deliveries --try", typed("action", "ACTION")], { action: given }),
  );
}
