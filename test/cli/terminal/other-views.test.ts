import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../../src/domain/ids.ts";
import type { Run } from "../../../src/domain/run.ts";
import type { Slowness, TaskSlowness } from "../../../src/domain/slowness.ts";
import { loadOf, runLoad } from "../../../src/domain/worker-load.ts";
import type { Worker, WorkerStanding } from "../../../src/domain/worker.ts";
import { OUTCOME_KINDS, type Outcome } from "../../../src/domain/outcome.ts";
import { renderEstimate } from "../../../src/cli/terminal/estimate-view.ts";
import { stateLabel, stateOf } from "../../../src/cli/terminal/glyph.ts";
import { outcomeText } from "../../../src/domain/outcome-text.ts";
import { renderStatistics } from "../../../src/cli/terminal/statistics-view.ts";
import { renderWorker, renderWorkerList } from "../../../src/cli/terminal/worker-view.ts";
import { ago, estimate, GIB, MIB, pipe, runOf, terminal, workerOf } from "./records.ts";

const slowness: Slowness = { factor: 0.932, low: 0.91, high: 0.99, runs: 251, keys: 6 };
const taskSlowness: TaskSlowness = { ...slowness, task_type: "worker", task_name: "build", factor: 0.87 };
const standing = (worker: Worker, runs: readonly Run[] = []): WorkerStanding => ({
  ...worker,
  load: loadOf(runs.map(runLoad)),
  slowness: null,
  errors_in_day: 0,
});

const nothingKnown = {
  slowness: null,
  task_slowness: [],
  errors_in_day: 0,
  week: { runs: 0, errors: 0, is_cut: false },
  not_taken: { looked: 0, reasons: [] },
};

const workers = [
  workerOf("w-04"),
  workerOf("w-09", {
    state: "draining",
    tags: [],
    available_memory: null,
    tasks: { allow: ["build*"], deny: ["build-x"] },
  }),
  workerOf("w-10", { state: "offline", last_seen_at: ago(40 * 86_400) }),
];

describe("almanac worker ls", () => {
  const standings = [
    { ...standing(workers[0]!, [runOf("5122.1")]), slowness, errors_in_day: 3 },
    ...workers.slice(1).map((worker) => standing(worker)),
  ];

  it("shows state, capacity, what is reserved and used, how fast each is and when it was seen", () => {
    expect(renderWorkerList(standings, terminal())).toMatchInlineSnapshot(`
      "WORKER  STATE       CPU  MEMORY  RESERVED  USED  RUNS  FACTOR  ERRORS  TAGS       SEEN
      w-04    ● online      8   32.0G      5.0G  2.9G     1    0.93       3  amd64 kvm  4s ago
      w-09    ○ draining    8   32.0G        0B    0B     0       –       0             4s ago
      w-10    ▲ offline     8   32.0G        0B    0B     0       –       0  amd64 kvm  2026-10-13
      "
    `);
    expect(renderWorkerList(standings.slice(1, 2), terminal(), { isWide: true })).toMatchInlineSnapshot(`
      "WORKER  STATE       CPU  MEMORY  RESERVED  USED  RUNS  FACTOR  ERRORS  FREE MEMORY  DISK  FREE DISK  TAGS  MAY RUN             CPU MODEL      MEASURES BY  VERSION  SEEN
      w-09    ○ draining    8   32.0G        0B    0B     0       –       0            –  200G       150G        build* but build-x  AMD EPYC 7282  cgroup2      0.1.0    4s ago
      "
    `);
    expect(renderWorkerList(standings.slice(0, 1), pipe)).toMatchInlineSnapshot(`
      "w-04	online	8	34359738368	5368709120	3114270720	1	0.932	3	21474836480	214748364800	161061273600	amd64 kvm	anything	AMD EPYC 7282	cgroup2	0.1.0	2026-11-22T11:59:56.000Z	
      "
    `);
  });
});

