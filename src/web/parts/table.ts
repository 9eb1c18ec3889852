import type { ComponentChildren, VNode } from "preact";
import { element as e } from "../element.ts";

/** A cell: its content, or its content and how it looks. */
export type Cell = string | VNode | { content: ComponentChildren; look: string };

/** A row: its cells; with a key where rows come and go while the page is open. */
export type Row = readonly Cell[] | { cells: readonly Cell[]; key?: string; look?: string };

/** How the rows are sorted by a column, and where a click on its head leads: to the same, sorted by it. */
export type Sorting = { href: string; isSorted?: "ascending" | "descending" | undefined };

/** A column's head: its name, or its name and how its cells look (`number`, `wide`), and how it is sorted by. */
export type Head = string | { name: string; look: string; sorting?: Sorting };

/** The head of a column of numbers. */
export const numberHead = (name: string): Head => ({ name, look: "number" });

/**
 * A table in a box of its own that scrolls when it is wider than the page. The first cell names its row. One that is `stacked` has its
 * cells below each other on a narrow window, each with the name of its column: for what must be seen there without scrolling.
 */
export function table(caption: string, head: readonly Head[], rows: readonly Row[], look?: "stacked"): VNode {
  const columns = head.map((column) => ({
    look: typeof column === "string" ? undefined : column.look,
    name: look === undefined ? undefined : typeof column === "string" ? column : column.name,
  }));
  return e(
    "div",
    { class: look === undefined ? "table" : `table ${look}`, tabIndex: 0, role: "region", "aria-label": caption },
    e(
      "table",
      {},
      e("thead", {}, e("tr", {}, ...head.map(headCell))),
      e("tbody", {}, ...rows.map((row) => rowOf(row, columns))),
    ),
  );
}

function headCell(column: Head): VNode {
  if (typeof column === "string") return e("th", { scope: "col" }, column);
  const { name, look, sorting } = column;
  if (sorting === undefined) return e("th", { scope: "col", class: look }, name);
  return e(
    "th",
    { scope: "col", class: look || undefined, "aria-sort": sorting.isSorted },
    e("a", { href: sorting.href }, name),
  );
}

type CellColumn = { look: string | undefined; name: string | undefined };

function rowOf(row: Row, columns: readonly CellColumn[]): VNode {
  const { cells, key, look } = "cells" in row ? row : { cells: row, key: undefined, look: undefined };
  return e(
    "tr",
    { "data-key": key, class: look },
    ...cells.map((cell, index) => cellOf(cell, index === 0, columns[index])),
  );
}

function cellOf(cell: Cell, isFirst: boolean, column: CellColumn | undefined): VNode {
  const isPlain = typeof cell === "string" || !("look" in cell);
  const look = [column?.look, isPlain ? undefined : cell.look].filter(Boolean).join(" ") || undefined;
  const content = isPlain ? cell : cell.content;
  return isFirst
    ? e("th", { scope: "row", class: look }, content)
    : e("td", { class: look, "data-head": column?.name }, content);
}
