import type { Accuracy, ToldEnds } from "../../domain/accuracy.ts";
import { formatShare } from "../../domain/units.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

/** How right the ends were that were told of runs while they went on; nothing where no run can be judged. */
export function toldEndsPart({ told_ends }: Accuracy, options: TableOptions, surface: Surface): string[] {
  const runs = told_ends[0]?.judged;
  if (runs === undefined) return [];
  const of = runs === 1 ? "1 run of a second or more" : `${runs} runs of a second or more`;
  return [
    `the end told of ${of} while they went on, and how far off it was, in parts of their whole time:\n`,
    renderTable(columnsOf(surface), told_ends, surface, { ...options, indent: 2 }),
  ];
}

function columnsOf(surface: Surface): Column<ToldEnds>[] {
  const { none } = symbols(surface);
  const column = (header: string, share: (ends: ToldEnds) => number | null): Column<ToldEnds> => ({
    header,
    align: "right",
    cell: (ends) => {
      const found = share(ends);
      return found === null ? none : formatShare(found);
    },
  });
  return [
    column("OVER", ({ at }) => at),
    column("OFF BY", ({ median_error }) => median_error),
    column("9 OF 10 BY", ({ p90_error }) => p90_error),
    column("SOONER", ({ sooner }) => sooner),
    column("IN THE RANGE", ({ within }) => within),
    column("LATER", ({ later }) => later),
  ];
}
