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
export type FoldedGraph = {
  folds: Fold[];
  edges: { from: number; to: number }[];
  hidden: number;
  /** Folds that were opened: by which request, and how many of theirs are folded still. */
  opened: { by: number; name: string; rest: number }[];
};

/** More boxes than this are a wall. */
export const MOST_FOLDS = 40;

/** Of a fold that is opened so many stand by themselves; so many can be opened at once. */
const MOST_OPENED = 60;
const MOST_OPENED_FOLDS = 4;
/** So many open by themselves, where one in them failed. */
const MOST_SELF_OPENED = 2;

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
 * the same; else all of one group; else all of one task. What failed stands by itself, up to ten, and so does what is in a
 * fold with one of the `open` requests, up to sixty, those that failed first. Where nobody chose which are open, the first
 * two folds are in which one failed.
 */
export function foldWorkflow(nodes: readonly WorkflowNode[], open?: ReadonlySet<number>): FoldedGraph {
  const failed = new Set<number>(nodes.filter((node) => node.is_failed).map(({ id }) => id));
  const apart = new Set<number>(failed.size <= MOST_OPEN ? failed : []);
  const kind = (node: WorkflowNode) => node.group ?? node.task_name;
  const ways: ((node: WorkflowNode) => string)[] = [
    (node) => `#${node.id}`,
    alikeAfterTheSame(nodes, kind),
    kind,
    (node) => node.task_name,
  ];
  let groups: WorkflowNode[][] = [];
  for (const way of ways) {
    groups = [...Map.groupBy(nodes, way).values()];
    // where each is by itself already, nothing more comes of those that failed
    const more = groups.length === nodes.length ? 0 : apart.size;
    if (groups.length + more <= MOST_FOLDS) break;
  }
  const opened: FoldedGraph["opened"] = [];
  const most = open === undefined ? MOST_SELF_OPENED : MOST_OPENED_FOLDS;
  for (const members of groups) {
    const by = members.length === 1 ? undefined : members.find(({ id }) => (open ?? failed).has(id))?.id;
    if (by === undefined || opened.length === most) continue;
    opened.push({ by, name: nameOf(members), rest: Math.max(0, members.length - MOST_OPENED) });
    const failedFirst = members.toSorted((a, b) => Number(b.is_failed) - Number(a.is_failed));
    for (const { id } of failedFirst.slice(0, MOST_OPENED)) apart.add(id);
  }
  const order = new Map(nodes.map(({ id }, index) => [id, index]));
  const split = groups.flatMap((members) => [
    ...members.filter(({ id }) => apart.has(id)).map((member) => [member]),
    ...[members.filter(({ id }) => !apart.has(id))].filter(({ length }) => length > 0),
  ]);
  const firstOf = ([first]: readonly WorkflowNode[]) => (first === undefined ? 0 : (order.get(first.id) ?? 0));
  split.sort((a, b) => firstOf(a) - firstOf(b));
  return { ...drawn(split, MOST_FOLDS + opened.length * MOST_OPENED), opened };
}

/** Names those alike that are of one kind and run after the same folds. */
function alikeAfterTheSame(
  nodes: readonly WorkflowNode[],
  kind: (node: WorkflowNode) => string,
): (node: WorkflowNode) => string {
  const byId = new Map<number, WorkflowNode>(nodes.map((node) => [node.id, node]));
  const numbers = new Map<string, number>();
  const known = new Map<number, number>();
  const numberOf = (id: number): number => known.get(id) ?? -1;
  for (const node of inOrder(nodes, byId)) {
    const before = [...new Set(node.dependencies.map(numberOf))].sort((a, b) => a - b);
    const name = JSON.stringify([kind(node), before]);
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

function drawn(groups: readonly WorkflowNode[][], most: number): Omit<FoldedGraph, "opened"> {
  const shown = groups.slice(0, most);
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
  const hidden = groups.slice(most).reduce((sum, members) => sum + members.length, 0);
  return { folds, edges, hidden };
}

function nameOf(members: readonly WorkflowNode[]): string {
  const [first] = members;
  const kind = first?.group ?? first?.task_name ?? "";
  return members.length === 1 ? (first?.name ?? kind) : `${kind} × ${members.length}`;
}

function foldOf(members: readonly WorkflowNode[], id: number): Fold {
  const states = new Set(members.map(stateOf));
  return {
    id,
    members,
    name: nameOf(members),
    state: ATTENTION.find((state) => states.has(state)) ?? "success",
    isCritical: members.some((member) => member.is_critical),
  };
}
