import { describe, expect, it } from "vitest";
import type { Why } from "../../../src/contract/answers.ts";
import type { Event } from "../../../src/domain/event.ts";
import { renderWhy } from "../../../src/cli/terminal/why-view.ts";
import { ago, allocationOf, GIB, requestId, requestOf, runIdOf, runOf, terminal, workerNameOf } from "./records.ts";

function event(kind: Event["kind"], secondsAgo: number, part: Partial<Event> = {}): Event {
  return { id: 1, at: ago(secondsAgo), kind, work_request_id: requestId(5120), data: {}, ...part };
}

const waiting: Why = {
  work_request: requestOf(5120, {
    subject: "chromium",
    pending_at: ago(1340),
    allocation: { ...allocationOf(61 * GIB), tags: ["amd64"] },
  }),
  sentence: "waits since 22m20s: w-12 has 44.0G of the 61.0G memory free",
  placement: null,
  candidates: [
    {
      worker_name: workerNameOf("w-19"),
      verdict: "too_small",
      resource: "memory",
      available: 32 * GIB,
      needed: 61 * GIB,
    },
    {
      worker_name: workerNameOf("w-12"),
      verdict: "no_room",
      resource: "memory",
      available: 44 * GIB,
      needed: 61 * GIB,
    },
    { worker_name: workerNameOf("w-13"), verdict: "lacks_tag", tag: "kvm" },
    { worker_name: workerNameOf("w-14"), verdict: "not_allowed" },
    { worker_name: workerNameOf("w-15"), verdict: "draining" },
    { worker_name: workerNameOf("w-16"), verdict: "offline" },
  ],
  candidate_count: 21,
  failure: null,
  events: [
    event("created", 1345),
    event("waiting", 1340, { data: { code: "no_worker", message: "no worker has joined yet" } }),
    event("waiting", 1300, { data: { code: "no_room", message: "w-12 has 30.0G of the 61.0G memory free" } }),
    event("waiting", 600, { data: { code: "no_room", message: "w-12 has 44.0G of the 61.0G memory free" } }),
  ],
};

