import type { WorkRequestId } from "../domain/ids.ts";
import { remainingPaths } from "./path.ts";

/** A request of a graph, whether it has ended or not. Seconds: what it took, or is thought to take. */
export type GraphNode = { id: WorkRequestId; seconds: number; dependencies: readonly WorkRequestId[] };

/** The longest chain of a graph, and by how much each request is off it. */
export type CriticalPath = {
  /** First to last. */
  path: WorkRequestId[];
  seconds: number;
  /** By how many seconds a request may take longer before the whole does. */
  slack: ReadonlyMap<WorkRequestId, number>;
};

/**
 * The critical path method (Kelley and Walker, 1959): the chain of requests that takes longest, workers being no bound.
 * Of equally long ones that through the smallest ids. Dependencies that are not among the nodes do not count.
 */
export function criticalPath(nodes: readonly GraphNode[]): CriticalPath {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const dependents = new Map<WorkRequestId, WorkRequestId[]>(nodes.map(({ id }) => [id, []]));
  for (const { id, dependencies } of nodes) for (const one of dependencies) dependents.get(one)?.push(id);
  const dependentsOf = (id: WorkRequestId) => dependents.get(id) ?? [];
  const dependenciesOf = (id: WorkRequestId) => byId.get(id)?.dependencies ?? [];
  const after = remainingPaths(nodes.map(({ id, seconds }) => ({ id, seconds, dependents: dependentsOf(id) })));
  // the same from the other end: how long until it is done
  const until = remainingPaths(nodes.map(({ id, seconds }) => ({ id, seconds, dependents: dependenciesOf(id) })));
  const seconds = nodes.reduce((longest, { id }) => Math.max(longest, after.get(id) ?? 0), 0);
  const slack = new Map(
    nodes.map((node) => [
      node.id,
      Math.max(0, seconds - (until.get(node.id) ?? 0) - (after.get(node.id) ?? 0) + node.seconds),
    ]),
  );
  return { path: pathOf(nodes, after, dependentsOf, seconds), seconds, slack };
}

function pathOf(
  nodes: readonly GraphNode[],
  after: ReadonlyMap<WorkRequestId, number>,
  dependentsOf: (id: WorkRequestId) => readonly WorkRequestId[],
  seconds: number,
): WorkRequestId[] {
  const isFirst = ({ dependencies }: GraphNode) => !dependencies.some((id) => after.has(id));
  const path: WorkRequestId[] = [];
  let next = nodes.find((node) => isFirst(node) && after.get(node.id) === seconds)?.id;
  // ends: each is behind the one before
  while (next !== undefined) {
    path.push(next);
    let longest: WorkRequestId | undefined;
    for (const id of dependentsOf(next)) {
      if (longest === undefined || (after.get(id) ?? 0) > (after.get(longest) ?? 0)) longest = id;
    }
    next = longest;
  }
  return path;
}
