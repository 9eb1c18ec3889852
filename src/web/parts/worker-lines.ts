import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkerName } from "../../domain/ids.ts";
import type { LineLevel, WorkerLine } from "../../domain/worker-line.ts";
import { element as e } from "../element.ts";
import { commandLine } from "./links.ts";
import { stateLabel } from "./state.ts";
import { table } from "./table.ts";
import { ago, moment, secondsBetween } from "./time.ts";

/** The newest lines of a worker's log. */
export type NewestLines = { lines: readonly WorkerLine[]; hasMore: boolean };

/** Trouble that is older is history. */
const TROUBLE_SECONDS = 86_400;
/** Of a line that stands in a sentence. */
const MOST_CHARACTERS = 200;

/** The last that was not as it should be, within a day, by the newest lines; nothing where all was well. */
export function newestTrouble({ lines }: NewestLines, now: Timestamp): VNode | null {
  const line = lines.find(({ level }) => level !== "info");
  if (line === undefined || secondsBetween(line.at, now) > TROUBLE_SECONDS) return null;
  const { level, at, text } = line;
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return e(
    "p",
    {},
    levelLabel(level),
    " in what it said ",
    ago(at, now),
    `: “${shown}” `,
    e("a", { href: "#log" }, "Its log"),
  );
}

/** The part of a worker's page with its newest lines. */
export function linesPart(root: string, worker: WorkerName, { lines, hasMore }: NewestLines): VNode[] {
  const older = `${root}workers/${encodeURIComponent(worker)}/log`;
  return [
    e("h2", { id: "log" }, "What it said of itself"),
    ...(lines.length === 0
      ? nothingSaid(worker)
      : [
          e("p", {}, "The log of the worker program, not of its runs; the newest first."),
          linesTable(lines),
          ...(hasMore ? [e("p", {}, e("a", { href: older }, "Older lines"))] : []),
        ]),
  ];
}

/** Lines as a table, in the order given. */
export function linesTable(lines: readonly WorkerLine[]): VNode {
  return table(
    "What it said",
    ["When", "Level", { name: "What", look: "wide" }],
    lines.map(({ id, at, level, text }) => ({ key: `line-${id}`, cells: [moment(at), levelLabel(level), text] })),
    "stacked",
  );
}

/** What will stand there. */
export function nothingSaid(worker: WorkerName): VNode[] {
  return [
    e(
      "p",
      { class: "quiet" },
      "Nothing yet. What its program says will stand here: when it started and joined, when the server did not answer, when its disk is full, when a run was refused memory. A worker of an older version says nothing.",
    ),
    commandLine(`worker log ${worker}`),
  ];
}

/** Word and shape, never colour alone. */
function levelLabel(level: LineLevel): VNode {
  if (level === "info") return e("span", { class: "quiet" }, level);
  return stateLabel(level === "warning" ? "error" : "failure", level);
}
