import type { VNode } from "preact";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { CANDIDATE_VERDICTS, type Candidate, type CandidateVerdict } from "../../domain/run.ts";
import { slownessText } from "../../domain/slowness-text.ts";
import { element as e } from "../element.ts";
import { requestLink, workerLink } from "./links.ts";
import { table, type Cell } from "./table.ts";

const WORDS: Record<CandidateVerdict, string> = {
  chosen: "chosen",
  fits: "fits as well",
  avoided: "avoided: it failed there",
  reserved: "kept for another",
  no_room: "no room now",
  too_small: "too small",
  lacks_tag: "lacks a tag",
  not_allowed: "may not run this task",
  draining: "draining",
  offline: "offline",
};

/** A candidate as a record or an answer of the API has it. */
export type ShownCandidate = { [Field in keyof Candidate]?: Candidate[Field] | undefined } & Pick<
  Candidate,
  "worker_name" | "verdict"
>;

/** How each worker stood to a request, the best first; `count` is how many there were. */
export function candidateTable(root: string, candidates: readonly ShownCandidate[], count: number): VNode {
  const sorted = candidates.toSorted(
    (a, b) => CANDIDATE_VERDICTS.indexOf(a.verdict) - CANDIDATE_VERDICTS.indexOf(b.verdict),
  );
  const rows = sorted.map((candidate) => ({
    cells: [workerLink(root, candidate.worker_name), WORDS[candidate.verdict], whyCell(root, candidate)],
    ...(candidate.verdict === "chosen" && { look: "chosen" }),
  }));
  const more = count - candidates.length;
  return e(
    "div",
    {},
    table("Workers looked at", ["Worker", "How it stands", { name: "Why", look: "wide" }], rows),
    more > 0 ? e("p", { class: "quiet" }, `${more} more workers were looked at as well.`) : null,
  );
}

/** What speaks against a worker, or for it, with the numbers. */
export function whyCell(root: string, candidate: ShownCandidate): Cell {
  const { verdict, resource, available, needed, tag, reserved_for, slowness } = candidate;
  if (reserved_for !== undefined) return e("span", {}, "for ", requestLink(root, reserved_for));
  if (tag !== undefined) return `without the tag ${tag}`;
  if (slowness !== undefined) return slownessText(slowness);
  if (resource === undefined || available === undefined || needed === undefined) return "";
  const [has, wants] = [formatAmount(resource, available), formatAmount(resource, needed)];
  const word = RESOURCE_WORDS[resource];
  return verdict === "too_small" ? `${has} ${word} in all, ${wants} needed` : `${has} ${word} free, ${wants} needed`;
}
