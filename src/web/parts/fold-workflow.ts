import type { WorkflowNode } from "../../domain/workflow.ts";
import { stateOf, type State } from "./state.ts";

/** Requests of a workflow that are drawn as one. */
export type Fold = {
  id: number;
  /** In the order of the workflow; at least one. */
  members: readonly WorkflowNode[];
  name: string;
  /** The one that wants attention most. */
  state: State;
  isCritical: boolean;
};

/** A workflow as it is drawn. `hidden`: how many requests have no room in the picture. */
export type FoldedGraph = { folds: Fold[]; edges: { from: number; to: number }[]; hidden: number };

/** More boxes than this are a wall. */
export const MOST_FOLDS = 40;

/** So many failures stand by themselves, however much is folded. */
const MOST_OPEN = 10;

/** What wants attention most, first. */
const ATTENTION: readonly State[] = [
  "failure",
  "error",
  "aborted",
  "running",
  "pending",
  "blocked",
  "skipped",
  "success",
];

/**
 * Folds a workflow for drawing: everything by itself where there is room; else those of one group (or task) that run after
 * the same; else all of one group; else all of one task. What failed stays open, up to ten.
 */
export function foldWorkflow(nodes: readonly WorkflowNode[]): FoldedGraph {
  const failed = nodes.filter((node) => node.is_failed);
  const open = new Set(failed.length <= MOST_OPEN ? failed.map(({ id }) => id) : []);
  const kind = (node: WorkflowNode) => node.group ?? node.task_name;
  const ways: ((node: WorkflowNode) => string)[] = [
    (node) => `#${node.id}`,
    alikeAfterTheSame(nodes, open, kind),
    (node) => (open.has(node.id) ? `#${node.id}` : kind(node)),
    (node) => node.task_name,
  ];
  let folds: Map<string, WorkflowNode[]> = new Map();
  for (const way of ways) {
    folds = Map.groupBy(nodes, way);
    if (folds.size <= MOST_FOLDS) break;
  }
  return drawn([...folds.values()]);
}

/** Names those alike that are of one kind and run after the same folds. */
function alikeAfterTheSame(
  nodes: readonly WorkflowNode[],
  open: ReadonlySet<number>,
  kind: (node: WorkflowNode) => string,
): (node: WorkflowNode) => string {
  const byId = new Map<number, WorkflowNode>(nodes.map((node) => [node.id, node]));
  const numbers = new Map<string, number>();
  const known = new Map<number, number>();
  const numberOf = (id: number): number => known.get(id) ?? -1;
  for (const node of inOrder(nodes, byId)) {
    const before = [...new Set(node.dependencies.map(numberOf))].sort((a, b) => a - b);
    const name = open.has(node.id) ? `#${node.id}` : JSON.stringify([kind(node), before]);
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    known.set(node.id, number);
  }
  return (node) => String(known.get(node.id));
}

/** Each after what it depends on. A stack of its own: a chain of ten thousand is too deep for calls. */
function inOrder(nodes: readonly WorkflowNode[], byId: ReadonlyMap<number, WorkflowNode>): WorkflowNode[] {
  const waitsFor = new Map(nodes.map((node) => [node.id, node.dependencies.filter((id) => byId.has(id)).length]));
  const after = new Map<number, WorkflowNode[]>();
  for (const node of nodes) {
    for (const id of node.dependencies) after.set(id, [...(after.get(id) ?? []), node]);
  }
  const order = nodes.filter((node) => waitsFor.get(node.id) === 0);
  // ends: each is added once, when the last that it waits for was passed
  for (const node of order) {
    for (const next of after.get(node.id) ?? []) {
      const left = waitsFor.get(next.id)! - 1; // one for each node
      waitsFor.set(next.id, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

function drawn(groups: readonly WorkflowNode[][]): FoldedGraph {
  const shown = groups.slice(0, MOST_FOLDS);
  const folds = shown.map((members, index) => foldOf(members, index));
  const foldOfNode = new Map<number, number>(folds.flatMap(({ id, members }) => members.map((one) => [one.id, id])));
  const seen = new Set<string>();
  const edges: FoldedGraph["edges"] = [];
  for (const { id: to, members } of folds) {
    for (const dependency of members.flatMap(({ dependencies }) => dependencies)) {
      const from = foldOfNode.get(dependency);
      // folds stand in the order of their first requests: an arrow back would close a circle
      if (from === undefined || from >= to || seen.has(`${from} ${to}`)) continue;
      seen.add(`${from} ${to}`);
      edges.push({ from, to });
    }
  }
  const hidden = groups.slice(MOST_FOLDS).reduce((sum, members) => sum + members.length, 0);
  return { folds, edges, hidden };
}

function foldOf(members: readonly WorkflowNode[], id: number): Fold {
  const [first] = members;
  const states = new Set(members.map(stateOf));
  const kind = first?.group ?? first?.task_name ?? "";
  return {
    id,
    members,
    name: members.length === 1 ? (first?.name ?? kind) : `${kind} × ${members.length}`,
    state: ATTENTION.find((state) => states.has(state)) ?? "success",
    isCritical: members.some((member) => member.is_critical),
  };
}
