import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedSince, type RunAndRequest } from "../../src/history/changed-since.ts";
import { allocationOf, GIB, requestId, workerNameOf } from "../cli/terminal/records.ts";
import { anyText } from "./any-text.ts";

function runOf(part: {
  task_data?: Record<string, unknown>;
  inputs?: Record<string, string>;
  worker?: string;
  memory?: number;
  input_size?: number;
}): RunAndRequest {
  const { task_data = {}, inputs = {}, worker = "w-1", memory = GIB, input_size = null } = part;
  return {
    request: { task_name: "build", subject: "hello", context: "", task_data, input_size },
    run: {
      worker_name: workerNameOf(worker),
      cpu_model: null,
      allocation: allocationOf(memory),
      inputs: Object.entries(inputs).map(([path, sha256]) => ({ path, sha256, size: 3, from: requestId(1) })),
    },
  };
}

describe("what has changed since a run", () => {
  it("is what it was told and given, then where it ran and with how much", () => {
    const before = runOf({ task_data: { command: ["make"], old: 1 }, inputs: { "a.tar": "aa", "b.tar": "bb" } });
    const after = runOf({
      task_data: { command: ["make", "-k"] },
      inputs: { "a.tar": "ab", "b.tar": "bb" },
      worker: "w-2",
      memory: 2 * GIB,
      input_size: 2048,
    });
    expect(changedSince(before, after)).toEqual([
      { what: "task data command", before: '["make"]', after: '["make","-k"]' },
      { what: "input a.tar", before: "aa (3B)", after: "ab (3B)" },
      { what: "input size", before: null, after: "2.0K" },
      { what: "worker", before: "w-1", after: "w-2" },
      { what: "memory reserved", before: "1.0G", after: "2.0G" },
      { what: "task data old", before: "1", after: null },
    ]);
  });

  it("shows of long texts where they differ", () => {
    const [change] = changedSince(
      runOf({ task_data: { script: `${"x".repeat(500)}old${"y".repeat(500)}` } }),
      runOf({ task_data: { script: `${"x".repeat(500)}new${"y".repeat(500)}` } }),
    );
    expect(change!.before).toMatch(/^…x+oldy+…$/);
    expect(change!.after).toMatch(/^…x+newy+…$/);
  });

  it("is nothing between equal runs, and never more than can be read", () => {
    const taskData = fc.dictionary(anyText, fc.oneof(anyText, fc.integer(), fc.constant(null)), { maxKeys: 40 });
    fc.assert(
      fc.property(taskData, taskData, (one, other) => {
        expect(changedSince(runOf({ task_data: one }), runOf({ task_data: one }))).toEqual([]);
        const changes = changedSince(runOf({ task_data: one }), runOf({ task_data: other }));
        expect(changes.length).toBeLessThanOrEqual(20);
        for (const { before, after } of changes) {
          expect((before ?? "").length).toBeLessThanOrEqual(122);
          expect((after ?? "").length).toBeLessThanOrEqual(122);
        }
      }),
    );
  });
});
