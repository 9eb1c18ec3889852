import type { HistoryEntry } from "../../domain/history.ts";
import type { Result } from "../../domain/work-request.ts";
import { RESULT_LOOKS } from "../parts/entry-text.ts";
import type { LegendItem, Mark } from "./figure.ts";

/** How a run is marked in a picture. */
export type RunMark = { mark: Mark; look: string };

/** How each run is marked, and what the marks mean. */
export type Marking = { markOf: (entry: HistoryEntry) => RunMark; legend: readonly LegendItem[] };

/** By how runs ended. */
export function resultMarking(entries: readonly HistoryEntry[]): Marking {
  const results = new Set(entries.map(({ result }) => result));
  const shown = (Object.keys(RESULT_LOOKS) as Result[]).filter((result) => results.has(result)); // its keys
  return { markOf: ({ result }) => RESULT_LOOKS[result], legend: shown.map((result) => RESULT_LOOKS[result]) };
}

/** Workers that are told apart, each by a colour and a shape; more would not be. */
const WORKER_MARKS: readonly RunMark[] = [
  { mark: "circle", look: "worker-a" },
  { mark: "triangle", look: "worker-b" },
  { mark: "square", look: "worker-c" },
  { mark: "down", look: "worker-d" },
  { mark: "plus", look: "worker-e" },
  { mark: "hourglass", look: "worker-f" },
];
const OTHER_MARK: RunMark = { mark: "speck", look: "worker-other" };

/**
 * By the worker that they ran on: those with most runs are told apart, all others are marked alike. Marks go by name, so that
 * a worker keeps its mark in another span of time as long as the same ones have most. A run that did not pass is hollow.
 */
export function workerMarking(entries: readonly HistoryEntry[]): Marking {
  const runs = new Map<string, number>();
  for (const { worker_name: name } of entries) if (name !== undefined) runs.set(name, (runs.get(name) ?? 0) + 1);
  const most = [...runs].sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1)).slice(0, WORKER_MARKS.length);
  const names = most.map(([name]) => name).sort();
  const marks = new Map(names.map((name, index) => [name, WORKER_MARKS[index]!])); // there are no more of them
  const markOf = ({ worker_name: name = "" }: HistoryEntry) => marks.get(name) ?? OTHER_MARK;
  const isHollow = ({ result }: HistoryEntry) => result !== "success";
  const told = [...marks].map(([name, mark]): LegendItem => ({ ...mark, word: `${name}: ${runs.get(name) ?? 0}` }));
  const others = entries.filter((entry) => markOf(entry) === OTHER_MARK);
  return {
    markOf: (entry) => {
      const { mark, look } = markOf(entry);
      return { mark, look: isHollow(entry) ? `${look} hollow` : look };
    },
    legend: [
      ...told,
      ...(others.length === 0 ? [] : [{ ...OTHER_MARK, word: othersWord(others) }]),
      ...(entries.some(isHollow)
        ? [{ mark: "circle", look: "worker-other hollow", word: "hollow: not passed" } as const]
        : []),
    ],
  };
}

/** `3 other workers: 17`; runs of which the worker is not known are among them. */
function othersWord(others: readonly HistoryEntry[]): string {
  const names = new Set(others.flatMap(({ worker_name }) => worker_name ?? []));
  const unknown = others.filter(({ worker_name }) => worker_name === undefined).length;
  if (names.size === 0) return `worker not known: ${unknown}`;
  const word = `${names.size} other ${names.size === 1 ? "worker" : "workers"}`;
  return `${word}${unknown === 0 ? "" : ", or not known"}: ${others.length}`;
}
