import { CANDIDATE_VERDICTS, type Candidate, type CandidateVerdict } from "../../domain/run.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { slownessText } from "../../domain/slowness-text.ts";
import type { Style } from "./colour.ts";
import { readingSurface } from "./reading-surface.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

const VERDICTS: Record<CandidateVerdict, { word: string; style: Style }> = {
  chosen: { word: "chosen", style: "passed" },
  fits: { word: "fits", style: "passed" },
  reserved: { word: "reserved", style: "waiting" },
  no_room: { word: "no room", style: "waiting" },
  too_small: { word: "too small", style: "dim" },
  lacks_tag: { word: "lacks tag", style: "dim" },
  avoided: { word: "avoided", style: "waiting" },
  not_allowed: { word: "not allowed", style: "dim" },
  draining: { word: "draining", style: "warning" },
  offline: { word: "offline", style: "warning" },
};

/** A candidate as a record has it, or as the API's answer has it, where what is absent may be undefined. */
export type ShownCandidate = { [Field in keyof Candidate]: Candidate[Field] | undefined } & Pick<
  Candidate,
  "worker_name" | "verdict"
>;

/** Fewer are worth reading unless all are asked for. */
const SHOWN = 5;

/** Workers looked at for a request, the best first, each with the figure that decided; `count` is how many there were. */
export function renderCandidates(
  candidates: readonly ShownCandidate[],
  count: number,
  surface: Surface,
  isAll: boolean,
): string {
  const sorted = candidates.toSorted(
    (a, b) => CANDIDATE_VERDICTS.indexOf(a.verdict) - CANDIDATE_VERDICTS.indexOf(b.verdict),
  );
  const shown = isAll ? sorted : sorted.slice(0, SHOWN);
  const reading = readingSurface(surface);
  const table = renderTable(columns, shown, reading.surface, { indent: 2, isWide: reading.isWide });
  if (count <= shown.length) return table;
  const hint = isAll || shown.length === candidates.length ? "looked at as well" : "(--all lists them)";
  return `${table}  +${count - shown.length} more workers ${hint}\n`;
}

const columns: Column<ShownCandidate>[] = [
  { header: "WORKER", cell: (candidate) => candidate.worker_name, shrinkTo: 8 },
  {
    header: "VERDICT",
    cell: ({ verdict }) => ({ text: VERDICTS[verdict].word, style: VERDICTS[verdict].style }),
  },
  { header: "WHY", cell: whyText },
];

/** `44G of 61G memory free`, `32G memory in all, 61G needed`, `kvm`, `takes 0.52 of the ordinary time`. */
function whyText({ verdict, resource, available, needed, tag, reserved_for, slowness }: ShownCandidate): string {
  if (reserved_for !== undefined) return `for #${reserved_for}`;
  if (tag !== undefined) return tag;
  if (slowness !== undefined) return slownessText(slowness);
  if (verdict === "avoided") return "it failed there; another worker is to try it";
  if (resource === undefined || available === undefined || needed === undefined) return "";
  const [has, wants] = [formatAmount(resource, available), formatAmount(resource, needed)];
  const word = RESOURCE_WORDS[resource];
  return verdict === "too_small" ? `${has} ${word} in all, ${wants} needed` : `${has} of ${wants} ${word} free`;
}

/** What speaks against a worker, in a few words: `lacks tag: kvm`, `too small: 32G memory in all, 61G needed`, `not allowed`. */
export function obstacleText(candidate: ShownCandidate): string {
  const why = whyText(candidate);
  const { word } = VERDICTS[candidate.verdict];
  return why === "" ? word : `${word}: ${why}`;
}
