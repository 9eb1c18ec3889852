import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { FINDING_STATES, type Finding, type FindingState } from "../../domain/finding.ts";
import { concernsText, findingText, sureText } from "../../domain/finding-text.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { RunId } from "../../domain/ids.ts";
import { wholeNumber } from "../../domain/units.ts";
import type { Metric } from "../../history/metric.ts";
import { historyChart } from "../charts/scatter.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { action, mayDo } from "../parts/actions.ts";
import { changePart } from "../parts/failure-card.ts";
import { commandLine, historyAddress, keyText, quoted, runLink } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { ago, moment } from "../parts/time.ts";
import { typed, typedCommand } from "../parts/typed-command.ts";
import { STATE_LOOKS } from "./regressions.ts";

/** What the page of one finding shows. */
export type FindingData = {
  now: Timestamp;
  lastEventId: number;
  finding: Finding;
  /** Whom it can be given to. */
  people: readonly string[];
  /** The newest runs of its key, newest first. */
  entries: readonly HistoryEntry[];
  /** Of its runs, those whose requests are still kept. */
  keptRuns: ReadonlySet<RunId>;
};

/** One thing that has changed for the worse: what, since when, how sure, and what people say of it. */
export function findingPage(frame: Frame, data: FindingData): string {
  const { finding, entries, now } = data;
  const { because, first_error } = finding;
  return renderPage(
    frame,
    {
      title: `${keyText(finding)} ${findingText(finding)}`,
      place: "regressions",
      live: { topics: "findings", after: data.lastEventId },
      hasCharts: entries.length > 0,
    },
    e("p", { class: "lead", role: "status" }, ...standing(finding, now)),
    e("p", {}, `${because.charAt(0).toUpperCase()}${because.slice(1).replace(/\.$/, "")}. ${sure(finding)}`),
    first_error === null
      ? null
      : e("pre", { class: "log", tabIndex: 0, "aria-label": "The first error" }, e("span", {}, first_error)),
    ...beginning(frame.root, data),
    ...ownership(frame, data),
    ...marking(frame, finding),
    ...chartPart(frame.root, data),
    e("h2", { id: "facts" }, "Since when, and how often"),
    table("Facts", ["Fact", { name: "Value", look: "wide" }], factsOf(frame.root, data)),
    e("h2", {}, "The same elsewhere"),
    commandLine(`regressions ${finding.id}`),
    commandLine(`history ${[finding.task_name, finding.subject].filter(Boolean).map(quoted).join(" ")} --plot`),
    e("p", {}, e("a", { href: `${frame.root}api/v1/findings/${finding.id}` }, "As JSON"), " from the API."),
  );
}

/** What has come of it, since when, and by whom. */
function standing({ id, state, state_at, state_by, note }: Finding, now: Timestamp): (VNode | string)[] {
  const word = e("span", { class: STATE_LOOKS[state] }, state);
  const said = note === null ? "." : `: ${note}`;
  if (state_by !== null) return [`Finding ${id} is `, word, `, as ${state_by} said `, ago(state_at, now), said];
  const by = {
    new: "nobody has looked at it yet",
    confirmed: "later runs show it too",
    known: "",
    fixed: "it is over",
  };
  return [`Finding ${id} is `, word, " since ", ago(state_at, now), `: ${by[state]}.`];
}

function sure(finding: Finding): string {
  const concerns = concernsText(finding);
  return `${concerns === undefined ? "" : `It concerns ${concerns}. `}Almanac is ${sureText(finding.confidence)} sure.`;
}

/** In which run it began, who sent that, and what it had otherwise than the last one that passed. */
function beginning(root: string, data: FindingData): (VNode | null)[] {
  const { finding, keptRuns, now } = data;
  const { first_run_id: first, first_request_by: by, last_pass } = finding;
  if (first === null) return [];
  const sent = by === null ? "" : `, of a request that ${by} sent`;
  return [
    e("h2", { id: "beginning" }, "Where it began"),
    e("p", {}, "In ", runText(root, first, keptRuns), `${sent}.`),
    ...changePart(root, last_pass, now, last_pass?.run_id != null && keptRuns.has(last_pass.run_id)),
  ];
}