describe("almanac worker show", () => {
  it("shows how much of a worker its runs have reserved", () => {
    expect(
      renderWorker(
        {
          worker: workers[0]!,
          runs: [runOf("5122.1")],
          slowness,
          task_slowness: [taskSlowness, { ...taskSlowness, task_name: "test" }],
          errors_in_day: 3,
          week: { runs: 35, errors: 4, is_cut: false },
          not_taken: {
            looked: 12,
            reasons: [
              {
                candidate: { worker_name: workers[0]!.worker_name, verdict: "lacks_tag", tag: "kvm" },
                count: 2,
                first_id: 5130 as WorkRequestId, // as any number
              },
            ],
          },
        },
        terminal(),
      ),
    ).toMatchInlineSnapshot(`
      "w-04  ● online
        memory      ▕███▏                ▏ 5.0G of 32.0G reserved
        disk        ▕██                  ▏ 20.0G of 200G reserved
        cpu         ▕██████████          ▏ 4 of 8 reserved
        free        20.0G memory, 150G disk, of the whole machine
        tags        amd64 kvm
        may run     anything
        cpu model   AMD EPYC 7282
        speed       takes 0.93 of the ordinary time (0.91 to 0.99 by key), by 251 runs of 6 keys
        by task     build takes 0.87 of the ordinary time (0.91 to 0.99 by key), by 251 runs of 6 keys
                    test takes 0.87 of the ordinary time (0.91 to 0.99 by key), by 251 runs of 6 keys
        errors      3 in 24 hours, 4 of 35 runs in 7 days
        cannot take 2 of 12 that wait, first #5130: lacks tag: kvm
        measures by cgroup2
        version     0.1.0
        joined      2026-11-21 12:00:00Z
        seen        4s ago

        RUN     WORKER  STARTED                 TOOK     CPU  MEMORY  DISK  ENDED
        5122.1  w-04    2026-11-22 11:47:40Z  12m20s  40m42s    3.3G  1.0G  ● running
      "
    `);
    expect(renderWorker({ worker: workers[1]!, runs: [], ...nothingKnown }, terminal({ hasUnicode: false }))).toContain(
      "  no runs\n",
    );
  });
});

describe("almanac estimate", () => {
  const key = { task_type: "worker", task_name: "build", subject: "gcc", context: "bookworm/amd64" } as const;

  it("shows for each resource what is predicted, allocated, and on what it stands", () => {
    expect(renderEstimate(key, { estimate }, terminal())).toMatchInlineSnapshot(`
      "build gcc bookworm/amd64, as its history predicts:
        RESOURCE     P50     P95  ALLOCATE  AFTER A DEATH  FROM
        memory      2.4G    4.0G      5.0G  8.0G, 16.0G    40 runs of this key
        time      20m20s  25m20s     1h00m  2h00m          1 run of this task
      "
    `);
    expect(renderEstimate(key, { estimate: { duration: estimate.duration! } }, pipe)).toBe(
      "duration\t1220\t1520\t3600\t7200\ttask 1 ladder\n",
    );
  });

  it("says that nothing is known", () => {
    expect(renderEstimate(key, { estimate: {} }, terminal())).toBe(
      "Nothing is known of build gcc bookworm/amd64 yet: no finished run has figures. It would get the defaults.\n",
    );
    expect(renderEstimate(key, { estimate: {} }, pipe)).toBe("");
  });

  it("sets an amount that was asked about beside the proposed one", () => {
    const proposed = { amount: 5 * GIB, failure_share: 0.0123, wasted: GIB, needed: 4 * GIB };
    const explained = {
      estimate,
      levels: [
        { level: "key" as const, runs: 9, kept: { memory: 9 } },
        { level: "task" as const, runs: 40, kept: { memory: 40 } },
      ],
      outlooks: { memory: proposed },
      what_if: { amount: 8 * GIB, failure_share: 0.0001, wasted: 4 * GIB, needed: 4 * GIB },
    };
    const lines = renderEstimate(key, explained, terminal()).split("\n");
    expect(lines.slice(-5, -1).join("\n")).toMatchInlineSnapshot(`
      "  blended from runs: 9 of this key; 40 of this task
                  MEMORY  RUNS THAT NEED MORE  WASTE A RUN  NEED A RUN
        proposed    5.0G          12 of 1,000         1.0G        4.0G
        what if     8.0G          <1 of 1,000         4.0G        4.0G"
    `);
  });
});

