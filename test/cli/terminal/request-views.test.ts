import { describe, expect, it } from "vitest";
import { renderRequestList, type RequestRow } from "../../../src/cli/terminal/request-list-view.ts";
import { renderRequest } from "../../../src/cli/terminal/request-view.ts";
import {
  ago,
  allocationOf,
  estimate,
  GIB,
  pipe,
  requestId,
  requestOf,
  runOf,
  terminal,
  workerNameOf,
} from "./records.ts";

const running = requestOf(5122, {
  status: "running",
  worker_name: workerNameOf("w-04"),
  estimate,
  started_at: ago(740),
  run_count: 1,
  requirements: { cpu_count: 4, min: { memory: 2 * GIB } },
});
const failedRun = runOf("5118.1", {
  state: "ended",
  worker_name: workerNameOf("w-03"),
  allocation: allocationOf(2 * GIB),
  started_at: ago(700),
  ended_at: ago(569),
  outcome: { kind: "exited", code: 2 },
  runtime_statistics: { duration: 131, cpu_time: 262, memory: GIB },
  measurement: null,
  outputs: [{ path: "dist/glibc.tar", size: 5 * GIB, sha256: "00" }],
  log: { size: 64 * 2 ** 20, cut_bytes: 2 ** 20 },
});
const failed = requestOf(5118, {
  task_name: "test",
  subject: "glibc",
  status: "completed",
  result: "failure",
  worker_name: workerNameOf("w-03"),
  started_at: ago(700),
  completed_at: ago(569),
  output_data: { runtime_statistics: { duration: 131, memory: GIB } },
  run_count: 1,
  allocation: allocationOf(2 * GIB),
});

const rows: RequestRow[] = [
  { work_request: running, run: runOf("5122.1") },
  {
    work_request: requestOf(5119, {
      status: "running",
      worker_name: workerNameOf("w-09"),
      subject: "qtbase",
      created_at: ago(1880),
      pending_at: ago(1880),
      started_at: ago(1862),
    }),
    run: runOf("5119.1", { started_at: ago(1862), worker_name: workerNameOf("w-09") }),
  },
  {
    work_request: requestOf(5120, {
      subject: "chromium",
      created_at: ago(1340),
      pending_at: ago(1340),
      allocation: allocationOf(61 * GIB),
      waiting: { code: "no_room", message: "w-12 has 44.0G of the 61.0G memory free", since: ago(1300) },
    }),
  },
  { work_request: failed, run: failedRun },
  {
    work_request: requestOf(5117, {
      status: "completed",
      result: "success",
      started_at: ago(700),
      completed_at: ago(569),
      output_data: { runtime_statistics: { duration: 131, memory: GIB } },
      run_count: 2,
    }),
  },
  {
    work_request: requestOf(5116, {
      status: "aborted",
      pending_at: null,
      aborted: { at: ago(3), by: "anna\u001b[31m", reason: "wrong\nbranch" },
    }),
  },
  {
    work_request: requestOf(5115, {
      status: "completed",
      result: "error",
      allocation: null,
      pending_at: null,
      output_data: {
        runtime_statistics: {},
        errors: [{ code: "unknown-task", message: 'no worker task is called "bild"' }],
      },
    }),
  },
  {
    work_request: requestOf(5114, {
      status: "blocked",
      pending_at: null,
      allocation: null,
      waiting: { code: "dependencies", message: "waits for #5122", since: ago(3) },
    }),
  },
];

