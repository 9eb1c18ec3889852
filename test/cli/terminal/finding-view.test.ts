import { expect, it } from "vitest";
import { renderFinding, renderFindings } from "../../../src/cli/terminal/finding-view.ts";
import type { Finding } from "../../../src/domain/finding.ts";
import { runId, type WorkRequestId } from "../../../src/domain/ids.ts";
import { pipe, terminal } from "./records.ts";

const run = (id: number) => runId(id as WorkRequestId, 1); // as numbered

const FINDING: Finding = {
  id: 7,
  kind: "regression",
  state: "confirmed",
  task_type: "worker",
  task_name: "check",
  subject: "shop",
  context: "sid",
  because: "20 of 20 earlier runs passed",
  confidence: 0.99,
  before_amount: null,
  after_amount: null,
  level_since: null,
  fingerprint: "f",
  first_error: "shop.ts:9: error: \u001b[31mno tax",
  first_run_id: run(42),
  first_request_by: "ada",
  last_pass: {
    run_id: run(41),
    completed_at: "2026-11-22T11:00:00.000Z",
    changes: [{ what: "input shop.tar", before: "aaa (1.0K)", after: "bbb (1.1K)" }],
  },
  last_run_id: run(50),
  run_count: 5,
  request_count: 3,
  stopped_count: 12,
  found_at: "2026-11-22T11:30:00.000Z",
  last_seen_at: "2026-11-22T11:59:00.000Z",
  state_at: "2026-11-22T11:50:00.000Z",
  state_by: null,
  owner: "eve",
  note: null,
};

it("almanac regressions prints a line for each finding, with how many requests it hits", () => {
  expect(renderFindings([FINDING], terminal({ columns: 130 }))).toMatchInlineSnapshot(`
    "ID  STATE      WHAT   TASK   SUBJECT  CONTEXT  SINCE  REQUESTS  SURE  SEEN       OWNER  WHY
     7  confirmed  fails  check  shop     sid      42.1          3  0.99  1m00s ago  eve    shop.ts:9: error: \\x1b[31mno tax
    "
  `);
  expect(renderFindings([FINDING], pipe).split("\t").slice(6, 9)).toEqual(["42.1", "3", "12"]);
});

it("almanac regressions ID prints whom it hits, where it began, and what was otherwise there", () => {
  expect(renderFinding(FINDING, terminal({ columns: 130 }), "http://a/regressions/7")).toMatchInlineSnapshot(`
    "finding 7: check shop sid fails, and passed before
      state  confirmed, 10m00s ago
      why    20 of 20 earlier runs passed
      error  shop.ts:9: error: \\x1b[31mno tax
      sure   99 %
      hits   3 requests (5 runs show it), and 12 more not run because of it
      began  in run 42.1, which ada sent
      owner  eve
      passed 41.1 at 2026-11-22 11:00:00Z; since then have changed:
        input shop.tar: aaa (1.0K) → bbb (1.1K)
      page   http://a/regressions/7
    "
  `);
  const imported: Finding = {
    ...FINDING,
    kind: "memory",
    before_amount: 2 ** 30,
    after_amount: 2 ** 31,
    first_error: null,
    first_run_id: null,
    first_request_by: null,
    last_pass: null,
    request_count: 0,
    stopped_count: 0,
    state: "known",
    state_by: "eve",
    owner: null,
    note: "more tests",
  };
  expect(renderFinding(imported, pipe, "http://a/regressions/7")).toMatchInlineSnapshot(`
    "finding 7: check shop sid uses 2.0G, and used 1.0G (+100 %)
      state  known, as eve said, 2026-11-22T11:50:00.000Z: more tests
      why    20 of 20 earlier runs passed
      sure   99 %
      owner  nobody
      page   http://a/regressions/7
    "
  `);
});
