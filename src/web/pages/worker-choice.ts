import type { VNode } from "preact";
import type { Accuracy, AccuracyReport, ChoiceAccuracy } from "../../domain/accuracy.ts";
import { choiceText, isNothing } from "../../domain/choice-text.ts";
import { formatDuration, formatShare } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { numberHead, table, type Cell, type Row } from "../parts/table.ts";
import { accuracyAddress } from "./accuracy-tables.ts";

/** What the choice of a worker was worth, in all and by task; nothing where no run had a choice. */
export function choicePart(root: string, days: number, { all, tasks }: AccuracyReport): VNode[] {
  const { choice } = all;
  if (choice === null) return [];
  const title = e("h2", { id: "choice" }, "What the choice of worker was worth");
  if (choice.unlike === 0) return [title, e("p", {}, choiceText(choice))];
  const rows = [
    ...(tasks.length > 1 ? [rowOf("all", choice)] : []),
    ...tasks
      .filter(({ accuracy }) => unlikeIn(accuracy) > 0)
      .toSorted((a, b) => (b.accuracy.choice?.seconds ?? 0) - (a.accuracy.choice?.seconds ?? 0))
      .map(({ task_type, task_name, accuracy }) => {
        const href = root + accuracyAddress({ days, task: { task_type, task_name } });
        return rowOf(e("a", { href }, task_name), accuracy.choice!); // has unlike ones
      }),
  ];
  return [
    title,
    e("p", {}, choiceText(choice)),
    table("What the choice of worker was worth", HEADS, rows),
    e(
      "p",
      { class: "quiet" },
      "Beside what the run was expected to take on average on all workers that could have taken it then: by how much less it was expected to take on the one chosen, and by how much less it took. How far predictions are off is in the latter as well; it cancels out over many runs, and what it may still do by chance stands beside it.",
    ),
  ];
}

const HEADS = [
  { name: "Task", look: "name" },
  numberHead("Runs with a choice"),
  numberHead("Between unlike workers"),
  numberHead("Expected on average"),
  numberHead("Was to save"),
  numberHead("Saved"),
  numberHead("Give or take"),
];

function unlikeIn({ choice }: Accuracy): number {
  return choice?.unlike ?? 0;
}

function rowOf(name: Cell, choice: ChoiceAccuracy): Row {
  const { runs, unlike, seconds, predicted, realised, give_or_take } = choice;
  return [
    name,
    String(runs),
    String(unlike),
    formatDuration(seconds),
    ...[predicted, realised, give_or_take].map(text),
  ];
}

/** What was lost is below 0. */
function text(share: number | null): string {
  if (share === null) return "–";
  if (isNothing(share)) return formatShare(0);
  return `${share < 0 ? "−" : ""}${formatShare(Math.abs(share))}`;
}
