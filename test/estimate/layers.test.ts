import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAYER_FIELDS, LAYER_MODES, type Layer } from "../../src/domain/layer.ts";
import { allocate } from "../../src/estimate/allocate.ts";
import { layeredRequirements, rankOf, resolveLayers } from "../../src/estimate/layers.ts";

const KEY = { task_name: "build", subject: "hello", context: "sid" };

let ids = 0;
const layer = (more: Partial<Layer>): Layer => ({
  id: (ids += 1),
  task_name: null,
  subject: null,
  context: null,
  field: "memory",
  mode: "default",
  value: 1,
  note: null,
  set_by: "me",
  set_at: "2026-01-01T00:00:00.000Z",
  ...more,
});

/** The value that decides about memory. */
const memory = (...layers: Layer[]) => resolveLayers(layers, KEY).find(({ field }) => field === "memory")?.layer.value;

describe("layers", () => {
  it("are beaten by more particular ones", () => {
    const all = layer({ value: 1 });
    const task = layer({ task_name: "build", value: 2 });
    const context = layer({ context: "sid", value: 3 });
    const subject = layer({ subject: "hello", value: 4 });
    const both = layer({ subject: "hello", context: "sid", value: 5 });
    const layers = [both, subject, context, task, all];
    expect(layers.map((_, index) => memory(...layers.slice(index)))).toEqual([5, 4, 3, 2, 1]);
    expect(memory(...layers, layer({ subject: "other", context: "sid", value: 9 }))).toBe(5);
  });

  it("that override are not beaten by defaults, and those that lock by none", () => {
    const override = layer({ mode: "override", value: 1 });
    const particular = { subject: "hello", value: 2 };
    expect(memory(override, layer(particular))).toBe(1);
    expect(memory(override, layer({ ...particular, mode: "override" }))).toBe(2);
    expect(memory(layer({ mode: "lock", value: 1 }), layer({ ...particular, mode: "lock" }))).toBe(1);
  });

  it("go into the allocation: overrides above all others, defaults below history", () => {
    const estimate = { memory: { p50: 1, p95: 1, allocate: 2 ** 30, ladder: [], evidence: EVIDENCE } };
    const given = (...layers: Layer[]) =>
      allocate({
        estimate,
        requirements: { ...layeredRequirements(resolveLayers(layers, KEY)), request: { cpu_count: 2 } },
        defaults: { memory: 5, disk_space: 5, cpu_count: 1, duration: 5 },
      });
    expect(given(layer({ value: 7 }), layer({ field: "disk_space", value: 7 }))).toMatchObject({
      memory: { amount: 2 ** 30, source: "history" },
      disk_space: { amount: 7, source: "default" },
    });
    expect(given(layer({ field: "max.memory", value: 2 ** 29 })).memory).toMatchObject({
      amount: 2 ** 29,
      source: "history",
      note: "lowered to the maximum of the default",
    });
    const cpus = layer({ field: "cpu_count", value: 8, mode: "override" });
    expect(given(cpus).cpu_count).toEqual({ amount: 8, source: "override", asked: 2 });
    expect(given(layer({ ...cpus, field: "max.cpu_count", value: 1 })).cpu_count).toMatchObject({
      amount: 1,
      source: "request",
      note: "lowered to the maximum of the override",
    });
  });
});

const EVIDENCE = { level: "key", runs: 3, method: "test" } as const;

const anyLayer = fc.record({
  task_name: fc.constantFrom(null, "build", "other"),
  subject: fc.constantFrom(null, "hello", "other"),
  context: fc.constantFrom(null, "sid", "other"),
  field: fc.constantFrom(...LAYER_FIELDS.slice(0, 3)),
  mode: fc.constantFrom(...LAYER_MODES),
  value: fc.nat(),
});
/** One of each scope and field, as the database has them. */
const anyLayers = fc
  .uniqueArray(anyLayer, {
    selector: ({ task_name, subject, context, field }) => [task_name, subject, context, field].join(),
  })
  .map((layers) => layers.map((each, id) => layer({ ...each, id })));

describe("any layers", () => {
  it("decide alike in whatever order they come", () => {
    fc.assert(
      fc.property(
        anyLayers.chain((layers) =>
          fc.tuple(fc.constant(layers), fc.shuffledSubarray(layers, { minLength: layers.length })),
        ),
        ([layers, shuffled]) => {
          expect(resolveLayers(shuffled, KEY)).toEqual(resolveLayers(layers, KEY));
        },
      ),
    );
  });

  it("do not need those that were beaten, nor those for others", () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const resolved = resolveLayers(layers, KEY);
        const winners = resolved.map(({ layer: winner }) => winner);
        expect(resolveLayers(winners, KEY).map((one) => one.layer)).toEqual(winners);
        expect(resolved.flatMap(({ layer: winner, beaten }) => [winner, ...beaten]).length).toBe(
          layers.filter(
            ({ task_name, subject, context }) => task_name !== "other" && subject !== "other" && context !== "other",
          ).length,
        );
      }),
    );
  });

  it("leave a lock as it is, whatever more particular ones say", () => {
    fc.assert(
      fc.property(anyLayers, anyLayers, (layers, more) => {
        for (const { field, layer: winner } of resolveLayers(layers, KEY)) {
          if (winner.mode !== "lock") continue;
          const scopes = new Set(layers.map((each) => `${rankOf(each)} ${each.field}`));
          const added = more.filter(
            (each) => rankOf(each) > rankOf(winner) && !scopes.has(`${rankOf(each)} ${each.field}`),
          );
          expect(resolveLayers([...layers, ...added], KEY).find((one) => one.field === field)?.layer).toEqual(winner);
        }
      }),
    );
  });
});
