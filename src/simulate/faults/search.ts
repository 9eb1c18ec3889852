import { makeScenario, type Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { playScenario, type Finding, type WorldOptions } from "./world.ts";

/** A seed whose scenario broke something, the least of it that still does, and what happens in that. */
export type Failure = { seed: number; finding: Finding; smallest: Scenario; smallestFinding: Finding; story: string[] };

/** What a search came to. */
export type Search = { seeds: number; steps: number; failure: Failure | undefined };

/** Plays the scenarios of so many seeds, until one fails; that one is then shrunk. */
export async function searchSeeds(from: number, count: number, options: WorldOptions): Promise<Search> {
  let steps = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await playScenario(makeScenario(seed), options);
    steps += outcome.steps;
    if (outcome.finding === undefined) continue;
    const failure = await failureOf(seed, outcome.finding, options);
    return { seeds: seed - from + 1, steps, failure };
  }
  return { seeds: count, steps, failure: undefined };
}

async function failureOf(seed: number, finding: Finding, options: WorldOptions): Promise<Failure> {
  const play = (scenario: Scenario) => playScenario(scenario, { ...options, isTold: true });
  const smallest = await shrink(makeScenario(seed), async (smaller) => (await play(smaller)).finding !== undefined);
  const { finding: smallestFinding, story } = await play(smallest);
  return { seed, finding, smallest, smallestFinding: smallestFinding ?? finding, story };
}
