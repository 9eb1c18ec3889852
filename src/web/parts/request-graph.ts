import type { VNode } from "preact";
import type { WorkRequest } from "../../domain/work-request.ts";
import { graphChart } from "../charts/graph.ts";
import { element as e } from "../element.ts";
import { keyText, requestLink } from "./links.ts";
import { stateLabel, stateOf } from "./state.ts";
import { table } from "./table.ts";

type Neighbour = Pick<WorkRequest, "id" | "name" | "task_name" | "subject" | "context" | "status" | "result">;

/** A request among those that it runs after and that run after it; `isCut` when there are more. */
export type Neighbours = {
  nodes: readonly Neighbour[];
  edges: readonly { work_request_id: number; depends_on: number }[];
  isCut: boolean;
};

/** What it runs after, and what runs after it; nothing for a request that stands alone. */
export function neighbourPart(root: string, id: number, { nodes, edges, isCut }: Neighbours): VNode[] {
  if (edges.length === 0) return [];
  const links = edges.map(({ work_request_id, depends_on }) => ({ from: depends_on, to: work_request_id }));
  const shown = nodes.map((node) => {
    const what = node.name === "" ? keyText(node) : node.name;
    const state = stateOf(node);
    return { id: node.id, name: what, state, text: `#${node.id} ${what} · ${state}`, href: `${root}r/${node.id}` };
  });
  const states = Map.groupBy(shown, ({ state }) => state);
  const counts = [...states].map(([state, list]) => `${list.length} ${state}`).join(", ");
  const rows = nodes.map((node) => ({
    key: String(node.id),
    cells: [
      requestLink(root, node.id),
      node.name === "" ? keyText(node) : node.name,
      stateLabel(stateOf(node)),
      e(
        "span",
        {},
        ...listOf(
          root,
          links.filter(({ to }) => to === node.id).map(({ from }) => from),
        ),
      ),
    ],
    ...(node.id === id && { look: "chosen" }),
  }));
  const sentence = `${nodes.length} requests that wait for each other, from left to right: ${counts}${isCut ? "; there are more, which are not shown" : ""}.`;
  return [
    e("h2", { id: "graph" }, "What it runs after, and what runs after it"),
    graphChart({ nodes: shown, edges: links, current: id }, sentence),
    e(
      "details",
      {},
      e("summary", {}, "The same as a table"),
      table(
        "Requests that wait for each other",
        ["Request", "What", "State", { name: "Runs after", look: "wide" }],
        rows,
      ),
    ),
  ];
}

function listOf(root: string, ids: readonly number[]): (VNode | string)[] {
  return ids.length === 0 ? ["–"] : ids.flatMap((id, index) => [index === 0 ? "" : ", ", requestLink(root, id)]);
}
