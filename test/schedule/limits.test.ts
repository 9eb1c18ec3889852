import { describe, expect, it } from "vitest";
import { Planner } from "../../src/schedule/planner.ts";
import { GIB, id, request, worker } from "./cases.ts";

const MINUTE = 60_000;

function ids(assignments: { id: number }[]): number[] {
  return assignments.map((assignment) => assignment.id);
}

describe("a share", () => {
  const shares = [{ key: "token alice", max_share: 0.5 }];

  it("bounds what its owner has at once, and others go past", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    for (const each of [1, 2, 3, 4, 5, 6]) planner.addRequest(request({ id: each, memory: 2 * GIB, shares }));
    planner.addRequest(request({ id: 7, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 7]);
    expect(planner.reasonFor(id(3), 0)).toMatchObject({
      code: "max_share",
      message: "token alice has 50 % of the workers and may have 50 %: with this request it would have 75 %",
    });
  });

  it("lets the next of the owner go when one of its runs has ended, wherever there is room", () => {
    const planner = new Planner();
    for (const name of ["a", "b"]) planner.setWorker(worker(name, { memory: 4 * GIB }));
    for (const each of [1, 2, 3]) planner.addRequest(request({ id: each, memory: 2 * GIB, shares }));
    planner.addRequest(request({ id: 4, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 4]);
    expect(ids(planner.decide(0))).toEqual([]);
    planner.endRun(id(2));
    expect(ids(planner.decide(0))).toEqual([3]);
  });

  it("is never too small for one run", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    const small = [{ key: "token bob", max_share: 0.01 }];
    for (const each of [1, 2]) planner.addRequest(request({ id: each, memory: 2 * GIB, shares: small }));
    expect(ids(planner.decide(0))).toEqual([1]);
    planner.endRun(id(1));
    expect(ids(planner.decide(0))).toEqual([2]);
  });

  it("of a workflow holds beside that of a token", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    const both = [...shares, { key: "workflow 9", max_share: 0.25 }];
    for (const each of [1, 2]) planner.addRequest(request({ id: each, memory: 2 * GIB, shares: both }));
    for (const each of [3, 4]) planner.addRequest(request({ id: each, memory: 2 * GIB, shares }));
    expect(ids(planner.decide(0))).toEqual([1, 3]);
    planner.endRun(id(1));
    expect(ids(planner.decide(0))).toEqual([2]);
  });

  it("used up does not have a worker reserved", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    planner.addRequest(request({ id: 1, memory: 4 * GIB, shares }));
    planner.addRequest(request({ id: 2, memory: 4 * GIB, shares }));
    planner.addRequest(request({ id: 3, memory: 4 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 3]);
  });
});

describe("a probe", () => {
  const probe_key = "worker build";
  const unknown = (each: number) => request({ id: each, memory: 2 * GIB, probe_key });

  it("goes first, and the others of its kind leave the room to other work", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 12 * GIB }));
    for (const each of [1, 2, 3, 4, 5]) planner.addRequest(unknown(each));
    for (const each of [6, 7, 8, 9]) planner.addRequest(request({ id: each, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 6, 7, 8, 9]);
    expect(planner.reasonFor(id(3), MINUTE)?.code).toBe("no_room");
    planner.endRun(id(6));
    expect(planner.reasonFor(id(3), MINUTE)).toMatchObject({
      code: "probing",
      message:
        "what build needs is not known: it waits for the first of 2 runs to end, " +
        "while other work uses the room; at most 9m00s more",
    });
  });

  it("lets the others use room that nothing else can use", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 12 * GIB }));
    for (const each of [1, 2, 3, 4, 5]) planner.addRequest(unknown(each));
    planner.addRequest(request({ id: 6, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 6, 3, 4, 5]);
  });

  it("that has ended lets the next one go", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 6 * GIB }));
    for (const each of [1, 2, 3, 4, 5]) planner.addRequest(unknown(each));
    for (const each of [6, 7]) planner.addRequest(request({ id: each, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 6]);
    planner.endRun(id(1));
    expect(ids(planner.decide(0))).toEqual([3]);
  });

  it("holds the others no longer than the bound", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 6 * GIB }));
    for (const each of [1, 2, 3, 4, 5]) planner.addRequest(unknown(each));
    for (const each of [6, 7, 8, 9]) planner.addRequest(request({ id: each, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 6]);
    planner.endRun(id(6));
    expect(ids(planner.decide(9 * MINUTE))).toEqual([7]);
    expect(planner.wakeAtMs()).toBe(10 * MINUTE);
    planner.endRun(id(7));
    expect(ids(planner.decide(10 * MINUTE))).toEqual([3]);
  });

  it("is not waited for by one or two", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    for (const each of [1, 2, 3, 4]) planner.addRequest(unknown(each));
    planner.addRequest(request({ id: 5, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1, 2, 3, 4]);
  });
});

