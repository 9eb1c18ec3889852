import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { FINDING_STATES, type Finding, type FindingState } from "../../domain/finding.ts";
import { findingText, sureText } from "../../domain/finding-text.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { Metric } from "../../history/metric.ts";
import { historyChart } from "../charts/scatter.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { mayDo } from "../parts/actions.ts";
import { commandLine, historyAddress, keyText } from "../parts/links.ts";
import { table } from "../parts/table.ts";
import { ago, moment } from "../parts/time.ts";
import { STATE_LOOKS } from "./regressions.ts";

/** What the page of one finding shows. */
export type FindingData = {
  now: Timestamp;
  lastEventId: number;
  finding: Finding;
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
    marking(frame, finding),
    ...chartPart(frame.root, data),
    e("h2", { id: "facts" }, "Since when, and how often"),
    table("Facts", ["Fact", { name: "Value", look: "wide" }], factsOf(frame.root, data)),
    e("h2", {}, "The same elsewhere"),
    commandLine(`history ${[finding.task_name, finding.subject].filter(Boolean).join(" ")} --plot`),
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

function sure({ confidence, run_count, kind }: Finding): string {
  const shown =
    kind === "regression" || kind === "farm" ? `${run_count} ${run_count === 1 ? "run shows" : "runs show"} it. ` : "";
  return `${shown}Almanac is ${sureText(confidence)} sure.`;
}

const MEANINGS: Record<FindingState, { word: string; meaning: string }> = {
  new: { word: "Open it anew", meaning: "nobody has looked at it" },
  confirmed: { word: "Confirm", meaning: "it is so, and is to be mended" },
  known: { word: "It is known", meaning: "it is accepted; such a failure is not fatal again" },
  fixed: { word: "It is fixed", meaning: "it is over; when it comes back it is found anew" },
};

/** Puts it into another state, with a reason; each button says what it means. */
function marking(frame: Frame, { id, state }: Finding): VNode | null {
  if (!mayDo(frame, "submit")) return null;
  const others = FINDING_STATES.filter((one) => one !== state);
  return e(
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
        e("code", { class: "quiet" }, `almanac regressions ${id} --mark ${one} --note TEXT`),
      ),
    ),
  );
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
  const run = (id: RunId | null) => {
    const parts = id === null ? undefined : parseRunId(id);
    if (id === null || parts === undefined) return "–";
    if (!keptRuns.has(id)) return `run ${id}, which is not kept any more`;
    return e("a", { href: `${root}r/${parts.work_request_id}?run=${parts.attempt}` }, `run ${id}`);
  };
  return [
    ["first run that shows it", run(finding.first_run_id)],
    ["newest run that shows it", run(finding.last_run_id)],
    ["found", moment(finding.found_at)],
    ["last seen", moment(finding.last_seen_at)],
    ["runs that show it", String(finding.run_count)],
  ];
}
