import type { VNode } from "preact";
import type { Accuracy, ToldAt, ToldEnds } from "../../domain/accuracy.ts";
import { formatShare } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { numberHead, table, type Row } from "../parts/table.ts";

/** How right the ends were that were told of runs while they went on; nothing where no run can be judged. */
export function toldEndsPart({ told_ends }: Accuracy): VNode[] {
  if (told_ends.length === 0) return [];
  return [
    e("h2", { id: "ends" }, "When runs end, as it was told"),
    e("p", {}, sentence(told_ends)),
    table("The end told of runs that went on", HEADS, told_ends.map(rowOf)),
    e(
      "p",
      { class: "quiet" },
      "By what was predicted when the run was placed. What is told is a range, from when half of such runs are over to when nine of ten are: at a given moment, five of ten should end sooner, four in it and one later. At nine tenths more end sooner, for that so much is over is only known afterwards. Runs that were cut short, or took less than a second, are left out.",
    ),
  ];
}

const HEADS = [
  "When",
  numberHead("Runs"),
  numberHead("Off by (median)"),
  numberHead("Nine of ten by less than"),
  numberHead("Ended sooner"),
  numberHead("In the range told"),
  numberHead("Later"),
];

function rowOf({ at, judged, median_error, p90_error, sooner, within, later }: ToldEnds): Row {
  return [
    `${formatShare(at)} over`,
    String(judged),
    ...[median_error, p90_error, sooner, within, later].map(shareText),
  ];
}

function shareText(share: number | null): string {
  return share === null ? "–" : formatShare(share);
}

function sentence(told: readonly ToldEnds[]): string {
  const [first, ...others] = told;
  if (first === undefined) return "";
  const off = others.map(({ at, median_error }) => `, at ${formatShare(at)} by ${shareText(median_error)}`);
  const within = told.map((one) => shareText(one.within));
  return `At ${formatShare(first.at)} of a run the end told was off by ${shareText(first.median_error)} of its whole time (the median of ${first.judged} runs)${off.join("")}. Of so many it lay in the range told: ${within.slice(0, -1).join(", ")} and ${within.at(-1)}.`;
}

/** The median error of the end that was told at one moment. */
export function endErrorText({ told_ends }: Accuracy, at: ToldAt): string {
  return shareText(told_ends.find((one) => one.at === at)?.median_error ?? null);
}