describe("almanac ls", () => {
  it("shows each request with state, times, memory and why", () => {
    expect(renderRequestList(rows, terminal({ columns: 120 }))).toMatchInlineSnapshot(`
      "  ID  STATE      TASK   SUBJECT   WORKER  WAITED     RAN  LEFT        MEMORY          NOTE
      5122  ● running  build  llvm      w-04     1m00s  12m20s  8–13m       3.3G/5.0G ▃▅██
      5119  ● running  build  qtbase    w-09       18s  31m02s  late 5m42s  3.3G/5.0G ▃▅██
      5120  ○ pending  build  chromium  –       22m20s       –  –           –/61.0G         w-12 has 44.0G of the 61.0G memor…
      5118  ✕ failure  test   glibc     w-03     1m40s   2m11s  –           1.0G/2.0G       exit code 2
      5117  ✓ success  build  llvm      –        1m40s   2m11s  –           1.0G/5.0G       2 attempts
      5116  – aborted  build  llvm      –       13m17s       –  –           –/5.0G          by anna\\x1b[31m: wrong\\nbranch
      5115  ▲ error    build  llvm      –       13m20s       –  –           –               no worker task is called "bild"
      5114  ○ blocked  build  llvm      –       13m20s       –  –           –               waits for #5122
        2 running, 1 pending (oldest 22m20s), 1 blocked, 1 success, 1 failure, 1 error, 1 aborted
      "
    `);
  });

  it("fits a narrow terminal without Unicode", () => {
    expect(renderRequestList(rows, terminal({ columns: 80, hasUnicode: false }))).toMatchInlineSnapshot(`
      "  ID  STATE      TASK   SUBJECT   WORKER  WAITED     RAN  LEFT        MEMORY          NOTE
      5122  * running  build  llvm      w-04     1m00s  12m20s  8-13m       3.3G/5.0G -+##
      5119  * running  build  qtbase    w-09       18s  31m02s  late 5m42s  3.3G/5.0G -+##
      5120  o pending  build  chromium  -       22m20s       -  -           -/61.0G         w-12 has 44~
      5118  x failure  test   glibc     w-03     1m40s   2m11s  -           1.0G/2.0G       exit code 2
      5117  + success  build  llvm      -        1m40s   2m11s  -           1.0G/5.0G       2 attempts
      5116  - aborted  build  llvm      -       13m17s       -  -           -/5.0G          by anna\\x1b~
      5115  ! error    build  llvm      -       13m20s       -  -           -               no worker t~
      5114  o blocked  build  llvm      -       13m20s       -  -           -               waits for #~
        2 running, 1 pending (oldest 22m20s), 1 blocked, 1 success, 1 failure, 1 error, 1 aborted
      "
    `);
  });

  it("shows all columns with --wide, and no header with --no-header", () => {
    expect(renderRequestList(rows.slice(0, 1), terminal(), { isWide: true, hasHeader: false })).toMatchInlineSnapshot(`
      "5122  ● running  build  llvm  bookworm/amd64  w-04  1m00s  12m20s  8–13m  3.3G/5.0G ▃▅██  5.0G  default
        1 running
      "
    `);
  });

  it("gives programs full values in seconds and bytes", () => {
    expect(renderRequestList(rows, pipe)).toMatchInlineSnapshot(`
      "5122	running	build	llvm	bookworm/amd64	w-04	60	740	480	3543138304	5368709120	default	
      5119	running	build	qtbase	bookworm/amd64	w-09	18	1862	-642	3543138304	5368709120	default	
      5120	pending	build	chromium	bookworm/amd64		1340				65498251264	default	w-12 has 44.0G of the 61.0G memory free
      5118	failure	test	glibc	bookworm/amd64	w-03	100	131		1073741824	2147483648	default	exit code 2
      5117	success	build	llvm	bookworm/amd64		100	131		1073741824	5368709120	default	2 attempts
      5116	aborted	build	llvm	bookworm/amd64		797				5368709120	default	by anna\\x1b[31m: wrong\\nbranch
      5115	error	build	llvm	bookworm/amd64		800					default	no worker task is called "bild"
      5114	blocked	build	llvm	bookworm/amd64		800					default	waits for #5122
      "
    `);
  });

  it("knows when a run will end without the run at hand", () => {
    const lines = renderRequestList([{ work_request: running }], terminal()).split("\n");
    expect(lines[1]).toBe("5122  ● running  build  llvm     w-04     1m00s  12m20s  8–13m  –/5.0G");
  });

  it("colours states beside their glyph and word", () => {
    const text = renderRequestList(rows, terminal({ hasColour: true, columns: 120 }));
    expect(text).toContain("\u001b[34m● running\u001b[39m");
    expect(text).toContain("\u001b[31m✕ failure\u001b[39m");
  });

  it("prints nothing without requests", () => {
    expect(renderRequestList([], terminal())).toBe("");
  });
});

