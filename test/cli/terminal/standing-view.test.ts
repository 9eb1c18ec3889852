import { expect, it } from "vitest";
import { renderStanding } from "../../../src/cli/terminal/standing-view.ts";
import type { FarmStanding } from "../../../src/domain/farm-standing.ts";
import { ago, GIB, pipe, requestId, terminal } from "./records.ts";

const none = { longest: null, groups: [], looked: 0 };
const part = (capacity: number, reserved: number, used: number) => ({ capacity, reserved, used });

const EMPTY: FarmStanding = {
  now: ago(0),
  counts: { blocked: 0, pending: 0, running: 0, completed: 0, aborted: 0 },
  waiting: { pending: none, blocked: none },
  failed: { failure: 0, error: 0, regression: 0, since: ago(86_400) },
  workers: { online: 0, draining: 0, offline: 0 },
  runs: 0,
  held: { memory: part(0, 0, 0), disk_space: part(0, 0, 0), cpu_count: part(0, 0, 0) },
  week: null,
};

const BUSY: FarmStanding = {
  ...EMPTY,
  counts: { blocked: 3, pending: 1200, running: 41, completed: 90_000, aborted: 12 },
  waiting: {
    pending: {
      longest: { work_request_id: requestId(5120), since: ago(1340) },
      groups: [
        { code: "no_room", count: 900, first_id: requestId(5121) },
        { code: null, count: 100, first_id: requestId(5600) },
      ],
      looked: 1000,
    },
    blocked: {
      longest: { work_request_id: requestId(4100), since: ago(7200) },
      groups: [{ code: null, count: 3, first_id: requestId(4100) }],
      looked: 3,
    },
  },
  failed: { failure: 7, error: 1, regression: 2, since: ago(86_400) },
  workers: { online: 11, draining: 1, offline: 2 },
  runs: 41,
  held: {
    memory: part(1536 * GIB, 1090 * GIB, 752 * GIB),
    disk_space: part(4096 * GIB, 1024 * GIB, 0),
    cpu_count: part(384, 300, 281),
  },
  week: {
    allocated: 9000 * GIB,
    used: 6000 * GIB,
    unused: 900 * GIB,
    lost: 180 * GIB,
    wasted: 1080 * GIB,
    wasted_share: 0.12,
    times_used: 1.2,
    asked_runs: 80,
    asked: 12_000 * GIB,
    saved: 3780 * GIB,
  },
};

it("says what waits, since when and for what, what failed, and where room is", () => {
  expect(renderStanding(BUSY, terminal())).toMatchInlineSnapshot(`
    "waiting  1,200, the longest #5120 for 22m20s
               900 of the first 1,000: no room, the first #5121
               100 of the first 1,000: to be planned, the first #5600
    blocked  3, the longest #4100 for 2h00m
               3: for dependencies, the first #4100
    running  41
    failed   7 in 24 hours, 2 regressions; 1 more in error
    workers  12 of 14 online, 1 draining
    memory   ▕███████████▍    ▏ 71 % reserved, 49 % used of 1.5T
    disk     ▕████            ▏ 25 % reserved, 0 % used of 4.0T
    cores    ▕████████████▌   ▏ 78 % reserved, 73 % used of 384
    7 days   3.7T·h saved by sizing, 12 % of reserved memory not used
    "
  `);
});

it("says of a farm without anything that there is nothing", () => {
  expect(renderStanding(EMPTY, terminal({ hasUnicode: false }))).toMatchInlineSnapshot(`
    "waiting  0
    blocked  0
    running  0
    failed   0 in 24 hours, 0 regressions
    workers  0 of 0 online
    memory   -
    disk     -
    cores    -
    "
  `);
});

it("gives programs every number by its name, in base units", () => {
  const lines = renderStanding(BUSY, pipe).split("\n");
  expect(lines).toContain("counts.pending\t1200");
  expect(lines).toContain(`waiting.pending.longest.since\t${ago(1340)}`);
  expect(lines).toContain(`held.memory.used\t${752 * GIB}`);
  expect(renderStanding(EMPTY, pipe)).toContain("waiting.pending.longest\t\n");
});
