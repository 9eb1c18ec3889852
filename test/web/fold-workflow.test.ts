import { array, assert, constantFrom, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { WorkflowNode } from "../../src/domain/workflow.ts";
import { foldWorkflow, MOST_FOLDS } from "../../src/web/parts/fold-workflow.ts";

function node(id: number, fields: Partial<WorkflowNode> = {}): WorkflowNode {
  return {
    id: id as WorkRequestId, // numbered so
    name: `n${id}`,
    task_type: "worker",
    task_name: "work",
    subject: "",
    context: "",
    group: null,
    status: "pending",
    result: null,
    verdict_kind: null,
    is_failed: false,
    allow_failure: false,
    dependencies: [],
    worker_name: null,
    pending_at: null,
    started_at: null,
    completed_at: null,
    duration_p50: null,
    duration_p95: null,
    is_critical: false,
    slack_seconds: 0,
    ...fields,
  };
}

/** Any graph without circles, of some kinds of work. */
const graphs = array(
  record({
    kind: constantFrom("a", "b", "c"),
    group: constantFrom(null, "g", "h"),
    before: array(integer({ min: 1, max: 40 }), { maxLength: 3 }),
  }),
  { maxLength: 150 },
).map((parts) =>
  parts.map(({ kind, group, before }, index) =>
    node(index + 1, {
      task_name: kind,
      group,
      dependencies: [...new Set(before.map((back) => index + 1 - back))].filter((id) => id > 0) as WorkRequestId[], // ids of nodes before it
    }),
  ),
);

describe("folding a workflow", () => {
  it("draws every request once, in no more boxes than one can look at, and no arrow leads back", () => {
    assert(
      property(graphs, (nodes) => {
        const { folds, edges, hidden } = foldWorkflow(nodes);
        expect(folds.length).toBeLessThanOrEqual(MOST_FOLDS);
        const drawn = folds.flatMap(({ members }) => members.map(({ id }) => id));
        expect(new Set(drawn).size).toBe(drawn.length);
        expect(drawn.length + hidden).toBe(nodes.length);
        expect(edges.every(({ from, to }) => from < to)).toBe(true);
      }),
    );
  });

  it("draws a small one as it is", () => {
    const { folds, edges } = foldWorkflow([node(1), node(2, { dependencies: [1 as WorkRequestId] })]); // as numbered
    expect(folds.map(({ name }) => name)).toEqual(["n1", "n2"]);
    expect(edges).toEqual([{ from: 0, to: 1 }]);
  });

  it("opens the first two folds in which one failed, unless somebody chose which are open", () => {
    const nodes = Array.from({ length: 300 }, (_, index) =>
      node(index + 1, {
        group: `g${Math.floor(index / 100)}`,
        ...(index % 100 === 70 && { status: "completed", result: "failure", is_failed: true }),
      }),
    );
    const first = foldWorkflow(nodes);
    expect(first.opened).toEqual([
      { by: 71, name: "g0 × 100", rest: 40 },
      { by: 171, name: "g1 × 100", rest: 40 },
    ]);
    expect(first.folds.map(({ name }) => name)).toEqual(expect.arrayContaining(["n71", "n171", "n271", "g2 × 99"]));
    expect(first.folds).toHaveLength(60 + 1 + 60 + 1 + 2);
    expect(foldWorkflow(nodes, new Set()).folds.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "g0 × 99 pending",
      "n71 failure",
      "g1 × 99 pending",
      "n171 failure",
      "g2 × 99 pending",
      "n271 failure",
    ]);
  });

  it("opens the fold that a request is in, as far as there is room, and says which it opened", () => {
    const nodes = Array.from({ length: 100 }, (_, index) => node(index + 1, { group: index < 20 ? "few" : "many" }));
    const few = foldWorkflow(nodes, new Set([7]));
    expect(few.opened).toEqual([{ by: 7, name: "few × 20", rest: 0 }]);
    expect(few.folds.map(({ name }) => name)).toEqual([
      ...Array.from({ length: 20 }, (_, index) => `n${index + 1}`),
      "many × 80",
    ]);
    const many = foldWorkflow(nodes, new Set([21, 999]));
    expect(many.opened).toEqual([{ by: 21, name: "many × 80", rest: 20 }]);
    expect(many.folds.length).toBe(1 + 60 + 1);
    expect(many.folds.at(-1)?.name).toBe("many × 20");
  });

  it("keeps a fold open when the request that opened it fails", () => {
    const nodes = Array.from({ length: 50 }, (_, index) => node(index + 1, index === 0 ? { is_failed: true } : {}));
    expect(foldWorkflow(nodes, new Set([1])).folds.length).toBe(50);
  });
});
