import { describe, expect, it } from "vitest";
import { ModelServer, type ModelGaps } from "../../src/simulate/faults/model-server.ts";
import { makeScenario } from "../../src/simulate/faults/scenario.ts";
import { searchSeeds } from "../../src/simulate/faults/search.ts";
import type { WorkerGaps } from "../../src/simulate/faults/simulated-worker.ts";
import { playScenario } from "../../src/simulate/faults/world.ts";

const SEEDS = 300;

/** From a seed on that is near one that finds it: how long it takes to find is not what is tested. */
function search(from: number, gaps: ModelGaps, workerGaps: WorkerGaps) {
  return searchSeeds(from, 100, { makeServer: (around) => new ModelServer(around, gaps), gaps: workerGaps });
}

function playAgain() {
  return playScenario(makeScenario(42), { makeServer: (around) => new ModelServer(around), isTold: true });
}

describe("a simulation of faults", () => {
  it(`finds nothing wrong in ${SEEDS} seeds`, async () => {
    const found = await searchSeeds(1, SEEDS, { makeServer: (around) => new ModelServer(around) });
    expect(found.failure).toBeUndefined();
    expect(found.steps).toBeGreaterThan(100 * SEEDS);
  });

  it("comes to the same for the same seed", async () => {
    expect(await playAgain()).toEqual(await playAgain());
  });

  it.each<[string, number, ModelGaps, WorkerGaps]>([
    ["a server that takes late calls for new ones", 5_660, { ignoresSequence: true }, {}],
    ["a server that does not notice that its clock was set", 1, { trustsWallClock: true }, {}],
    ["a server that hands out runs with leases of long ago", 2_440, { handsOutOldLeases: true }, {}],
    ["a server that forgets its runs when it is killed", 1, { forgetsRuns: true }, {}],
    ["a worker that goes on although its lease is over", 1, {}, { hasNoFence: true }],
  ])("finds %s, and shrinks the scenario", async (_what, from, gaps, workerGaps) => {
    const { failure } = await search(from, gaps, workerGaps);
    expect(failure?.smallestFinding.what).toMatch(/runs twice at once/);
    const whole = makeScenario(failure!.seed);
    expect(failure!.smallest.faults.length).toBeLessThanOrEqual(whole.faults.length);
    expect(failure!.smallest.requests.length).toBeLessThanOrEqual(5);
    expect(failure!.story.length).toBeGreaterThan(0);
  });
});
