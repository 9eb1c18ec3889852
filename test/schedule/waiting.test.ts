import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateFor } from "../../src/schedule/fit.ts";
import type { FleetWorker } from "../../src/schedule/fleet/worker-slot.ts";
import { Planner, type WaitingRequest } from "../../src/schedule/planner.ts";
import { DEFAULT_POLICY } from "../../src/schedule/policy.ts";
import { isRankedBefore } from "../../src/schedule/rank.ts";
import { EventQueue } from "../../src/schedule/event-queue.ts";
import { arbitraryFleet, arbitraryRequest, GIB, id, request, worker, type RequestSpec } from "./cases.ts";

/** A request that comes after the one before it, and how long it really takes: a share of its limit, whatever was predicted. */
type Arrival = { spec: Omit<RequestSpec, "id">; gapSeconds: number; share: number };

const arbitraryArrivals: fc.Arbitrary<Arrival[]> = fc.array(
  fc.record({
    spec: arbitraryRequest,
    gapSeconds: fc.constantFrom(0, 0, 1, 5, 30),
    share: fc.constantFrom(0.01, 0.1, 0.5, 1),
  }),
  { minLength: 1, maxLength: 120, size: "max" },
);

type Event = { kind: "arrive"; needs: WaitingRequest } | { kind: "end"; id: number } | { kind: "wake" };

/** Plays arrivals in virtual time until all has ended; gives when each request came and started, in seconds. */
function run(fleet: readonly FleetWorker[], arrivals: readonly Arrival[], planner: Planner) {
  const events = new EventQueue<Event>();
  const came = new Map<number, { needs: WaitingRequest; atMs: number }>();
  const started = new Map<number, number>();
  const actualMs = new Map<number, number>();
  let nowMs = 0;
  for (const each of fleet) planner.setWorker(each);
  for (const [index, { spec, gapSeconds, share }] of arrivals.entries()) {
    nowMs += gapSeconds * 1000;
    const needs = request({ ...spec, id: index + 1, pendingMs: nowMs, shares: [] });
    actualMs.set(needs.id, share * needs.allocation.duration.amount * 1000);
    came.set(needs.id, { needs, atMs: nowMs });
    events.put(nowMs, { kind: "arrive", needs });
  }
  let longestAsHeadMs = 0;
  let head: { id: number; sinceMs: number } | undefined;
  // ends: every event but a wake happens once, and a planner that has nothing to wait for is not woken
  for (let next = events.take(); next !== undefined; next = events.take()) {
    nowMs = next.atMs;
    if (next.event.kind === "arrive") planner.addRequest(next.event.needs);
    else if (next.event.kind === "end") planner.endRun(id(next.event.id));
    if (events.nextMs === nowMs) continue;
    for (const assignment of planner.decide(nowMs)) {
      started.set(assignment.id, nowMs);
      events.put(nowMs + actualMs.get(assignment.id)!, { kind: "end", id: assignment.id });
    }
    const first = bestWaiting(fleet, planner, came);
    if (head !== undefined && first?.id !== head.id) longestAsHeadMs = Math.max(longestAsHeadMs, nowMs - head.sinceMs);
    if (first?.id !== head?.id) head = first === undefined ? undefined : { id: first.id, sinceMs: nowMs };
    const wakeMs = planner.wakeAtMs();
    if (wakeMs > nowMs && wakeMs < events.nextMs && events.length > 0) events.put(wakeMs, { kind: "wake" });
  }
  return { came, started, longestAsHeadMs, head };
}

function bestWaiting(fleet: readonly FleetWorker[], planner: Planner, came: Map<number, { needs: WaitingRequest }>) {
  let best: WaitingRequest | undefined;
  for (const each of planner.waitingIds()) {
    const { needs } = came.get(each)!;
    if ((best === undefined || isRankedBefore(needs.rank, best.rank)) && canHold(fleet, needs)) best = needs;
  }
  return best;
}

function canHold(fleet: readonly FleetWorker[], needs: WaitingRequest): boolean {
  const idle = { reserved: { memory: 0, disk_space: 0, cpu_count: 0 }, run_count: 0 };
  return fleet.some((each) => candidateFor(needs, { ...each, ...idle }).verdict === "fits");
}

describe("waiting", () => {
  it("is bounded by four of the longest time limits for the first in order, however many come after it", () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitraryArrivals, (fleet, arrivals) => {
        const { came, started, longestAsHeadMs, head } = run(fleet, arrivals, new Planner());
        const longestLimitMs =
          1000 * Math.max(...[...came.values()].map(({ needs }) => needs.allocation.duration.amount));
        expect(longestAsHeadMs).toBeLessThanOrEqual(4 * longestLimitMs + DEFAULT_POLICY.probeHoldMs);
        expect(head).toBeUndefined();
        for (const { needs } of came.values()) expect(started.has(needs.id)).toBe(canHold(fleet, needs));
      }),
      { numRuns: 300 },
    );
  });

  it("is bounded for every request by those that rank before it: (2n + 1) times as long", () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitraryArrivals, (fleet, arrivals) => {
        const { came, started } = run(fleet, arrivals, new Planner());
        const all = [...came.values()];
        const longestLimitMs = 1000 * Math.max(...all.map(({ needs }) => needs.allocation.duration.amount));
        for (const { needs, atMs } of all.filter((each) => canHold(fleet, each.needs))) {
          const before = all.filter((other) => isRankedBefore(other.needs.rank, needs.rank)).length;
          const waitedMs = started.get(needs.id)! - atMs;
          const boundMs = (2 * before + 1) * 4 * longestLimitMs + DEFAULT_POLICY.probeHoldMs;
          expect(waitedMs).toBeLessThanOrEqual(boundMs);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("of a large request ends on time behind a stream of small ones, and the small ones use the time before", () => {
    const large: Arrival = { spec: { memory: 16 * GIB, limit: 100, p95: 60 }, gapSeconds: 0, share: 0.5 };
    const small: Arrival = { spec: { memory: 4 * GIB, limit: 100, p95: 20 }, gapSeconds: 4, share: 0.2 };
    const first: Arrival = { spec: { memory: 4 * GIB, limit: 100, p95: 60 }, gapSeconds: 0, share: 0.6 };
    const arrivals = [first, large, ...Array.from({ length: 100 }, () => small)];
    const without = run([worker("only")], arrivals, new Planner({ reservations: 0 }));
    const { started } = run([worker("only")], arrivals, new Planner());
    expect(without.started.get(2)! / 1000).toBeGreaterThan(400);
    expect(started.get(2)! / 1000).toBe(60);
    // three fit at once, twice 20 s after each other; a third time would end after the reserved start at 60 s
    const ahead = [...started].filter(([which, atMs]) => which > 2 && atMs < 60_000);
    expect(ahead).toHaveLength(6);
    expect(Math.max(...ahead.map(([, atMs]) => atMs))).toBeLessThanOrEqual(40_000);
  });
});
