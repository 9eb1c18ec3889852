import type { Sizing } from "./sizing.ts";

/**
 * What others measured with these methods on the four traces of the Sizey paper: GB·h. By the paper protocol of one random
 * split, so waste is compared relative to what was used in it; for "largest so far" the mean over ten splits is known.
 */
const TRACES = ["nextflow-chipseq", "nextflow-eager", "nextflow-iwd", "nextflow-methylseq"] as const;
const USED = [341, 3738, 11.6, 13_278];
const PAPER: Record<string, readonly number[]> = {
  "users' requests": [286, 2482, 15.9, 22_643],
  "largest so far × 1.1": [127, 766, 1.85, 1890],
  "p99 of the last 100": [88, 552, 0.98, 2032],
  "Kubernetes VPA's rule": [116, 841, 2.33, 2900],
  "Tovar et al., least waste": [211, 624, 16.7, 4081],
};
const PAPER_MEANS: Record<string, readonly number[]> = { "largest so far": [0.276, 0.146, 0.074, 0.118] };
const ONLINE: Record<string, readonly number[]> = {
  "largest so far × 1.1": [261, 1914, 2.66, 3560],
  "Kubernetes VPA's rule": [323, 1891, 3.42, 7190],
};

/** A published figure beside ours: waste/use by the paper protocol, waste in GB·h online. */
export type Deviation = {
  method: string;
  trace: string;
  protocol: Sizing["protocol"];
  published: number;
  ours: number;
  /** The least and the most of our splits. */
  range: readonly [number, number];
  /** Ours/published − 1. */
  deviation: number;
  agreement: "within 10 %" | "within our splits" | "differs";
};

/** Farther from a published figure than this the measure may not be the same. */
export const MOST_DEVIATION = 0.1;

/** All published figures of traces and methods that were replayed. */
export function deviationsOf(sizings: readonly Sizing[]): Deviation[] {
  const find = (protocol: Sizing["protocol"], method: string, index: number) =>
    sizings.find((it) => it.protocol === protocol && it.method === method && it.trace === TRACES[index]);
  const perUse = (published: Record<string, readonly number[]>, used: readonly number[]) =>
    Object.entries(published).flatMap(([method, figures]) =>
      figures.flatMap((figure, index) => {
        const sizing = find("paper", method, index);
        // The lists are as long as each other.
        return sizing
          ? deviationOf(sizing, figure / used[index]!, sizing.waste_per_use, sizing.waste_per_use_range)
          : [];
      }),
    );
  const online = Object.entries(ONLINE).flatMap(([method, figures]) =>
    figures.flatMap((figure, index) => {
      const sizing = find("online", method, index);
      return sizing ? deviationOf(sizing, figure, sizing.waste, [sizing.waste, sizing.waste]) : [];
    }),
  );
  return [...perUse(PAPER_MEANS, [1, 1, 1, 1]), ...perUse(PAPER, USED), ...online];
}

function deviationOf(
  { method, trace, protocol }: Sizing,
  published: number,
  ours: number,
  range: readonly [number, number],
): Deviation {
  const deviation = ours / published - 1;
  const isWithin = published >= range[0] && published <= range[1];
  const agreement = Math.abs(deviation) <= MOST_DEVIATION ? "within 10 %" : isWithin ? "within our splits" : "differs";
  return { method, trace, protocol, published, ours, range, deviation, agreement };
}
