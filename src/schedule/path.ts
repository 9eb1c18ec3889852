import type { WorkRequestId } from "../domain/ids.ts";

/** A request that has not ended, and those that wait for it. Seconds: its estimated duration. */
export type PathNode = { id: WorkRequestId; seconds: number; dependents: readonly WorkRequestId[] };

/**
 * For each request the estimated seconds of the longest chain that begins with it, itself included: the "upward rank" of
 * Topcuoglu, Hariri and Wu (HEFT, 2002) without transfer times. Dependents that are not among the nodes do not count.
 * What has ended changes nothing for the others, so this is needed when requests come or estimates change.
 */
export function remainingPaths(nodes: readonly PathNode[]): Map<WorkRequestId, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const paths = new Map<WorkRequestId, number>();
  for (const node of leavesFirst(nodes, byId)) {
    let longest = 0;
    for (const dependent of node.dependents) longest = Math.max(longest, paths.get(dependent) ?? 0);
    paths.set(node.id, node.seconds + longest);
  }
  return paths;
}

/** Each node after those that depend on it (Kahn, 1962). Submissions have no cycles; the nodes of one would be left out. */
function leavesFirst(nodes: readonly PathNode[], byId: ReadonlyMap<WorkRequestId, PathNode>): PathNode[] {
  const open = new Map<WorkRequestId, number>();
  const dependencies = new Map<WorkRequestId, PathNode[]>();
  for (const node of nodes) {
    const known = node.dependents.filter((id) => byId.has(id));
    open.set(node.id, known.length);
    for (const id of known) {
      const others = dependencies.get(id);
      if (others === undefined) dependencies.set(id, [node]);
      else others.push(node);
    }
  }
  const ready = nodes.filter((node) => open.get(node.id) === 0);
  // grows while it is gone through; ends because each node is put in once
  for (const node of ready) {
    for (const dependency of dependencies.get(node.id) ?? []) {
      const left = (open.get(dependency.id) ?? 0) - 1;
      open.set(dependency.id, left);
      if (left === 0) ready.push(dependency);
    }
  }
  return ready;
}
