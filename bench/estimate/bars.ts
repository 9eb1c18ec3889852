import { deviationsOf, MOST_DEVIATION } from "./published.ts";
import { geometricMean } from "./score.ts";
import type { Sizing } from "./sizing.ts";

/**
 * What must be reached on the four traces of the Sizey paper (Bader et al., "Sizey: Memory-Efficient Execution of
 * Scientific Workflow Tasks", CLUSTER 2024): waste in GB·h and failed attempts of the better of its two modes, as
 * measured with its own code.
 */
const SIZEY: Record<string, { waste: number; failed: number }> = {
  "nextflow-chipseq": { waste: 77, failed: 287 },
  "nextflow-eager": { waste: 646, failed: 170 },
  "nextflow-iwd": { waste: 0.36, failed: 164 },
  "nextflow-methylseq": { waste: 630, failed: 99 },
};

/** One bar: reached when the figure is at most the limit. */
export type Bar = { name: string; figure: number; limit: number; is_reached: boolean };

/** The bars of the traces that are known; none without all four. */
export function barsOf(sizings: readonly Sizing[]): Bar[] {
  const names = Object.keys(SIZEY);
  const of = (trace: string, protocol: Sizing["protocol"], method: string) =>
    sizings.find((sizing) => sizing.trace === trace && sizing.protocol === protocol && sizing.method === method);
  if (names.some((name) => of(name, "online", "Almanac") === undefined)) return [];
  const bar = (name: string, figure: number, limit: number): Bar => ({
    name,
    figure,
    limit,
    is_reached: figure <= limit,
  });
  const paper = (name: string) => of(name, "paper", "Almanac")!; // all are there: see above
  const largest = (name: string) => of(name, "paper", "largest so far")!;
  const bars = [
    bar("paper: waste, of Sizey's", geometricMean(names.map((name) => paper(name).waste / SIZEY[name]!.waste)), 0.5),
    bar("online: waste, of the best other's", geometricMean(names.map((name) => onlineShare(sizings, name))), 0.65),
  ];
  for (const name of names) {
    if (name !== "nextflow-iwd")
      bars.push(bar(`${name}: failed, of Sizey's`, paper(name).failed / SIZEY[name]!.failed, 0.5));
    bars.push(bar(`${name}: waste, of largest so far's`, paper(name).waste / largest(name).waste, 1));
  }
  for (const { method, trace, deviation } of deviationsOf(sizings)) {
    if (method !== "largest so far") continue; // of the others only one split was published
    bars.push(
      bar(`${trace}: largest so far differs from the published figure by`, Math.abs(deviation), MOST_DEVIATION),
    );
  }
  return bars;
}

function onlineShare(sizings: readonly Sizing[], trace: string): number {
  const online = sizings.filter((sizing) => sizing.trace === trace && sizing.protocol === "online");
  const others = online.filter(({ method }) => method !== "Almanac").map(({ waste }) => waste);
  return online.find(({ method }) => method === "Almanac")!.waste / Math.min(...others); // the caller saw to it
}
