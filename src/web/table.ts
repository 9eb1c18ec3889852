import type { ComponentChildren, VNode } from "preact";
import { element as e } from "./element.ts";

/** A cell: its content, or its content and how it looks. */
export type Cell = string | { content: ComponentChildren; look: string };

/** A table in a box of its own that scrolls when it is wider than the page. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): VNode {
  return e(
    "div",
    { class: "table", tabIndex: 0, role: "region", "aria-label": caption },
    e(
      "table",
      {},
      e("thead", {}, e("tr", {}, ...head.map((name) => e("th", { scope: "col" }, name)))),
      e("tbody", {}, ...rows.map((cells) => e("tr", {}, ...cells.map(cellOf)))),
    ),
  );
}

function cellOf(cell: Cell): VNode {
  return typeof cell === "string" ? e("td", {}, cell) : e("td", { class: cell.look }, cell.content);
}
