import type { Slowness } from "../domain/slowness.ts";

/** One run of something that behaves alike wherever it runs: same task, subject, and about the same input. */
export type SpeedObservation = {
  /** What behaves alike; `alikeKey` makes it. */
  key: string;
  /** What makes the speed: the cpu model, else the worker's name. */
  machine: string;
  seconds: number;
};

/** As many runs as this pull a factor half of the way from 1 to what they say: a handful must not decide. */
const PRIOR_RUNS = 8;
/** Runs of one key on one machine count as this many at most: one key must not decide either. */
const RUNS_OF_ONE_KEY = 5;
/** Times below this are mostly start-up, and rounding where they are known in whole seconds. */
const SHORTEST_SECONDS = 2;
const ROUNDS = 10;

/** The median of one key's times on one machine, in logarithms, and what it weighs. */
type Cell = { key: string; machine: string; log: number; weight: number; runs: number };

/**
 * How fast machines are, from runs of the same keys on several of them: a two-way fit by medians (Tukey's median
 * polish: ln time = key + machine), in which the effect of a machine is drawn towards none as long as its runs are few.
 * Machines that share no key with another are left out. Medians, so that single wild runs or keys do not matter.
 */
export function slownessOf(observations: readonly SpeedObservation[]): Map<string, Slowness> {
  const cells = sharedCells(observations);
  const byKey = Map.groupBy(cells, (cell) => cell.key);
  const byMachine = Map.groupBy(cells, (cell) => cell.machine);
  const effects = new Map([...byMachine.keys()].map((machine) => [machine, 0]));
  const effect = (machine: string) => effects.get(machine) ?? 0;
  const centres = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [key, own] of byKey)
      centres.set(
        key,
        weightedMedian(own, (cell) => cell.log - effect(cell.machine)),
      );
    for (const [machine, own] of byMachine) {
      const median = weightedMedian(own, (cell) => cell.log - (centres.get(cell.key) ?? 0));
      const weight = sumOf(own, (cell) => cell.weight);
      effects.set(machine, (median * weight) / (weight + PRIOR_RUNS));
    }
  }
  return new Map(
    [...byMachine].map(([machine, own]) => {
      const [low, high] = rangeOf(own, (cell) => cell.log - (centres.get(cell.key) ?? 0));
      return [
        machine,
        { factor: Math.exp(effect(machine)), low, high, runs: sumOf(own, (cell) => cell.runs), keys: own.length },
      ];
    }),
  );
}

/** Between what keys lie when the lowest and the highest tenth are left out; the median of them is the factor. */
function rangeOf(own: readonly Cell[], value: (cell: Cell) => number): [low: number, high: number] {
  const weight = sumOf(own, (cell) => cell.weight);
  const at = (share: number) => Math.exp((weightedQuantile(own, value, share) * weight) / (weight + PRIOR_RUNS));
  return [at(0.1), at(0.9)];
}

/** The key of what behaves alike: inputs are alike within a factor of 2. */
export function alikeKey(taskName: string, subject: string, inputSize?: number): string {
  const size = inputSize === undefined || inputSize <= 0 ? "" : Math.floor(Math.log2(inputSize));
  return JSON.stringify([taskName, subject, size]);
}

/** One cell for each key and machine, of keys that several machines have run. */
function sharedCells(observations: readonly SpeedObservation[]): Cell[] {
  const usable = observations.filter(({ seconds }) => seconds >= SHORTEST_SECONDS && Number.isFinite(seconds));
  const byKey = Map.groupBy(usable, ({ key }) => key);
  return [...byKey].flatMap(([key, own]) => {
    const byMachine = Map.groupBy(own, ({ machine }) => machine);
    if (byMachine.size < 2) return [];
    return [...byMachine].map(([machine, runs]) => ({
      key,
      machine,
      log: weightedMedian(
        runs.map(({ seconds }) => ({ log: Math.log(seconds), weight: 1 })),
        ({ log }) => log,
      ),
      weight: Math.min(runs.length, RUNS_OF_ONE_KEY),
      runs: runs.length,
    }));
  });
}

/** The value with half of the weight on either side. */
function weightedMedian<Item extends { weight: number }>(
  items: readonly Item[],
  value: (item: Item) => number,
): number {
  return weightedQuantile(items, value, 0.5);
}

/** The value with such a share of the weight below it; the mean of two where that falls between them. */
function weightedQuantile<Item extends { weight: number }>(
  items: readonly Item[],
  value: (item: Item) => number,
  share: number,
): number {
  const sorted = items.map((item) => ({ value: value(item), weight: item.weight })).sort((a, b) => a.value - b.value);
  const wanted = sumOf(sorted, ({ weight }) => weight) * share;
  let passed = 0;
  for (const [index, { value: own, weight }] of sorted.entries()) {
    passed += weight;
    if (passed > wanted) return own;
    if (passed === wanted) return (own + (sorted[index + 1]?.value ?? own)) / 2;
  }
  return 0;
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  let sum = 0;
  for (const item of items) sum += value(item);
  return sum;
}