describe("almanac why", () => {
  it("answers why a request waits, worker by worker, with numbers", () => {
    expect(renderWhy(waiting, terminal())).toMatchInlineSnapshot(`
      "#5120 build chromium waits since 22m20s: w-12 has 44.0G of the 61.0G memory free.
        needs  61.0G memory   history: 40 runs of this key
        needs  20.0G disk     default; no run has figures for it
        needs  4 cpu          request
        needs  1h00m time     history: 1 run of this task
        needs  tags amd64
        WORKER  VERDICT      WHY
        w-12    no room      44.0G of 61.0G memory free
        w-19    too small    32.0G memory in all, 61.0G needed
        w-13    lacks tag    kvm
        w-14    not allowed
        w-15    draining
        +16 more workers (--all lists them)
        waited  40s no worker there · 21m40s no room
      "
    `);
  });

  it("shows every worker and event with --all", () => {
    expect(renderWhy(waiting, terminal({ hasUnicode: false }), { isAll: true })).toMatchInlineSnapshot(`
      "#5120 build chromium waits since 22m20s: w-12 has 44.0G of the 61.0G memory free.
        needs  61.0G memory   history: 40 runs of this key
        needs  20.0G disk     default; no run has figures for it
        needs  4 cpu          request
        needs  1h00m time     history: 1 run of this task
        needs  tags amd64
        WORKER  VERDICT      WHY
        w-12    no room      44.0G of 61.0G memory free
        w-19    too small    32.0G memory in all, 61.0G needed
        w-13    lacks tag    kvm
        w-14    not allowed
        w-15    draining
        w-16    offline
        +15 more workers looked at as well
        waited  40s no worker there | 21m40s no room
        2026-11-22 11:37:35Z  created
        2026-11-22 11:37:40Z  waiting  no worker has joined yet
        2026-11-22 11:38:20Z  waiting  w-12 has 30.0G of the 61.0G memory free
        2026-11-22 11:50:00Z  waiting  w-12 has 44.0G of the 61.0G memory free
      "
    `);
  });

  it("names the request that room is kept for", () => {
    const kept: Why = {
      ...waiting,
      candidates: [{ worker_name: workerNameOf("w-12"), verdict: "reserved", reserved_for: requestId(5098) }],
      candidate_count: 1,
    };
    expect(renderWhy(kept, terminal())).toContain("  w-12    reserved  for #5098\n");
  });

  it("says how fast the workers were thought to be that could take it", () => {
    const candidates = [
      { worker_name: workerNameOf("w-12"), verdict: "fits" as const, slowness: 1.3 },
      { worker_name: workerNameOf("w-04"), verdict: "chosen" as const, slowness: 0.66 },
    ];
    const text = renderWhy({ ...waiting, candidates, candidate_count: 2 }, terminal());
    expect(text).toContain(
      "  w-04    chosen   takes 0.66 of the ordinary time\n  w-12    fits     takes 1.30 of the ordinary time\n",
    );
  });

  it("says of a failure who failed alike, and what has changed since it last passed", () => {
    const failure: Why["failure"] = {
      first_error: "a.c:7: error: \u001b[31mgone",
      alike: [
        { run_id: runIdOf("5101.1"), task_name: "test", subject: "glibc", completed_at: ago(900) },
        { run_id: null, task_name: "build", subject: "", completed_at: ago(9000) },
      ],
      last_pass: {
        run_id: runIdOf("5060.1"),
        completed_at: ago(7200),
        changes: [
          { what: "input src.tar", before: "0123456789ab (1.0M)", after: null },
          { what: "worker", before: "w-03", after: "w-04" },
        ],
      },
      finding: { id: 7, state: "known", owner: "ada" },
    };
    const lines = (part: Why["failure"]) =>
      renderWhy({ ...waiting, candidates: [], candidate_count: 0, failure: part }, terminal())
        .split("\n")
        .slice(1, 7);
    expect(lines(failure)).toEqual([
      String.raw`  error  a.c:7: error: \x1b[31mgone`,
      "  alike  5101.1 test glibc, an imported run build",
      "  passed 5060.1 at 2026-11-22 10:00:00Z; since then have changed:",
      "    input src.tar: 0123456789ab (1.0M) → -",
      "    worker: w-03 → w-04",
      "  found  finding 7, which is known and looked after by ada: almanac regressions 7",
    ]);
    expect(lines({ ...failure, last_pass: { ...failure.last_pass!, changes: [] } })[2]).toContain(
      "nothing that is known of has changed since",
    );
    expect(lines({ ...failure, last_pass: { ...failure.last_pass!, changes: null } })[2]).toContain("cannot be told");
  });

  it("answers why a request runs where it runs", () => {
    const run = runOf("5122.1");
    const why: Why = {
      work_request: requestOf(5122, { status: "running" }),
      sentence: "has been running for 12m20s on w-04: it is the tightest fit",
      placement: run.placement,
      candidates: [],
      candidate_count: 0,
      failure: null,
      events: [
        event("created", 800),
        event("waiting", 790, { data: { code: "a new one" } }),
        event("placed", 745, { run_id: runIdOf("5122.1"), worker_name: workerNameOf("w-04") }),
      ],
    };
    expect(renderWhy(why, terminal())).toMatchInlineSnapshot(`
      "#5122 build llvm has been running for 12m20s on w-04: it is the tightest fit.
        needs  5.0G memory    history: 40 runs of this key
        needs  20.0G disk     default; no run has figures for it
        needs  4 cpu          request
        needs  1h00m time     history: 1 run of this task
        placed on w-04 at 2026-11-22 11:47:35Z: it is the tightest fit.
        WORKER  VERDICT  WHY
        w-04    chosen
        waited  45s for another reason
      "
    `);
  });
});
