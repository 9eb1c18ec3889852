/** A place in layers from left to right: the layer, and the row within it. */
export type LayeredPlace = { layer: number; row: number };

/** What comes before what. */
export type LayeredEdge = { from: number; to: number };

const SWEEPS = 4;

/**
 * Places the nodes of a graph without cycles in layers: each as far left as what comes before it allows (longest path), and
 * within a layer near the middle of its neighbours (barycentres, a few sweeps there and back: Sugiyama, Tagawa and Toda,
 * 1981). An edge over more than one layer is led through rows of its own, which keep free: its way is in `bends`.
 */
export function layered(
  nodes: readonly number[],
  edges: readonly LayeredEdge[],
): { places: Map<number, LayeredPlace>; bends: Map<LayeredEdge, LayeredPlace[]>; layers: number; rows: number } {
  const layerOf = longestPaths(nodes, edges);
  const { items, neighbours, waysOf } = withBends(nodes, edges, layerOf);
  const layers: number[][] = [];
  for (const [item, layer] of items) (layers[layer] ??= []).push(item);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) orderLayers(layers, neighbours, sweep % 2 === 0);
  const rows = Math.max(0, ...layers.map((layer) => layer.length));
  const placed = new Map<number, LayeredPlace>();
  for (const [layer, list] of layers.entries()) {
    const above = (rows - list.length) / 2;
    for (const [index, item] of list.entries()) placed.set(item, { layer, row: above + index });
  }
  const places = new Map(nodes.map((node) => [node, placed.get(node)!])); // each was placed
  const bends = new Map([...waysOf].map(([edge, way]) => [edge, way.map((item) => placed.get(item)!)])); // as above
  return { places, bends, layers: layers.length, rows };
}

/** Of each node, the length of the longest way to it. What is part of a cycle stays at 0. */
function longestPaths(nodes: readonly number[], edges: readonly LayeredEdge[]): Map<number, number> {
  const layerOf = new Map(nodes.map((node) => [node, 0]));
  const open = new Map(nodes.map((node) => [node, 0]));
  const after = Map.groupBy(edges, ({ from }) => from);
  for (const { to } of edges) open.set(to, (open.get(to) ?? 0) + 1);
  const ready = nodes.filter((node) => open.get(node) === 0);
  for (const node of ready) {
    for (const { to } of after.get(node) ?? []) {
      layerOf.set(to, Math.max(layerOf.get(to) ?? 0, (layerOf.get(node) ?? 0) + 1));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  return layerOf;
}

/** Adds an item for each layer that an edge crosses. Items of edges have numbers below all nodes. */
function withBends(nodes: readonly number[], edges: readonly LayeredEdge[], layerOf: ReadonlyMap<number, number>) {
  const items = new Map(nodes.map((node) => [node, layerOf.get(node) ?? 0]));
  const neighbours: LayeredEdge[] = [];
  const waysOf = new Map<LayeredEdge, number[]>();
  let next = Math.min(0, ...nodes) - 1;
  for (const edge of edges) {
    const [first, last] = [layerOf.get(edge.from) ?? 0, layerOf.get(edge.to) ?? 0];
    const way: number[] = [];
    for (let layer = first + 1; layer < last; layer += 1) {
      items.set(next, layer);
      way.push(next);
      next -= 1;
    }
    const stops = [edge.from, ...way, edge.to];
    for (const [index, to] of stops.slice(1).entries()) neighbours.push({ from: stops[index]!, to }); // one before each
    if (way.length > 0) waysOf.set(edge, way);
  }
  return { items, neighbours, waysOf };
}

/** Sorts each layer by the mean place of its neighbours in the layer before it, or after it. */
function orderLayers(layers: number[][], neighbours: readonly LayeredEdge[], isForward: boolean): void {
  const [own, other] = isForward ? (["to", "from"] as const) : (["from", "to"] as const);
  const linked = Map.groupBy(neighbours, (edge) => edge[own]);
  const rowOf = new Map(layers.flatMap((layer) => layer.map((item, row) => [item, row] as const)));
  for (const layer of isForward ? layers : layers.toReversed()) {
    const wish = new Map(
      layer.map((item) => {
        const rows = (linked.get(item) ?? []).map((edge) => rowOf.get(edge[other]) ?? 0);
        return [
          item,
          rows.length === 0 ? (rowOf.get(item) ?? 0) : rows.reduce((sum, row) => sum + row, 0) / rows.length,
        ];
      }),
    );
    layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
    for (const [row, item] of layer.entries()) rowOf.set(item, row);
  }
}
