import type { VNode } from "preact";
import { line, curveMonotoneX } from "d3-shape";
import { element as e } from "../element.ts";
import { stateShape, type State } from "../parts/state.ts";
import { short } from "./figure.ts";
import { layered, type LayeredEdge, type LayeredPlace } from "./layered.ts";

/** A node: its number, what it is called, how it stands, and what reading it says. */
export type GraphNode = { id: number; name: string; state: State; text: string; href?: string };

/** What comes before what; `current` is the node that the page is about, `critical` are those of the longest chain. */
export type Graph = {
  nodes: readonly GraphNode[];
  edges: readonly LayeredEdge[];
  current?: number | undefined;
  critical?: ReadonlySet<number> | undefined;
};

const NODE = { width: 168, height: 30 };
const STEP = { x: 210, y: 40 };
const MARGIN = 6;
const MOST_LETTERS = 19;

/**
 * A graph in layers from left to right, as large as it is, in a box that scrolls. The nodes are read like the points of
 * every chart; whoever shows it lists them as well, with links.
 */
export function graphChart({ nodes, edges, current, critical }: Graph, sentence: string): VNode {
  const { places, bends, layers, rows } = layered(
    nodes.map(({ id }) => id),
    edges,
  );
  const width = (layers - 1) * STEP.x + NODE.width + 2 * MARGIN;
  const height = (rows - 1) * STEP.y + NODE.height + 2 * MARGIN;
  const pathOf = (edge: LayeredEdge) => edgePath(places, edge, bends.get(edge) ?? []);
  const isOfChain = ({ from, to }: LayeredEdge) => critical?.has(from) === true && critical.has(to);
  const placed = nodes.map((node) => ({ node, ...cornerOf(places.get(node.id)!) })); // each has a place
  const points = placed
    .map(({ node, x, y }) => [x + NODE.width / 2, y + NODE.height / 2, node.text, node.href ?? "", NODE.width / 2])
    .sort((a, b) => Number(a[0]) - Number(b[0]) || Number(a[1]) - Number(b[1]));
  return e(
    "figure",
    { "data-chart": JSON.stringify(points) },
    e("figcaption", {}, sentence),
    e(
      "div",
      { class: "graph", tabIndex: 0, role: "region", "aria-label": "The graph" },
      e(
        "svg",
        {
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
          role: "img",
          "aria-label": sentence,
          "data-place": `0 ${width} 0 ${width} 0 ${height} 0 ${height}`,
        },
        e("path", { class: "edge", d: edges.map(pathOf).join("") }),
        e("path", { class: "edge critical", d: edges.filter(isOfChain).map(pathOf).join("") }),
        ...placed.map(({ node, x, y }) => nodeBox(node, x, y, node.id === current)),
      ),
    ),
  );
}

function cornerOf({ layer, row }: LayeredPlace): { x: number; y: number } {
  return { x: MARGIN + layer * STEP.x, y: MARGIN + row * STEP.y };
}

function edgePath(
  places: ReadonlyMap<number, LayeredPlace>,
  { from, to }: LayeredEdge,
  bends: readonly LayeredPlace[],
): string {
  const [begin, end] = [cornerOf(places.get(from)!), cornerOf(places.get(to)!)]; // edges are between nodes
  const middle = NODE.height / 2;
  const stops: [number, number][] = [
    [begin.x + NODE.width, begin.y + middle],
    ...bends.map((bend): [number, number] => [cornerOf(bend).x + NODE.width / 2, cornerOf(bend).y + middle]),
    [end.x, end.y + middle],
  ];
  return (
    line()
      .curve(curveMonotoneX)
      .x(([x]) => Number(short(x)))
      .y(([, y]) => Number(short(y)))(stops) ?? ""
  );
}

function nodeBox({ name, state }: GraphNode, x: number, y: number, isCurrent: boolean): VNode {
  const cut = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
  return e(
    "g",
    {},
    e("rect", { class: isCurrent ? "node current" : "node", x, y, rx: 4, ...NODE }),
    e(
      "svg",
      { class: `glyph ${state}`, x: x + 9, y: y + 9, width: 12, height: 12, viewBox: "0 0 12 12" },
      stateShape(state),
    ),
    e("text", { x: x + 28, y: y + 19.5 }, cut),
  );
}
