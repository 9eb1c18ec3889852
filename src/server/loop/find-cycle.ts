/**
 * A cycle in a directed graph, as the positions along it, or undefined. `edges[i]` are the positions that i
 * points to. Depth-first with three colours, without recursion: graphs of 10,000 in a row are usual.
 */
export function findCycle(edges: readonly (readonly number[])[]): number[] | undefined {
  const done = new Set<number>();
  for (let start = 0; start < edges.length; start += 1) {
    const cycle = done.has(start) ? undefined : cycleFrom(start, edges, done);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function cycleFrom(start: number, edges: readonly (readonly number[])[], done: Set<number>): number[] | undefined {
  const path: { node: number; next: number }[] = [{ node: start, next: 0 }];
  const onPath = new Set([start]);
  // ends: every step moves on along an edge that was not taken before, or back
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const target = edges[step.node]?.[step.next];
    step.next += 1;
    if (target === undefined) {
      path.pop();
      onPath.delete(step.node);
      done.add(step.node);
    } else if (onPath.has(target)) {
      const nodes = path.map(({ node }) => node);
      return nodes.slice(nodes.indexOf(target));
    } else if (!done.has(target)) {
      path.push({ node: target, next: 0 });
      onPath.add(target);
    }
  }
  return undefined;
}