describe("a reservation", () => {
  it("is explained to those that it keeps out, and to the one that holds it", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    planner.addRequest(request({ id: 1, memory: 4 * GIB, p95: 600 }));
    planner.decide(0);
    planner.addRequest(request({ id: 2, memory: 8 * GIB }));
    planner.addRequest(request({ id: 3, memory: 2 * GIB, p95: 900 }));
    expect(ids(planner.decide(MINUTE))).toEqual([]);
    expect(planner.reasonFor(id(2), MINUTE)).toEqual({
      code: "no_room",
      message: "w has 4.0G of the 8.0G memory free; next is kept for it w, which should have room in 9m00s",
      candidates: [{ worker_name: "w", verdict: "no_room", resource: "memory", available: 4 * GIB, needed: 8 * GIB }],
      candidate_count: 1,
      expectedStartMs: 10 * MINUTE,
    });
    expect(planner.reasonFor(id(3), MINUTE)).toEqual({
      code: "reserved",
      message: "w has room, but is kept for #2, which should start there in 9m00s; this one may take 17m04s",
      candidates: [{ worker_name: "w", verdict: "reserved", reserved_for: 2 }],
      candidate_count: 1,
    });
  });

  it("is told in the placement of what runs ahead of it", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    planner.addRequest(request({ id: 1, memory: 4 * GIB, p95: 600 }));
    planner.decide(0);
    planner.addRequest(request({ id: 2, memory: 6 * GIB }));
    planner.addRequest(request({ id: 3, memory: 2 * GIB, p95: 60 }));
    planner.addRequest(request({ id: 4, memory: 2 * GIB, p95: 6000 }));
    expect(planner.decide(MINUTE).map(({ placement }) => placement.rule)).toEqual([
      "the only worker with room, ahead of #2, for which it is reserved: should be over before",
      "the only worker with room, ahead of #2, for which it is reserved: leaves it the room that it needs",
    ]);
  });

  it("ends with its worker, and another is kept", () => {
    const planner = new Planner();
    for (const name of ["a", "b"]) planner.setWorker(worker(name, { memory: 8 * GIB }));
    planner.addRequest(request({ id: 1, memory: 5 * GIB, p95: 600 }));
    planner.addRequest(request({ id: 2, memory: 5 * GIB, p95: 900 }));
    planner.decide(0);
    planner.addRequest(request({ id: 3, memory: 8 * GIB }));
    planner.addRequest(request({ id: 4, memory: GIB, p95: 3600 }));
    expect(planner.decide(0).map(({ placement }) => placement.worker_name)).toEqual(["b"]);
    expect(planner.reasonFor(id(3), 0)?.expectedStartMs).toBe(600_000);
    planner.removeWorker(worker("a").worker_name);
    planner.addRequest(request({ id: 5, memory: GIB, p95: 3600 }));
    expect(planner.decide(0)).toEqual([]);
    expect(planner.reasonFor(id(3), 0)?.expectedStartMs).toBe(3_600_000);
    expect(planner.isWaiting(id(1))).toBe(false);
  });
});

describe("workers", () => {
  it("that come, go and change take work and leave it waiting", () => {
    const planner = new Planner();
    planner.addRequest(request({ id: 1, tags: ["a"] }));
    expect(planner.decide(0)).toEqual([]);
    expect(planner.reasonFor(id(1), 0)?.code).toBe("no_worker");
    planner.setWorker(worker("w"));
    expect(planner.decide(0)).toEqual([]);
    expect(planner.reasonFor(id(1), 0)).toMatchObject({ code: "never_fits", message: "no worker has the tag a" });
    planner.setWorker(worker("w", {}, { tags: ["a"], state: "draining" }));
    expect(planner.decide(0)).toEqual([]);
    expect(planner.reasonFor(id(1), 0)?.code).toBe("no_worker");
    planner.setWorker(worker("w", {}, { tags: ["a"] }));
    expect(ids(planner.decide(0))).toEqual([1]);
  });

  it("give no more than the machine has free, unless they are idle", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }, { usable: { memory: 3 * GIB } }));
    for (const each of [1, 2]) planner.addRequest(request({ id: each, memory: 2 * GIB }));
    expect(ids(planner.decide(0))).toEqual([1]);
    planner.setWorker(worker("w", { memory: 8 * GIB }, { usable: { memory: 4 * GIB } }));
    expect(ids(planner.decide(0))).toEqual([2]);
  });

  it("are counted with the runs that they have already", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: 8 * GIB }));
    const amounts = { memory: 6 * GIB, disk_space: GIB, cpu_count: 1 };
    planner.addRun({ id: id(1), worker_name: worker("w").worker_name, amounts, startedMs: 0, limit: 600 });
    planner.addRequest(request({ id: 2, memory: 4 * GIB }));
    expect(planner.decide(0)).toEqual([]);
    planner.endRun(id(1));
    expect(ids(planner.decide(0))).toEqual([2]);
  });
});

describe("the order", () => {
  it("is priority, then longest path, then age; and age lifts above a higher priority", () => {
    const planner = new Planner();
    planner.setWorker(worker("w", { memory: GIB }));
    const HOUR = 3_600_000;
    planner.addRequest(request({ id: 1, pendingMs: 5 * HOUR + 2 }));
    planner.addRequest(request({ id: 2, pendingMs: 5 * HOUR + 1 }));
    planner.addRequest(request({ id: 3, pendingMs: 5 * HOUR + 3, path: 60 }));
    planner.addRequest(request({ id: 4, pendingMs: 5 * HOUR + 4, priority: 2 }));
    planner.addRequest(request({ id: 5, pendingMs: 2 * HOUR, priority: 0 }));
    const order: number[] = [];
    for (let [next] = planner.decide(0); next !== undefined; [next] = planner.decide(0)) {
      order.push(next.id);
      planner.endRun(next.id);
    }
    expect(order).toEqual([5, 4, 3, 2, 1]);
  });
});
