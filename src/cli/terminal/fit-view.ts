import type { FitAnswer } from "../../contract/answers.ts";
import { renderCandidates } from "./candidate-table.ts";
import { paint } from "./colour.ts";
import { expectedText } from "./expected-text.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { needsLines } from "./why-view.ts";

type Fit = FitAnswer["fits"][number];

/** What `almanac fit` prints of each request: whether it could start now, what it needs, when, and on which workers. */
export function renderFits(answer: FitAnswer, surface: Surface, options: { isAll?: boolean } = {}): string {
  const parts = answer.fits.map((one) => fitText(one, surface, options.isAll === true));
  if (answer.left_out > 0) parts.push(`${answer.left_out} more were not looked at\n`);
  return parts.join("");
}

function fitText(one: Fit, surface: Surface, isAll: boolean): string {
  const name = [one.name, one.task_name, one.subject, one.context].filter((part) => part !== "").join(" ");
  return [
    `${paint(surface, "strong", sanitizeText(name))} ${sanitizeText(sentenceOf(one))}\n`,
    ...(one.expected === undefined ? [] : [`  expect ${expectedText(one.expected, surface)}\n`]),
    ...needsLines(one),
    ...(one.candidate_count > 0 ? [renderCandidates(one.candidates, one.candidate_count, surface, isAll)] : []),
  ].join("");
}

function sentenceOf({ errors, skip_reason, waiting, allocation }: Fit): string {
  if (skip_reason !== undefined) return `would be skipped: ${skip_reason}.`;
  if (errors[0] !== undefined) return `could not be run: ${errors[0].message}`;
  if (allocation === null) return "needs no worker.";
  return waiting === undefined ? "could start now." : `would wait: ${waiting.message}.`;
}
