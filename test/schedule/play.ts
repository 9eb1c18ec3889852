import * as fc from "fast-check";
import { candidateFor, ROOM_RESOURCES, type PlanWorker } from "../../src/schedule/fit.ts";
import type { FleetWorker } from "../../src/schedule/fleet/worker-slot.ts";
import type { Planner, WaitingRequest } from "../../src/schedule/planner.ts";
import { arbitraryRequest, id, request } from "./cases.ts";

/** Workers with what the test itself counts as reserved on them. */
export class Account {
  readonly workers: Map<string, PlanWorker>;

  constructor(fleet: readonly FleetWorker[]) {
    this.workers = new Map(
      fleet.map((each) => [
        each.worker_name,
        { ...each, reserved: { memory: 0, disk_space: 0, cpu_count: 0 }, run_count: 0 },
      ]),
    );
  }

  change(name: string, needs: WaitingRequest, by: 1 | -1): void {
    const found = this.workers.get(name)!;
    for (const resource of ROOM_RESOURCES) {
      const sum = found.reserved[resource] + by * needs.allocation[resource].amount;
      found.reserved[resource] = Math.round(sum * 1e6) / 1e6;
    }
    found.run_count += by;
  }

  fits(needs: WaitingRequest): string[] {
    return [...this.workers.values()]
      .filter((each) => candidateFor(needs, each).verdict === "fits")
      .map((each) => each.worker_name);
  }
}

/** What happens to a planner in a test. */
export const arbitrarySteps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("arrive" as const), spec: arbitraryRequest }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("drain" as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("resume" as const), pick: fc.nat() }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("decide" as const), seconds: fc.nat({ max: 100 }) }) },
  ),
  { maxLength: 80, size: "max" },
);

type Step = typeof arbitrarySteps extends fc.Arbitrary<(infer S)[]> ? S : never;

/** A planner, the steps that are played to it, and what the test itself knows of them. */
export class Play {
  readonly account: Account;
  readonly planner: Planner;
  readonly waiting = new Map<number, WaitingRequest>();
  readonly going = new Map<number, { needs: WaitingRequest; on: string }>();
  /** What the planner did that it must not. */
  readonly wrongs: string[] = [];
  nowMs = 20_000_000;
  #next = 1;

  constructor(fleet: readonly FleetWorker[], planner: Planner) {
    this.account = new Account(fleet);
    this.planner = planner;
    for (const each of fleet) planner.setWorker(each);
  }

  /** Plays one step; true when it was a decision. */
  step(step: Step): boolean {
    switch (step.kind) {
      case "arrive":
        this.#arrive(request({ ...step.spec, id: this.#next++ }));
        break;
      case "end":
        this.#end(pickOf(this.going.keys(), step.pick));
        break;
      case "withdraw":
        this.#withdraw(pickOf(this.waiting.keys(), step.pick));
        break;
      case "drain":
      case "resume":
        this.#setState(pickOf(this.account.workers.values(), step.pick)!, step.kind);
        break;
      case "decide":
        this.nowMs += step.seconds * 1000;
        this.#decide();
        return true;
    }
    return false;
  }

  #arrive(needs: WaitingRequest): void {
    this.waiting.set(needs.id, needs);
    this.planner.addRequest(needs);
  }

  #end(which: number | undefined): void {
    const ended = which === undefined ? undefined : this.going.get(which);
    if (which === undefined || ended === undefined) return;
    this.going.delete(which);
    this.account.change(ended.on, ended.needs, -1);
    this.planner.endRun(id(which));
  }

  #withdraw(which: number | undefined): void {
    if (which === undefined) return;
    this.waiting.delete(which);
    this.planner.removeRequest(id(which));
  }

  #setState(each: PlanWorker, kind: "drain" | "resume"): void {
    each.state = kind === "drain" ? "draining" : "online";
    const { reserved: _reserved, run_count: _count, ...told } = each;
    this.planner.setWorker({ ...told });
  }

  #decide(): void {
    for (const { id: which, placement } of this.planner.decide(this.nowMs)) {
      const needs = this.waiting.get(which);
      const on = placement.worker_name;
      if (needs === undefined || !this.account.fits(needs).includes(on)) {
        this.wrongs.push(`#${which} was placed on ${on}`);
        continue;
      }
      this.waiting.delete(which);
      this.going.set(which, { needs, on });
      this.account.change(on, needs, 1);
    }
  }
}

function pickOf<Value>(values: Iterable<Value>, pick: number): Value | undefined {
  const all = [...values];
  return all[pick % Math.max(1, all.length)];
}
