import type { VNode } from "preact";
import { element as e } from "../element.ts";

/** Where a chart is drawn: the size of the picture and of the part inside its axes, in its own units. */
export type Canvas = { width: number; height: number; left: number; right: number; top: number; bottom: number };

/** A wide picture, and one for narrow windows, where the text of a scaled one could not be read. */
const CANVASES = {
  wide: { width: 1000, height: 280, left: 58, right: 985, top: 12, bottom: 250 },
  narrow: { width: 360, height: 240, left: 48, right: 352, top: 12, bottom: 212 },
} satisfies Record<string, Canvas>;

/**
 * A point that pointer and arrow keys can read: place in units of the data, what to say, and where it leads. `reach` is
 * how far it goes to both sides: the pointer reads it anywhere in there.
 */
export type ReadablePoint = { x: number; y: number; text: string; href?: string | undefined; reach?: number };

/** A mark, and what it stands for. */
export type LegendItem = { look: string; mark: "line" | "area" | "tick" | Mark; word: string };

/** What a chart is made of. */
export type ChartParts = {
  /** The sentence that says what is to be seen; the picture's name. */
  sentence: string;
  /** What the marks are. */
  legend: readonly LegendItem[];
  /** Draws into a canvas; gives where data lie, so that points can be found in the picture. */
  draw: (canvas: Canvas) => { marks: VNode[]; x: Range; y: Range; left?: number };
  points: readonly ReadablePoint[];
  /** A drag puts the chosen span into the address, as `since` and `until`; x is then in milliseconds since 1970. */
  zooms?: boolean;
  /** What reading the points is called, where it is more than that. */
  readWord?: string;
  /** Of the part inside the axes, in units of the picture, where the usual height would be wrong. */
  plotHeight?: number;
};

/** A linear scale's domain. */
export type Range = readonly [number, number];

export type Mark = "dot" | "triangle" | "square" | "diamond" | "circle" | "down" | "plus" | "hourglass" | "speck";

/** A chart: its sentence, the picture in two sizes, what its marks mean. It is whole without a script. */
export function chart({ sentence, legend, draw, points, zooms, readWord, plotHeight }: ChartParts): VNode {
  const pictures = Object.entries(CANVASES).map(([look, usual]) => {
    const canvas = plotHeight === undefined ? usual : withPlotHeight(usual, plotHeight);
    const { marks, x, y, left = canvas.left } = draw(canvas);
    const place = [...x, left, canvas.right, ...y, canvas.bottom, canvas.top].map(short).join(" ");
    const box = `0 0 ${canvas.width} ${canvas.height}`;
    return e("svg", { class: look, viewBox: box, role: "img", "aria-label": sentence, "data-place": place }, ...marks);
  });
  return e(
    "figure",
    {
      "data-chart": JSON.stringify(
        points.map(({ x, y, text, href, reach }) => [
          x,
          Number(y.toPrecision(4)),
          text,
          href ?? "",
          ...(reach === undefined ? [] : [reach]),
        ]),
      ),
      "data-zoom": zooms,
      "data-read": readWord,
    },
    e("figcaption", {}, sentence),
    ...pictures,
    legendOf(legend),
  );
}

function withPlotHeight(canvas: Canvas, plotHeight: number): Canvas {
  const bottom = canvas.top + plotHeight;
  return { ...canvas, bottom, height: bottom + (canvas.height - canvas.bottom) };
}

/** What marks are, below or above their picture. */
export function legendOf(items: readonly LegendItem[]): VNode {
  return e("ul", { class: "legend" }, ...items.map(legendItem));
}

function legendItem({ look, mark, word }: LegendItem): VNode {
  const shape =
    mark === "line"
      ? e("path", { class: look, d: "M0 6H24" })
      : mark === "area"
        ? e("rect", { class: look, x: 1, y: 1, width: 22, height: 10 })
        : e("path", { class: look, d: mark === "tick" ? "M12 0V12" : markPath(mark, 12, 6) });
  return e("li", {}, e("svg", { viewBox: "0 0 24 12", "aria-hidden": "true" }, shape), word);
}

/** Each mark: where its path begins, from its middle, and how it goes on. A dot has no length: it is drawn by its round ends. */
const SHAPES: Record<Mark, { dx: number; dy: number; path: string }> = {
  dot: { dx: 0, dy: 0, path: "h0" },
  triangle: { dx: 0, dy: -4, path: "l4 7h-8Z" },
  square: { dx: -3, dy: -3, path: "h6v6h-6Z" },
  diamond: { dx: 0, dy: -5, path: "l5 5l-5 5l-5 -5Z" },
  circle: { dx: -3, dy: 0, path: "a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z" },
  down: { dx: -4, dy: -3, path: "h8l-4 7Z" },
  plus: { dx: -1.5, dy: -4.5, path: "h3v3h3v3h-3v3h-3v-3h-3v-3h3Z" },
  hourglass: { dx: -4, dy: -4, path: "h8l-8 8h8Z" },
  speck: { dx: -2, dy: 0, path: "a2 2 0 1 0 4 0a2 2 0 1 0 -4 0Z" },
};

/** One mark as a part of a path. */
export function markPath(mark: Mark, x: number, y: number): string {
  const { dx, dy, path } = SHAPES[mark];
  return `M${short(x + dx)} ${short(y + dy)}${path}`;
}

/** A coordinate with a tenth: finer is not seen, and costs bytes. */
export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
