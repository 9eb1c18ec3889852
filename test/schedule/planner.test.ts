import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROOM_RESOURCES } from "../../src/schedule/fit.ts";
import { Planner, type WaitingRequest } from "../../src/schedule/planner.ts";
import { arbitraryFleet, arbitraryRequest, byRank, GIB, request, worker } from "./cases.ts";
import { Account, arbitrarySteps, Play } from "./play.ts";

/** The owners of a request that have more than their share, with more than one run. */
function sharesExceeded(play: Play, needs: WaitingRequest): string[] {
  return sharesOver(play, needs, undefined);
}

/** True when a request would bring one of its owners over its share. */
function isOverShare(play: Play, needs: WaitingRequest): boolean {
  return sharesOver(play, needs, needs).length > 0;
}

function sharesOver(play: Play, needs: WaitingRequest, more: WaitingRequest | undefined): string[] {
  const online = [...play.account.workers.values()].filter(({ state }) => state === "online");
  const over = (needs.shares ?? []).filter(({ key, max_share }) => {
    const own = [...play.going.values()]
      .map((run) => run.needs)
      .filter((run) => run.shares?.some((each) => each.key === key));
    if (own.length + (more === undefined ? 0 : 1) <= 1) return false;
    const all = more === undefined ? own : [...own, more];
    return ROOM_RESOURCES.some((resource) => {
      const total = online.reduce((sum, each) => sum + each.capacity[resource], 0);
      const used = all.reduce((sum, run) => sum + run.allocation[resource].amount, 0);
      return used > max_share * total + 1e-6;
    });
  });
  return over.map(({ key }) => key);
}

describe("planning", () => {
  it("gives only room that is there, to requests that may have it, and leaves none that fits waiting", () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitrarySteps, (fleet, steps) => {
        const play = new Play(fleet, new Planner({ reservations: 0 }));
        for (const step of steps) {
          if (!play.step(step)) continue;
          const waiting = [...play.waiting.values()];
          const fitting = waiting.filter((needs) => play.account.fits(needs).length > 0 && !isOverShare(play, needs));
          expect(fitting).toEqual([]);
        }
        expect(play.wrongs).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("never gives an owner more than its share, but for one run", () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitrarySteps, (fleet, steps) => {
        const play = new Play(fleet, new Planner());
        for (const step of steps) {
          const before = new Set(play.going.keys());
          if (!play.step(step)) continue;
          // a worker that drains takes its part of the whole away: only what is placed now counts
          const placed = [...play.going].filter(([which]) => !before.has(which)).map(([, { needs }]) => needs);
          for (const needs of placed) expect(sharesExceeded(play, needs)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("serves in the order of rank: as a plain loop over requests does, were it to plan from nothing", () => {
    fc.assert(
      fc.property(arbitraryFleet, fc.array(arbitraryRequest, { maxLength: 40, size: "max" }), (fleet, specs) => {
        const planner = new Planner({ reservations: 0, probes: 0 });
        for (const each of fleet) planner.setWorker(each);
        const requests = specs.map((spec, index) => request({ ...spec, shares: [], id: index + 1 }));
        for (const needs of requests) planner.addRequest(needs);
        const account = new Account(fleet);
        const expected: number[] = [];
        const decided = new Map(planner.decide(20_000_000).map((one) => [one.id as number, one]));
        for (const needs of byRank(requests)) {
          if (account.fits(needs).length === 0) continue;
          expected.push(needs.id);
          account.change(decided.get(needs.id)!.placement.worker_name, needs, 1);
        }
        expect([...decided.keys()]).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it("says of every request that waits why, and of one that would fit what forbids it", () => {
    fc.assert(
      fc.property(arbitraryFleet, arbitrarySteps, (fleet, steps) => {
        const play = new Play(fleet, new Planner());
        for (const step of steps) {
          if (!play.step(step)) continue;
          for (const needs of play.waiting.values()) {
            const fits = play.account.fits(needs).length > 0;
            const reasons = fits ? ["reserved", "max_share"] : ["no_room", "no_worker", "never_fits", "max_share"];
            expect(reasons).toContain(play.planner.reasonFor(needs.id, play.nowMs)?.code);
          }
          const waiting = [...play.waiting.values()];
          const ids = waiting.map((needs) => needs.id);
          const all = stepped(play.planner.reasonsSteps(ids, play.nowMs));
          expect(ids.map((who) => all.get(who))).toEqual(
            ids.map((who) => {
              const { code, message } = play.planner.reasonFor(who, play.nowMs)!; // it waits
              return { code, message };
            }),
          );
        }
        expect(play.wrongs).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("takes the small worker for a light task, and keeps the powerful one free for the hungry", () => {
    const planner = new Planner();
    planner.setWorker(worker("big", { memory: 64 * GIB, cpu_count: 32 }));
    planner.setWorker(worker("small", { memory: 8 * GIB, cpu_count: 4 }));
    planner.addRequest(request({ id: 1, memory: 60 * GIB }));
    planner.addRequest(request({ id: 2, memory: 2 * GIB }));
    planner.addRequest(request({ id: 3, memory: 2 * GIB }));
    const placed = planner.decide(1000);
    expect(placed.map(({ id: who, placement }) => [who, placement.worker_name])).toEqual([
      [1, "big"],
      [2, "small"],
      [3, "small"],
    ]);
  });

  it("gives a light task the powerful worker rather than let it wait", () => {
    const planner = new Planner();
    planner.setWorker(worker("big", { memory: 64 * GIB }));
    planner.setWorker(worker("small", { memory: 2 * GIB }));
    for (const each of [1, 2]) planner.addRequest(request({ id: each, memory: 2 * GIB }));
    expect(planner.decide(1000).map(({ placement }) => placement.worker_name)).toEqual(["small", "big"]);
  });

  it("prefers the worker that is faster among alike ones", () => {
    const planner = new Planner();
    planner.setWorker(worker("a"));
    planner.setWorker(worker("b", {}, { slowness: 0.6 }));
    planner.addRequest(request({ id: 1 }));
    expect(planner.decide(1000)[0]!.placement.worker_name).toBe("b");
  });

  it("keeps the candidates and the rule with a placement", () => {
    const planner = new Planner();
    planner.setWorker(worker("a", { memory: 2 * GIB }));
    planner.setWorker(worker("b"));
    planner.setWorker(worker("c", { memory: GIB / 2 }, { slowness: 3 }));
    planner.setWorker(worker("d", { memory: 15 * GIB }, { slowness: 0.66667 }));
    planner.addRequest(request({ id: 1 }));
    expect(planner.decide(1000)[0]!.placement).toEqual({
      at: "1970-01-01T00:00:01.000Z",
      worker_name: "a",
      rule: "the tightest fit of 3 workers with room",
      candidates: [
        { worker_name: "a", verdict: "chosen" },
        { worker_name: "d", verdict: "fits", slowness: 0.667 },
        { worker_name: "b", verdict: "fits" },
        { worker_name: "c", verdict: "too_small", resource: "memory", available: GIB / 2, needed: GIB },
      ],
      candidate_count: 4,
    });
  });
});

/** What a calculation comes to, without anything in between. */
function stepped<Result>(steps: Generator<undefined, Result>): Result {
  // ends: after as many steps as the calculation has
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