describe("almanac show", () => {
  it("shows a running request with all attempts, amounts and their sources", () => {
    const first = runOf("5122.1", {
      state: "ended",
      outcome: { kind: "out_of_memory", limit: 4 * GIB },
      started_at: ago(780),
      ended_at: ago(750),
      runtime_statistics: { duration: 30, memory: 4 * GIB },
      measurement: { method: "cgroup2", duration_ms: 30_000, lower_bounds: ["memory", "duration"] },
    });
    const second = runOf("5122.2", { attempt: 2 });
    const text = renderRequest(running, [first, second], terminal(), { pageUrl: "http://127.0.0.1:4747/r/5122" });
    expect(text).toMatchInlineSnapshot(`
      "#5122 build llvm (bookworm/amd64)  ● running on w-04, attempt 2 for 12m20s; 8–13m left
        submitted   2026-11-22 11:46:40Z (13m20s ago) by default
        waited      1m00s

        RESOURCE  ASKED          PREDICTED     P95  RESERVED  USED            FROM
        memory    at least 2.0G       2.4G    4.0G      5.0G  3.3G, now 2.9G  history: 40 runs of this key
        disk      –                      –       –     20.0G  1.0G, now 1.0G  default; no run has figures for it
        cpu       4                      –       –         4  3.3, now 3.7    request
        time      –                 20m20s  25m20s     1h00m  12m20s          history: 1 run of this task

        RUN     WORKER  STARTED                 TOOK     CPU  MEMORY  DISK  ENDED
        5122.1  w-04    2026-11-22 11:47:00Z    ≥30s       –   ≥4.0G     –  ✕ out of memory (limit 4.0G)
        5122.2  w-04    2026-11-22 11:47:40Z  12m20s  40m42s    3.3G  1.0G  ● running

        log         almanac log 5122 (100B)
        why         almanac why 5122
        page        http://127.0.0.1:4747/r/5122
      "
    `);
  });

  it("shows why a request failed, its files and that its log was cut", () => {
    expect(renderRequest(failed, [failedRun], terminal({ columns: 80 }))).toMatchInlineSnapshot(`
      "#5118 test glibc (bookworm/amd64)  ✕ failure after 2m11s on w-03
        because     exit code 2
        submitted   2026-11-22 11:46:40Z (13m20s ago) by default
        waited      1m40s
        ended       2026-11-22 11:50:31Z (9m29s ago)

        RESOURCE  ASKED  PREDICTED     P95  RESERVED  USED   FROM
        memory    –           2.4G    4.0G      2.0G  1.0G   history: 40 runs of this key
        disk      –              –       –     20.0G  –      default; no run has figures for it
        cpu       –              –       –         4  2      request
        time      –         20m20s  25m20s     1h00m  2m11s  history: 1 run of this task

        RUN     WORKER  STARTED                TOOK    CPU  MEMORY  DISK  ENDED
        5118.1  w-03    2026-11-22 11:48:20Z  2m11s  4m22s    1.0G     –  ✕ exit code 2

        output      dist/glibc.tar (5.0G)
        log         almanac log 5118 (64.0M, 1.0M more not kept)
        why         almanac why 5118
      "
    `);
  });

  it("shows a waiting request in full where the output goes into a file", () => {
    expect(renderRequest(rows[2]!.work_request, [], pipe)).toMatchInlineSnapshot(`
      "#5120 build chromium (bookworm/amd64)  ○ pending
        waits       w-12 has 44.0G of the 61.0G memory free
        since       2026-11-22T11:38:20.000Z
        submitted   2026-11-22T11:37:40.000Z by default
        waited      22m20s

        RESOURCE  ASKED  PREDICTED  P95  RESERVED  USED  FROM
        memory    –              –    –     61.0G  –     history: 40 runs of this key
        disk      –              –    –     20.0G  –     default; no run has figures for it
        cpu       –              –    –         4  –     request
        time      –              –    –     1h00m  –     history: 1 run of this task

        why         almanac why 5120
      "
    `);
  });

  it("shows what stands around a request", () => {
    const request = requestOf(9, {
      status: "completed",
      result: "error",
      completed_at: ago(60),
      subject: "",
      context: "",
      parameter_summary: "make -j8",
      input_size: 3 * GIB,
      priority_base: 5,
      priority_adjustment: -2,
      dependencies: Array.from({ length: 12 }, (_, index) => requestId(index + 1)),
      supersedes: requestId(8),
      superseded_by: requestId(10),
      trusted: false,
      allow_failure: true,
      pending_at: null,
      allocation: null,
      requirements: { tags: ["kvm"] },
      output_data: {
        runtime_statistics: {},
        errors: [{ code: "configure-failed", message: "The task build could not be set up\u001b[2J" }],
      },
    });
    expect(renderRequest(request, [], terminal())).toMatchInlineSnapshot(`
      "#9 build  ▲ error
        error       The task build could not be set up\\x1b[2J (configure-failed)
        submitted   2026-11-22 11:46:40Z (13m20s ago) by default
        summary     make -j8
        waited      12m20s
        ended       2026-11-22 11:59:00Z (1m00s ago)
        priority    3
        depends on  #1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 2 more
        input       3.0G
        made from   #8
        made again  as #10
        trusted     no: its runs do not train shared estimates
        may fail    yes: what depends on it goes on

        RESOURCE  ASKED  PREDICTED  P95  RESERVED  USED  FROM
        memory    –              –    –         –  –     not worked out yet
        disk      –              –    –         –  –     not worked out yet
        cpu       –              –    –         –  –     not worked out yet
        time      –              –    –         –  –     not worked out yet
        needs tags kvm

        why         almanac why 9
      "
    `);
  });

  it("says that a run is late, or about to start", () => {
    const late = runOf("5122.1", { started_at: ago(2000) });
    expect(renderRequest(running, [late], terminal()).split("\n")[0]).toBe(
      "#5122 build llvm (bookworm/amd64)  ● running on w-04 for 33m20s; late by 8m00s",
    );
    const starting = runOf("5122.1", { state: "assigned", started_at: null, measurement: null });
    expect(renderRequest(running, [starting], terminal()).split("\n")[0]).toBe(
      "#5122 build llvm (bookworm/amd64)  ● running on w-04, about to start",
    );
  });
});
