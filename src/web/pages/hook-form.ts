import type { VNode } from "preact";
import type { Hook, HookTrial } from "../../domain/hook.ts";
import { unmetText } from "../../domain/hook-text.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { becameLabel, linesPart } from "../parts/automation.ts";
import { controlsOf, recordForm, type SentForm } from "../parts/record-form.ts";
import { typed } from "../parts/typed-command.ts";

/** A form of a hook as it was sent; `trial`: it was only looked at, and would do that with the call that was typed. */
export type SentHook = SentForm & { trial?: HookTrial | "not tried" };

const EXAMPLE = {
  only_if: "ref=refs/heads/main",
  submission: `task_name: build
subject: "{{ repository.name }}"
task_data:
  command: [make, build]
  env:
    COMMIT: "{{ after }}"
`,
  sent: JSON.stringify({ ref: "refs/heads/main", after: "4f2c", repository: { name: "shop" } }, null, 2),
};

/** The form that makes a hook, or changes and tries the one given; behind a summary until it was sent. */
export function hookForm(
  frame: Frame,
  { hook, sent, isOpen }: { hook?: Hook; sent?: SentHook; isOpen?: boolean },
): VNode {
  const isNew = hook === undefined;
  const usual = isNew
    ? EXAMPLE
    : { only_if: conditionLines(hook), submission: JSON.stringify(hook.submission, null, 2) };
  const { text, lines } = controlsOf(sent, usual);
  return e(
    "details",
    { open: sent !== undefined || isOpen === true, id: "form" },
    e("summary", {}, isNew ? "Make a hook" : "Try it, or change it"),
    recordForm(
      frame,
      {
        to: isNew ? "hooks" : `hooks/${hook.name}/change`,
        command: [
          "hook add",
          hook === undefined ? typed("name", "NAME") : hook.name,
          "FILE",
          typed("only_if", "", { option: "--only-if", isEachLine: true }),
        ],
        values: sent?.typed ?? usual,
        sent,
      },
      ...trialPart(sent),
      isNew
        ? text(
            { name: "name", word: "Name", hint: "the last part of its address: letters, digits or . _ -" },
            { required: true, maxLength: 100 },
          )
        : null,
      lines({ name: "only_if", word: "Only if", hint: "PATH=PATTERN on each line; * is anything; empty: any call" }, 3),
      lines(
        {
          name: "submission",
          word: "What it submits",
          hint: 'as YAML or JSON; "{{ path }}" is a part of what was sent',
        },
        12,
        true,
      ),
      text({ name: "secret", word: "Secret of your own", hint: isNew ? "empty: one is made" : "empty: it stays" }),
      lines({ name: "sent", word: "A call to look at it with", hint: "JSON that the other program would send" }, 8),
      e(
        "p",
        { class: "quiet" },
        `It will submit in the name of ${frame.person?.name ?? ""}, who makes or changes it. The call above is only looked at.`,
      ),
      e(
        "p",
        { class: "actions" },
        e("button", { name: "do", value: "look" }, "Look at what it would do"),
        e("button", { name: "do", value: "save" }, isNew ? "Make it" : "Change it"),
      ),
      isNew ? null : e("p", {}, e("code", { class: "quiet" }, `almanac hook try ${hook.name} CALL.json`)),
    ),
  );
}

function conditionLines({ only_if }: Hook): string {
  return Object.entries(only_if)
    .map(([path, pattern]) => `${path}=${pattern}`)
    .join("\n");
}

function trialPart(sent: SentHook | undefined): VNode[] {
  if (sent?.trial === undefined) return [];
  return [
    e(
      "div",
      { class: "card", role: "status" },
      e("p", {}, "Nothing was saved, and nothing submitted. ", ...verdictOf(sent.trial)),
      ...detailsOf(sent.trial),
    ),
  ];
}

function verdictOf(trial: HookTrial | "not tried"): (VNode | string)[] {
  if (trial === "not tried") return ["The hook can be made. Type a call above to see what it would do with one."];
  return ["Such a call would be ", becameLabel(trial), trial.kind === "submitted" ? ", as:" : ":"];
}

function detailsOf(trial: HookTrial | "not tried"): VNode[] {
  if (trial === "not tried") return [];
  const { kind, unmet, errors, submission } = trial;
  const reasons = kind === "ignored" ? unmet.map(unmetText) : errors.map(({ message }) => message);
  return [
    ...(reasons.length === 0 ? [] : [e("ul", {}, ...reasons.map((reason) => e("li", {}, reason)))]),
    ...(submission === null
      ? []
      : [linesPart("What would be submitted", JSON.stringify(submission, null, 2).split("\n"))]),
  ];
}
