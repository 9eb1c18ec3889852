import { afterEach, describe, expect, it } from "vitest";
import { ServerFactory, type WrapStore } from "../../src/simulate/faults/real-server.ts";
import { makeScenario, type Fault, type RequestPlan, type Scenario } from "../../src/simulate/faults/scenario.ts";
import { searchSeeds, type Search } from "../../src/simulate/faults/search.ts";
import type { WorkerGaps } from "../../src/simulate/faults/simulated-worker.ts";
import { playScenario } from "../../src/simulate/faults/world.ts";
import { wrapReader, wrapTransactions } from "./wrap-store.ts";

const GIB = 1024 ** 3;

let servers: ServerFactory | undefined;
afterEach(() => servers?.close());

async function play(seed: number) {
  const made = new ServerFactory();
  const outcome = await playScenario(makeScenario(seed), { makeServer: (around) => made.make(around), isTold: true });
  await made.close();
  return outcome;
}

/** Two workers, of which the second is preferred for what fits it, and requests for one core. */
function scenario(seed: number, requests: Partial<RequestPlan>[], faults: Fault[]): Scenario {
  const usual = { atMs: 0, memory: GIB, is_asked: true, cpu_count: 1, priority: 0, depends_on: [], exit_code: 0 };
  return {
    seed,
    workers: [
      { name: "w0", capacity: { memory: 8 * GIB, disk_space: 100 * GIB, cpu_count: 4 } },
      { name: "w1", capacity: { memory: 2 * GIB, disk_space: 100 * GIB, cpu_count: 1 } },
    ],
    requests: requests.map((own) => ({ ...usual, allow_failure: true, durationMs: 20_000, peak: GIB / 2, ...own })),
    faults,
  };
}

/** `from` names a seed in which the network does what it takes. Looks for what a mistake brings about; without the mistake, nothing may be found. */
async function look(
  make: (seed: number) => Scenario,
  { wrap, gaps, from = 1 }: { wrap?: WrapStore; gaps?: WorkerGaps; from?: number },
): Promise<Search["failure"]> {
  const sound = new ServerFactory();
  const without = await searchSeeds(from, 1, { makeServer: (around) => sound.make(around), makeScenario: make });
  await sound.close();
  expect(without.failure).toBeUndefined();
  const made = new ServerFactory(wrap);
  servers = made;
  const found = await searchSeeds(from, 1, {
    makeServer: (around) => made.make(around),
    makeScenario: make,
    ...(gaps !== undefined && { gaps }),
  });
  return found.failure;
}

describe("a simulation of faults", () => {
  it.each(Array.from({ length: 20 }, (_, tens) => 10 * tens + 1))(
    "finds nothing wrong in ten seeds from %i on",
    async (from) => {
      const made = new ServerFactory();
      servers = made;
      const found = await searchSeeds(from, 10, { makeServer: (around) => made.make(around) });
      expect(found.failure).toBeUndefined();
      expect(found.steps).toBeGreaterThan(1000);
    },
  );

  it("comes to the same for the same seed", async () => {
    expect(await play(42)).toEqual(await play(42));
  });

  it("finds a server that takes late calls for new ones, and shrinks the scenario", async () => {
    const wrap = wrapTransactions((tx) => ({
      lockWorker: async (name) => {
        const row = await tx.lockWorker(name);
        return row === undefined ? undefined : { ...row, sequence: 0 };
      },
    }));
    const make = (seed: number) =>
      scenario(
        seed,
        [{ atMs: 500 }],
        [
          { kind: "drain", atMs: 3000, worker: 1, forMs: 15_000 },
          { kind: "bad_network", atMs: 0, forMs: 100, lost: 0, repeated: 1, lateMs: 8000 },
        ],
      );
    const failure = await look(make, { wrap, from: 25 });
    expect(failure?.smallestFinding.what).toMatch(/runs twice at once/);
    expect(failure!.smallest.requests.length).toBe(1);
    expect(failure!.smallest.faults.map(({ kind }) => kind)).toEqual(["drain", "bad_network"]);
    expect(failure!.story.length).toBeGreaterThan(0);
  });

  it("finds a server that does not notice that its clock was set", async () => {
    const make = (seed: number) =>
      scenario(
        seed,
        [{}],
        [
          { kind: "clock_jump", atMs: 5000, byMs: 600_000 },
          { kind: "drain", atMs: 5100, worker: 1, forMs: 9000 },
          { kind: "cut_off", atMs: 4500, worker: 1, forMs: 7000 },
        ],
      );
    const wrap = wrapTransactions(() => ({ resetAllLeases: async () => undefined }));
    const failure = await look(make, { wrap });
    expect(failure?.smallestFinding.what).toMatch(/runs twice at once/);
  });

  it("finds a server that does not renew the leases that it hands out", async () => {
    const make = (seed: number) =>
      scenario(
        seed,
        [{ atMs: 1500 }],
        [
          { kind: "drain", atMs: 0, worker: 1, forMs: 9500 },
          { kind: "bad_network", atMs: 1000, forMs: 20_000, lost: 0.6, repeated: 0, lateMs: 5 },
        ],
      );
    const wrap = wrapTransactions((tx) => ({
      renewLeases: async (leases, until) => {
        const runs = await Promise.all(leases.map(({ run_id }) => tx.run(run_id)));
        const started = leases.filter((_, index) => runs[index]?.state === "running");
        const held = await tx.renewLeases(started, until);
        for (const run of runs) if (run?.state === "assigned") held.add(run.id);
        return held;
      },
    }));
    const failure = await look(make, { wrap, from: 11 });
    expect(failure?.smallestFinding.what).toMatch(/runs twice at once/);
  });

  it("finds a server that forgets its runs when it is killed", async () => {
    const large = { memory: 8 * GIB };
    const make = (seed: number) =>
      scenario(
        seed,
        [large, { ...large, atMs: 2000 }],
        [{ kind: "server_killed", atMs: 3000, forMs: 200, isAfterCommit: false }],
      );
    const wrap = wrapReader(() => ({ goingRuns: async () => [] }));
    const failure = await look(make, { wrap });
    expect(failure?.smallestFinding.what).toMatch(/more memory than it has|more reserved than it has/);
  });

  it("finds a worker that goes on although its lease is over", async () => {
    const make = (seed: number) => scenario(seed, [{}], [{ kind: "cut_off", atMs: 2000, worker: 1, forMs: 25_000 }]);
    const failure = await look(make, { gaps: { hasNoFence: true } });
    expect(failure?.smallestFinding.what).toMatch(/runs twice at once/);
  });
});
