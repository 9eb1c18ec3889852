import type { VNode } from "preact";
import { RESOURCES } from "../../domain/allocation.ts";
import type { Allocation } from "../../domain/allocation.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import type { Timestamp } from "../../domain/clock.ts";
import { sourceText } from "../../domain/source-text.ts";
import { formatSpan } from "../../domain/span-text.ts";
import type { ExpectedTimes } from "../../domain/work-request.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { mayDo } from "../parts/actions.ts";
import { candidateTable, type ShownCandidate } from "../parts/candidates.ts";
import { commandLine, keyText } from "../parts/links.ts";
import { table } from "../parts/table.ts";

/** One request of a submission that was looked at and not submitted. */
export type ShownFit = {
  task_name: string;
  subject: string;
  context: string;
  errors: readonly { code: string; message: string }[];
  allocation: Allocation | null;
  waiting?: { message: string } | undefined;
  candidates: readonly ShownCandidate[];
  candidate_count: number;
  expected?: ExpectedTimes | undefined;
};

/** What the page shows: the text as it was typed, and what was found. */
export type SubmitData = {
  now: Timestamp;
  text: string;
  /** What is wrong with it. */
  errors: readonly { code: string; message: string }[];
  fits: readonly ShownFit[];
};

const EXAMPLE = `task_name: build
subject: hello
task_data:
  command: [make, -j2]
`;

/** Asks for work: the document that the API and the command line take, looked at before it is submitted. */
export function submitPage(frame: Frame, { now, text, errors, fits }: SubmitData): string {
  const may = mayDo(frame, "submit");
  return renderPage(
    frame,
    { title: "Submit", place: "submit" },
    e(
      "p",
      {},
      "Paste what the command line takes from a file, YAML or JSON, of one work request or a list, or write it here. Look at it first: what it would be given, where it would run and when it would end. Nothing is submitted by looking.",
    ),
    errors.length === 0
      ? null
      : e(
          "div",
          { class: "card", role: "alert" },
          ...errors.map(({ code, message }) => e("p", {}, `${message} (${code})`)),
        ),
    e(
      "form",
      { method: "post", action: `${frame.root}new` },
      e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
      e(
        "p",
        {},
        e("label", { for: "submission" }, "Work requests, as YAML or JSON"),
        e("textarea", {
          id: "submission",
          name: "submission",
          rows: 14,
          spellcheck: false,
          required: true,
          value: text === "" ? EXAMPLE : text,
        }),
      ),
      e(
        "p",
        { class: "actions" },
        e("button", { name: "do", value: "look" }, "Look at it"),
        may
          ? e("button", { name: "do", value: "submit" }, "Submit")
          : e("span", { class: "quiet" }, "Your token may not submit."),
      ),
    ),
    ...fits.flatMap((fit) => fitPart(frame, fit, now)),
    e("h2", {}, "The same elsewhere"),
    commandLine("submit --task build --subject hello -- make -j2"),
    commandLine("fit FILE"),
  );
}

function fitPart({ root }: Frame, fit: ShownFit, now: Timestamp): VNode[] {
  const { allocation } = fit;
  return [
    e("h2", {}, `If it were submitted now: ${keyText(fit)}`),
    e("p", { class: "lead" }, fitSentence(fit, now)),
    ...(allocation === null
      ? []
      : [
          table(
            "What it would be given",
            ["Resource", { name: "Amount", look: "number" }, { name: "From", look: "wide" }],
            RESOURCES.map((resource) => [
              RESOURCE_WORDS[resource],
              formatAmount(resource, allocation[resource].amount),
              sourceText(allocation[resource]),
            ]),
          ),
        ]),
    candidateTable(root, fit.candidates, fit.candidate_count),
  ];
}

function fitSentence({ errors, waiting, expected }: ShownFit, now: Timestamp): string {
  if (errors[0] !== undefined) return `It could not be run: ${errors[0].message}`;
  const seconds = (at: Timestamp) => Math.max(0, Date.parse(at) - Date.parse(now)) / 1000;
  const start = waiting === undefined ? "It would start at once" : `It would wait: ${waiting.message}`;
  if (expected?.end === undefined) return `${start}. When it would end is not known.`;
  const begin =
    waiting === undefined || expected.start === undefined
      ? ""
      : `, and start in ${formatSpan(seconds(expected.start.p50), seconds(expected.start.p90))}`;
  return `${start}${begin}, and end in ${formatSpan(seconds(expected.end.p50), seconds(expected.end.p90))}.`;
}
