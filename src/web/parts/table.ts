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

/** A table in a box of its own that scrolls when it is wider than the page. The first cell names its row. */
export function table(caption: string, head: readonly Head[], rows: readonly Row[]): VNode {
  const looks = head.map((column) => (typeof column === "string" ? undefined : column.look));
  return e(
    "div",
    { class: "table", tabIndex: 0, role: "region", "aria-label": caption },
    e(
      "table",
      {},
      e("thead", {}, e("tr", {}, ...head.map(headCell))),
      e("tbody", {}, ...rows.map((row) => rowOf(row, looks))),
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

function rowOf(row: Row, looks: readonly (string | undefined)[]): VNode {
  const { cells, key, look } = "cells" in row ? row : { cells: row, key: undefined, look: undefined };
  return e(
    "tr",
    { "data-key": key, class: look },
    ...cells.map((cell, index) => cellOf(cell, index === 0, looks[index])),
  );
}

function cellOf(cell: Cell, isFirst: boolean, columnLook: string | undefined): VNode {
  const isPlain = typeof cell === "string" || !("look" in cell);
  const look = [columnLook, isPlain ? undefined : cell.look].filter(Boolean).join(" ") || undefined;
  const content = isPlain ? cell : cell.content;
  return isFirst ? e("th", { scope: "row", class: look }, content) : e("td", { class: look }, content);
}