describe("the statistics of a run", () => {
  it("are shown with the finer figures beside them", () => {
    const statistics = {
      duration: 740,
      cpu_time: 2442,
      memory: 3 * GIB,
      disk_space: GIB,
      available_memory: 8 * GIB,
      available_disk_space: 100 * GIB,
      cpu_count: 8,
    };
    const measurement = {
      ...runOf("1.1").measurement!,
      memory_peak_at_ms: 250_000,
      page_cache_bytes: 500 * MIB,
      read_bytes: MIB,
      write_bytes: 5 * MIB,
      process_count: 14,
      oom_kills: 1,
      left_behind: 2,
      lower_bounds: ["memory" as const],
    };
    expect(renderStatistics(statistics, measurement, terminal())).toMatchInlineSnapshot(`
      "  time    12m20s
        cpu     40m42s (40m00s user, 42s system), 3.3 of 8 cores
        memory  ≥3.0G of 8.0G free, highest after 4m10s; file cache 500M beside it
        disk    1.0G of 100G free
        i/o     1.0M read, 5.0M written
        notes   measured by cgroup2, at most 14 processes at once, 1 killed for memory, 2 outlived the command and were killed
      "
    `);
  });

  it("have no line for what was not measured", () => {
    expect(renderStatistics({}, null, terminal())).toBe("");
    expect(renderStatistics({ duration: 2, cpu_time: 1 }, null, terminal())).toBe(
      "  time    2.0s\n  cpu     1.0s, 0.5 cores\n",
    );
  });
});

describe("states and outcomes", () => {
  it("always have a glyph and a word", () => {
    const states = [
      stateOf({ status: "blocked", result: null }),
      stateOf({ status: "pending", result: null }),
      stateOf({ status: "running", result: null }),
      stateOf({ status: "completed", result: "success" }),
      stateOf({ status: "completed", result: "failure" }),
      stateOf({ status: "completed", result: "error" }),
      stateOf({ status: "completed", result: "skipped" }),
      stateOf({ status: "aborted", result: null }),
    ];
    expect(states.map((state) => stateLabel(terminal(), state))).toEqual([
      "○ blocked",
      "○ pending",
      "● running",
      "✓ success",
      "✕ failure",
      "▲ error",
      "– skipped",
      "– aborted",
    ]);
    expect(states.map((state) => stateLabel(terminal({ hasUnicode: false }), state))).toEqual([
      "o blocked",
      "o pending",
      "* running",
      "+ success",
      "x failure",
      "! error",
      "- skipped",
      "- aborted",
    ]);
  });

  it("say how a run ended, with the limit that ended it", () => {
    const outcomes: Outcome[] = [
      { kind: "exited", code: 0 },
      { kind: "exited", code: 2 },
      { kind: "signalled", signal: "SIGKILL" },
      { kind: "out_of_memory", limit: 5 * GIB },
      { kind: "out_of_disk", limit: 0 },
      { kind: "timed_out", limit: 3600 },
      { kind: "outputs_missing", globs: ["*.deb", "dist/*"] },
      { kind: "start_failed", errors: [{ code: "command-not-found", message: "The command x was not found." }] },
      { kind: "start_failed", errors: [] },
      { kind: "aborted", by: "anna" },
      { kind: "worker_lost" },
    ];
    expect(outcomes.map(outcomeText)).toEqual([
      "passed",
      "exit code 2",
      "killed by SIGKILL",
      "out of memory (limit 5.0G)",
      "out of disk",
      "timed out (limit 1h00m)",
      "left nothing that matches *.deb, dist/*",
      "The command x was not found.",
      "could not be started",
      "aborted by anna",
      "worker lost",
    ]);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(OUTCOME_KINDS));
  });
});
