import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkflowNode } from "../../domain/workflow.ts";
import { graphChart, type GraphNode } from "../charts/graph.ts";
import { element as e } from "../element.ts";
import { foldWorkflow, type Fold, type FoldedGraph } from "./fold-workflow.ts";
import { stateLabel, stateOf } from "./state.ts";
import { countText, workflowTimeline } from "./workflow-timeline.ts";

/** In the address, in the place of requests: no fold is open, whatever failed. */
export const NONE_OPEN = "none";

/** A workflow in pictures: of which, with which folds opened (by a request in each). */
export type WorkflowView = {
  root: string;
  id: number;
  nodes: readonly WorkflowNode[];
  /** Undefined: nobody chose, and those are opened in which one failed. */
  open: readonly number[] | undefined;
  now: Timestamp;
  isOver: boolean;
};

/** What runs after what, when each ran or should, and both as a list. */
export function workflowPictures(view: WorkflowView): VNode[] {
  const { root, nodes, open, now, isOver } = view;
  if (nodes.length === 0) return [];
  const folded = foldWorkflow(nodes, open && new Set(open));
  const { folds, edges } = folded;
  const chosen = open ?? folded.opened.map(({ by }) => by);
  const addressOf = (fold: Fold) => addressIn(view, chosen, fold);
  const critical = new Set(folds.filter((fold) => fold.isCritical).map(({ id }) => id));
  const boxes = folds.map((fold) => boxOf(fold, addressOf(fold)));
  const timeline = workflowTimeline({ folds, now, isOver, addressOf });
  return [
    e("h2", { id: "graph" }, "What runs after what"),
    ...openedPart(view, chosen, folded),
    graphChart({ nodes: boxes, edges, critical }, graphSentence(nodes, folded)),
    ...(timeline === undefined ? [] : [e("h2", { id: "time" }, "When each runs"), timeline]),
    e(
      "details",
      { open: chosen.length > 0 },
      e("summary", {}, "The same as a list"),
      e("ul", { class: "nested" }, ...folds.map((fold) => listItem(root, fold, { folded, address: addressOf(fold) }))),
    ),
  ];
}

function graphSentence(nodes: readonly WorkflowNode[], { folds, hidden }: FoldedGraph): string {
  return [
    `${nodes.length} requests, from left to right`,
    folds.length < nodes.length ? "; those of one kind that run after the same are drawn as one" : "",
    hidden > 0 ? `; ${hidden} have no room here` : "",
    "; thick lines are the longest chain.",
  ].join("");
}

/** A request leads to its page, a fold to this page with the fold opened. */
function addressIn({ root, id }: WorkflowView, chosen: readonly number[], { members }: Fold): string {
  const first = members[0]!; // there is one at least
  if (members.length === 1) return `${root}r/${first.id}`;
  return opened(root, id, [...chosen, first.id]);
}

function opened(root: string, id: number, open: readonly number[]): string {
  return `${root}wf/${id}?open=${open.length === 0 ? NONE_OPEN : open.join(",")}#graph`;
}

function openedPart({ root, id }: WorkflowView, chosen: readonly number[], folded: FoldedGraph): VNode[] {
  return folded.opened.map(({ by, name, rest }) => {
    const without = chosen.filter((one) => one !== by);
    const how = rest === 0 ? "one by one" : `one by one, but for ${rest} that have no room`;
    return e("p", {}, `${name} are drawn ${how}. `, e("a", { href: opened(root, id, without) }, `Fold ${name}`));
  });
}

function boxOf({ id, members, name, state }: Fold, href: string | undefined): GraphNode {
  const [first] = members;
  const text = members.length === 1 ? `#${first?.id} ${name} · ${state}` : `${name}: ${countText({ members })}`;
  return { id, name, state, text, ...(href !== undefined && { href }) };
}

/** With what it runs after, for those who do not see the arrows. */
function listItem(
  root: string,
  { id, members, name, state }: Fold,
  more: { folded: FoldedGraph; address: string },
): VNode {
  const before = more.folded.edges.filter(({ to }) => to === id).map(({ from }) => more.folded.folds[from]?.name ?? "");
  const after = before.length === 0 ? "" : `, after ${before.slice(0, MOST_NAMES).join(", ")}`;
  const rest = before.length > MOST_NAMES ? ` and ${before.length - MOST_NAMES} more` : "";
  if (members.length === 1) {
    return e("li", {}, stateLabel(state), " ", e("a", { href: more.address }, name), after, rest);
  }
  const failed = members.filter((member) => member.is_failed).slice(0, MOST_NAMES);
  return e(
    "li",
    {},
    stateLabel(state),
    ` ${name}${after}${rest}: ${countText({ members })}. `,
    e("a", { href: more.address }, `Open ${name}`),
    failed.length === 0
      ? null
      : e(
          "ul",
          {},
          ...failed.map((member) =>
            e("li", {}, stateLabel(stateOf(member)), " ", e("a", { href: `${root}r/${member.id}` }, member.name)),
          ),
        ),
  );
}

const MOST_NAMES = 5;
