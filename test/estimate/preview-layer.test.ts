import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AllocatedAmount } from "../../src/domain/allocation.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import type { Layer } from "../../src/domain/layer.ts";
import { layerPreviewSentences } from "../../src/domain/layer-preview-text.ts";
import { previewLayer } from "../../src/estimate/preview-layer.ts";
import { entryOf } from "../history/entries.ts";

const HOUR_MS = 3_600_000;
let count = 0;

/** An hour's run of a request of its own that was given so much memory, and used so much. */
function hour(memory: AllocatedAmount, used: number, part: Partial<HistoryEntry> = {}): HistoryEntry {
  count += 1;
  const other = { amount: 1, source: "default" } as const;
  return entryOf({
    id: count,
    task_name: "build",
    work_request_id: count as WorkRequestId, // numbers of requests
    duration_ms: HOUR_MS,
    runtime_statistics: { memory: used },
    allocation: { memory, disk_space: other, cpu_count: other, duration: other, tags: [] },
    ...part,
  });
}

function layerOf(part: Partial<Layer>): Layer {
  const scope = { task_name: "build", subject: null, context: null };
  const rest = { id: 0, mode: "override" as const, note: null, set_by: "me", set_at: "2026-11-23T00:00:00.000Z" };
  return { ...scope, ...rest, field: "memory", value: 100, ...part };
}

const preview = (layer: Partial<Layer>, entries: HistoryEntry[], layers: Layer[] = []) =>
  previewLayer({ layer: layerOf(layer), layers, entries });

describe("a layer that is looked at before it is set", () => {
  it("says what would have needed more, and what would have been reserved", () => {
    const runs = [
      hour({ amount: 200, source: "request" }, 90),
      hour({ amount: 50, source: "history" }, 40),
      hour({ amount: 300, source: "history" }, 120),
    ];
    const found = preview({ value: 100 }, runs);
    expect(found).toMatchObject({ requests: 3, decided: 3, given_less: 2, given_more: 1, too_little: 1, unknown: 0 });
    // the third dies of 100 and is run again with its 300
    expect(found).toMatchObject({ reserved: 550, would_reserve: 600, examples: [runs[2]!.work_request_id] });
  });

  it("takes a request's attempts together: one that died of its amount would not have been made again", () => {
    const id = 7_000 as WorkRequestId; // a number of a request
    const died = { outcome: { kind: "out_of_memory", limit: 50 }, result: "failure" } as const;
    const attempts = [
      hour({ amount: 50, source: "history" }, 50, { ...died, work_request_id: id }),
      hour({ amount: 100, source: "retry" }, 60, { work_request_id: id }),
    ];
    expect(preview({ value: 80 }, attempts)).toMatchObject({
      requests: 1,
      decided: 1,
      given_more: 1,
      too_little: 0,
      too_little_before: 1,
      reserved: 150,
      would_reserve: 80,
    });
  });

  it("stands where it would in an allocation: a default below history, bounds below an override, both below what is more particular", () => {
    const runs = [
      hour({ amount: 200, source: "default" }, 90),
      hour({ amount: 200, source: "history" }, 90),
      hour({ amount: 200, source: "request" }, 90),
      hour({ amount: 200, source: "override" }, 90),
    ];
    expect(preview({ mode: "default" }, runs).decided).toBe(1);
    expect(preview({ mode: "default", field: "max.memory" }, runs)).toMatchObject({ decided: 2, given_less: 2 });
    expect(preview({ field: "max.memory" }, runs)).toMatchObject({ decided: 3, given_less: 3 });
    expect(preview({ field: "min.memory" }, runs)).toMatchObject({ decided: 3, given_less: 0, given_more: 0 });
    const particular = layerOf({ id: 3, subject: runs[0]!.subject });
    expect(preview({}, runs, [particular]).decided).toBe(0);
    expect(preview({ mode: "lock" }, runs, [particular]).decided).toBe(4);
    const replaced = layerOf({ id: 4, mode: "lock" });
    expect(preview({}, runs, [replaced]).decided).toBe(4);
  });

  it("says of a run that was cut short only what it showed", () => {
    const killed = { outcome: { kind: "signalled", signal: "SIGKILL" }, result: "failure" } as const;
    expect(preview({}, [hour({ amount: 200, source: "request" }, 90, killed)])).toMatchObject({
      too_little: 0,
      unknown: 1,
    });
    expect(preview({}, [hour({ amount: 200, source: "request" }, 150, killed)])).toMatchObject({
      too_little: 1,
      unknown: 0,
    });
  });

  it("only counts what is no amount", () => {
    expect(preview({ field: "retries.flaky", value: 0 }, [hour({ amount: 1, source: "default" }, 1)])).toMatchObject({
      resource: null,
      requests: 1,
      decided: 1,
      reserved: null,
    });
  });

  it("has fewer requests need more, and reserves more where none does, the more is given", () => {
    const needs = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(needs, fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (used, least, more) => {
        const runs = used.map((memory) => hour({ amount: 1000, source: "history" }, memory));
        const [small, large] = [preview({ value: least }, runs), preview({ value: least + more }, runs)];
        expect(large.too_little).toBeLessThanOrEqual(small.too_little);
        expect(small.too_little).toBe(used.filter((memory) => memory > least).length);
        const most = small.too_little === 0 ? large.would_reserve! : Infinity; // memory has one
        expect(most).toBeGreaterThanOrEqual(small.would_reserve!); // as above
      }),
    );
  });

  it("is told in sentences", () => {
    const runs = [hour({ amount: 200, source: "request" }, 90), hour({ amount: 300, source: "history" }, 120)];
    const told = { ...preview({}, runs), days: 30, is_cut: false };
    expect(layerPreviewSentences(told, "task build")).toEqual([
      "It would have decided for 2 of 2 requests of task build that ran in the last 30 days: 2 would have been given less, and 0 more.",
      `1 request needed more, and would have died of it, unless the worker had memory to spare (#${runs[1]!.work_request_id}). None of them died of what they were given.`,
      "It would have reserved 500B·h instead of 500B·h: as much.",
    ]);
    const none = { ...preview({}, []), days: 30, is_cut: false };
    expect(layerPreviewSentences(none, "all")).toEqual([
      "No request has run in the last 30 days: nothing can be said.",
    ]);
  });
});
