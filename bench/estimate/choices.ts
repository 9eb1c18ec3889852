import { hashOf } from "../../src/estimate/codec.ts";
import { almanac } from "./almanac.ts";
import { engineWith, type Constant } from "./engine.ts";
import { geometricMean } from "./score.ts";
import { onlineSizing, paperSizing } from "./sizing.ts";
import type { Trace } from "./traces.ts";

/** A constant of the method as it is, and what else it might be. */
export type Choice = { file: string; name: string; chosen: string; others: readonly string[] };

/** The constants that were chosen by what they waste. */
export const CHOICES: readonly Choice[] = [
  { file: "ladder.ts", name: "LOSS_COST", chosen: "1.25", others: ["1", "1.5", "2"] },
  { file: "ladder.ts", name: "DELAY_COST", chosen: "0.25", others: ["0.1", "0.5"] },
  { file: "ladder.ts", name: "PRIOR_RUNS", chosen: "1", others: ["0.5", "2"] },
  { file: "ladder.ts", name: "PAD", chosen: "0.003", others: ["0.001", "0.01"] },
  { file: "ladder.ts", name: "PAD_PER_RUN", chosen: "0.02", others: ["0", "0.1"] },
  { file: "estimate.ts", name: "SMALLEST_STEP", chosen: "Math.log(1.2)", others: ["Math.log(1.1)", "Math.log(1.4)"] },
  { file: "estimate.ts", name: "FEW_MARGIN", chosen: "Math.log(1.1)", others: ["Math.log(1.05)", "Math.log(1.3)"] },
  { file: "candidates.ts", name: "ALIKE_RUNS", chosen: "32", others: ["24", "48", "80"] },
  { file: "candidates.ts", name: "ALIKE_SHARE", chosen: "0.15", others: ["0.08", "0.3"] },
  { file: "candidates.ts", name: "ALIKE_LEAST", chosen: "0.15", others: ["0.05", "0.4"] },
  { file: "losses.ts", name: "BLEND_POWER", chosen: "8", others: ["4", "16"] },
  { file: "losses.ts", name: "CHOICE_POWER_PER_RUN", chosen: "0.3", others: ["0.1", "0.6"] },
  { file: "experts.ts", name: "NEAR_RUNS", chosen: "7", others: ["5", "12"] },
  { file: "experts.ts", name: "POWER_RIDGE", chosen: "0.01", others: ["0.001", "0.1"] },
  { file: "pooled.ts", name: "POOLED_RUNS", chosen: "10", others: ["5", "20"] },
  { file: "pooled.ts", name: "MORE_POOLED", chosen: "0.3", others: ["0.1", "0.6"] },
  { file: "pooled.ts", name: "HANDICAP", chosen: "1.8", others: ["1.2", "2.5"] },
  { file: "own-location.ts", name: "LOCATING_RUNS", chosen: "8", others: ["4", "16"] },
  { file: "changes.ts", name: "NEW_RUNS", chosen: "5", others: ["4", "8"] },
  { file: "requests.ts", name: "LEAST_TASKS", chosen: "12", others: ["6", "24"] },
  { file: "state.ts", name: "KEPT_RUNS", chosen: "80", others: ["48", "64"] },
];

/** Which tasks a figure is about: a task is in one half, whatever else there is. */
export const HALVES = ["choosing", "confirming"] as const;
export type Half = (typeof HALVES)[number];

/** What a value wastes on each half, as a share of what the method as it is wastes there. */
export type ChoiceResult = { name: string; value: string; waste: Record<Half, number> };

/** The runs of the tasks of one half. */
export function halfOf(trace: Trace, half: Half): Trace {
  const rest = half === "choosing" ? 0 : 1;
  return { ...trace, runs: trace.runs.filter(({ task }) => hashOf(task) % 2 === rest) };
}

/** Every other value of every choice, on both halves. */
export async function tryChoices(
  traces: readonly Trace[],
  splits: number,
  done: (result: ChoiceResult) => void,
): Promise<ChoiceResult[]> {
  const halves = { choosing: partsOf(traces, "choosing"), confirming: partsOf(traces, "confirming") };
  const wasteWith = async (constants: readonly Constant[]) => {
    const engine = await engineWith(constants);
    const method = almanac({ name: "Almanac" }, "memory", engine);
    const on = (half: Half) => halves[half].flatMap((trace) => wastes(trace, splits, method));
    return { choosing: on("choosing"), confirming: on("confirming") };
  };
  const asItIs = await wasteWith([]);
  const results: ChoiceResult[] = [];
  for (const { file, name, others } of CHOICES) {
    for (const value of others) {
      const found = await wasteWith([{ file, name, value }]);
      const share = (half: Half) => geometricMean(found[half].map((waste, index) => waste / asItIs[half][index]!)); // as long as each other
      const result = { name, value, waste: { choosing: share("choosing"), confirming: share("confirming") } };
      results.push(result);
      done(result);
    }
  }
  return results;
}

function partsOf(traces: readonly Trace[], half: Half): Trace[] {
  return traces.map((trace) => halfOf(trace, half)).filter(({ runs }) => runs.length > 0);
}

/** By each protocol that the trace allows. */
function wastes(trace: Trace, splits: number, method: ReturnType<typeof almanac>): number[] {
  const sizings = [paperSizing(trace, method, splits), onlineSizing(trace, method)];
  return sizings.flatMap((sizing) => (sizing === undefined || sizing.waste === 0 ? [] : sizing.waste));
}
