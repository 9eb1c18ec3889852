import { makeScenario, type Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { playScenario, type Finding, type WorldOptions } from "./world.ts";

/** A seed whose scenario broke something, the least of it that still does, and what happens in that. */
export type Failure = { seed: number; finding: Finding; smallest: Scenario; smallestFinding: Finding; story: string[] };

/** Scenarios are those of the seeds unless others are made of them. */
export type SearchOptions = WorldOptions & { makeScenario?: (seed: number) => Scenario };

/** What a search came to. */
export type Search = { seeds: number; steps: number; failure: Failure | undefined };

/** Plays the scenarios of so many seeds, until one fails; that one is then shrunk. */
export async function searchSeeds(from: number, count: number, options: SearchOptions): Promise<Search> {
  const make = options.makeScenario ?? makeScenario;
  let steps = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const outcome = await playScenario(make(seed), options);
    steps += outcome.steps;
    if (outcome.finding === undefined) continue;
    const failure = await failureOf(make(seed), outcome.finding, options);
    return { seeds: seed - from + 1, steps, failure };
  }
  return { seeds: count, steps, failure: undefined };
}

async function failureOf(scenario: Scenario, finding: Finding, options: WorldOptions): Promise<Failure> {
  const play = (smaller: Scenario) => playScenario(smaller, { ...options, isTold: true });
  const smallest = await shrink(scenario, async (smaller) => (await play(smaller)).finding !== undefined);
  const { finding: smallestFinding, story } = await play(smallest);
  return { seed: scenario.seed, finding, smallest, smallestFinding: smallestFinding ?? finding, story };
}
