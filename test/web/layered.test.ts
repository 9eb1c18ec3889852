import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { layered } from "../../src/web/charts/layered.ts";

/** Graphs without cycles: edges lead from a lower number to a higher one. */
const graphs = fc.integer({ min: 1, max: 24 }).chain((count) => {
  const edge = fc
    .tuple(fc.nat(count - 1), fc.nat(count - 1))
    .filter(([a, b]) => a !== b || count === 1)
    .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
  const most = count === 1 ? 0 : 60;
  const edges = fc.uniqueArray(edge, { maxLength: most, selector: ({ from, to }) => `${from} ${to}` });
  return fc.record({ nodes: fc.constant(Array.from({ length: count }, (_, index) => index)), edges });
});

describe("layered", () => {
  it("leads every edge to the right, step by step, and puts nothing on anything else", () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const { places, bends, layers, rows } = layered(nodes, edges);
        const all = [...places.values(), ...[...bends.values()].flat()];
        expect(new Set(all.map(({ layer, row }) => `${layer} ${row}`)).size).toBe(all.length);
        for (const { layer, row } of all) {
          expect(layer).toBeLessThan(layers);
          expect(row).toBeGreaterThanOrEqual(0);
          expect(row).toBeLessThan(rows);
        }
        for (const edge of edges) {
          const way = [places.get(edge.from)!, ...(bends.get(edge) ?? []), places.get(edge.to)!]; // nodes have places
          for (const [index, { layer }] of way.entries()) expect(layer).toBe(way[0]!.layer + index);
        }
      }),
    );
  });

  it("puts a node as far left as what comes before it allows", () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const { places } = layered(nodes, edges);
        for (const node of nodes) {
          const before = edges.filter(({ to }) => to === node).map(({ from }) => places.get(from)!.layer);
          expect(places.get(node)!.layer).toBe(before.length === 0 ? 0 : Math.max(...before) + 1);
        }
      }),
    );
  });

  it("leaves the lines of two chains apart", () => {
    const edges = [
      { from: 1, to: 4 },
      { from: 2, to: 3 },
    ];
    const { places } = layered([1, 2, 3, 4], edges);
    const order = (a: number, b: number) => Math.sign(places.get(a)!.row - places.get(b)!.row); // placed
    expect(order(1, 2)).toBe(order(4, 3));
  });
});