/** Who looks after it, or who could be asked; and how that is changed. */
function ownership(frame: Frame, { finding, people }: FindingData): (VNode | null)[] {
  const { id, owner, first_request_by: by } = finding;
  const asked = by === null ? "" : `; ${by} sent the request in which it began`;
  const me = frame.person?.name;
  const to = `regressions/${id}/owner`;
  const command = (name: string) => `regressions ${id} --owner ${name}`;
  const others = people.filter((name) => name !== me && name !== owner);
  const whom = e(
    "select",
    { name: "owner", "aria-label": "To whom, by the name of a token" },
    ...others.map((name) => e("option", { value: name }, name)),
  );
  return [
    e("h2", { id: "owner" }, "Who looks after it"),
    e("p", {}, owner === null ? `Nobody has taken it${asked}.` : `${owner}${owner === me ? ", that is you" : ""}.`),
    me === undefined || !mayDo(frame, "submit")
      ? null
      : e(
          "div",
          { class: "actions" },
          owner === me
            ? null
            : action(frame, { to, word: "I take it", command: command(quoted(me)), value: ["do", "take"] }),
          others.length === 0
            ? null
            : action(frame, {
                to,
                word: "Give it",
                command: [`regressions ${id} --owner`, typed("owner", "NAME")],
                values: { owner: others[0] },
                fields: [whom],
                value: ["do", "give"],
              }),
          owner === null
            ? null
            : action(frame, { to, word: "Leave it", command: `regressions ${id} --no-owner`, value: ["do", "leave"] }),
        ),
  ];
}

const MEANINGS: Record<FindingState, { word: string; meaning: string }> = {
  new: { word: "Open it anew", meaning: "nobody has looked at it" },
  confirmed: { word: "Confirm", meaning: "it is so, and is to be mended" },
  known: { word: "It is known", meaning: "it is accepted; such a failure is not fatal again" },
  fixed: { word: "It is fixed", meaning: "it is over; when it comes back it is found anew" },
};

/** Puts it into another state, with a reason; each button says what it means. */
function marking(frame: Frame, { id, state }: Finding): VNode[] {
  if (!mayDo(frame, "submit")) return [];
  const others = FINDING_STATES.filter((one) => one !== state);
  const form = e(
    "form",
    { method: "post", action: `${frame.root}regressions/${id}/state`, class: "decide" },
    e("input", { type: "hidden", name: "form_token", value: frame.person?.form_token ?? "" }),
    e(
      "p",
      {},
      e("label", { for: "note" }, "Why (for those who wonder)"),
      e("input", { id: "note", name: "note", maxLength: 1000, size: 50 }),
    ),
    ...others.map((one) =>
      e(
        "p",
        {},
        e("button", { name: "state", value: one }, MEANINGS[one].word),
        ` ${MEANINGS[one].meaning} `,
        typedCommand([`regressions ${id} --mark ${one}`, typed("note", "TEXT", { option: "--note" })]),
      ),
    ),
  );
  return [e("h2", { id: "state" }, "What is to be thought of it"), form];
}

function chartPart(root: string, { finding, entries }: FindingData): (VNode | null)[] {
  if (entries.length === 0) return [];
  const metric: Metric = finding.kind === "memory" ? "memory" : "duration";
  const failed = entries.filter(({ result }) => result === "failure").length;
  const sentence = `The newest ${entries.length} runs of ${keyText(finding)}: ${entries.length - failed} did not fail, ${failed} failed.`;
  return [
    e("h2", { id: "runs" }, metric === "memory" ? "Memory of its runs" : "How long its runs took"),
    historyChart(root, entries.toReversed(), metric, { sentence, changes: finding.kind === metric ? [finding] : [] }),
    e("p", {}, e("a", { href: historyAddress(root, finding) }, `History of ${keyText(finding)}`)),
  ];
}

function factsOf(root: string, { finding, keptRuns }: FindingData): (readonly [string, VNode | string])[] {
  const run = (id: RunId | null) => (id === null ? "–" : runText(root, id, keptRuns));
  return [
    ["first run that shows it", run(finding.first_run_id)],
    ["newest run that shows it", run(finding.last_run_id)],
    ["found", moment(finding.found_at)],
    ["last seen", moment(finding.last_seen_at)],
    ["requests that show it", wholeNumber(finding.request_count)],
    ["requests not run because of it", wholeNumber(finding.stopped_count)],
    ["runs that show it", wholeNumber(finding.run_count)],
  ];
}

function runText(root: string, id: RunId, kept: ReadonlySet<RunId>): VNode | string {
  return kept.has(id) ? runLink(root, id, { word: `run ${id}` }) : `run ${id}, which is not kept any more`;
}
