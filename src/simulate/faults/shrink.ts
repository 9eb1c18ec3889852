import type { Fault, RequestPlan, Scenario } from "./scenario.ts";

/**
 * The smallest scenario that still fails, as far as leaving parts out goes: faults and requests are left out by halves, then
 * one by one, as long as that changes nothing (delta debugging: Zeller and Hildebrandt, 2002).
 */
export async function shrink(scenario: Scenario, fails: (smaller: Scenario) => Promise<boolean>): Promise<Scenario> {
  let smallest = scenario;
  let before: number;
  // ends: each round makes it smaller, or is the last
  do {
    before = sizeOf(smallest);
    smallest = await withFewer(smallest, "faults", fails);
    smallest = await withFewer(smallest, "requests", fails);
  } while (sizeOf(smallest) < before);
  return smallest;
}

function sizeOf({ faults, requests }: Scenario): number {
  return faults.length + requests.length;
}

async function withFewer(
  scenario: Scenario,
  part: "faults" | "requests",
  fails: (smaller: Scenario) => Promise<boolean>,
): Promise<Scenario> {
  let smallest = scenario;
  for (let chunk = Math.ceil(scenario[part].length / 2); chunk >= 1; chunk = Math.floor(chunk / 2)) {
    let from = 0;
    // ends: goes on by a chunk, or has fewer
    while (from < smallest[part].length) {
      const smaller = part === "faults" ? withoutFaults(smallest, from, chunk) : withoutRequests(smallest, from, chunk);
      if (await fails(smaller)) smallest = smaller;
      else from += chunk;
    }
  }
  return smallest;
}

function withoutFaults(scenario: Scenario, from: number, count: number): Scenario {
  return { ...scenario, faults: scenario.faults.toSpliced(from, count) };
}

/** Positions that name requests are moved along with them; what named one that is gone is gone too. */
function withoutRequests(scenario: Scenario, from: number, count: number): Scenario {
  const moved = (position: number) => {
    if (position < from) return position;
    return position < from + count ? -1 : position - count;
  };
  const requests = scenario.requests.toSpliced(from, count).map((request): RequestPlan => ({
    ...request,
    depends_on: request.depends_on.map(moved).filter((position) => position >= 0),
  }));
  const faults = scenario.faults
    .map((fault): Fault => (fault.kind === "abort" ? { ...fault, request: moved(fault.request) } : fault))
    .filter((fault) => fault.kind !== "abort" || fault.request >= 0);
  return { ...scenario, requests, faults };
}
