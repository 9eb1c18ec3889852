import { basisText, intervalText, slownessText } from "../../domain/slowness-text.ts";
import type { Slowness } from "../../domain/slowness.ts";
import { dotInterval } from "../charts/dot-interval.ts";
import { numberHead, type Cell, type Head } from "./table.ts";

/** The columns of a factor that workers are chosen by. */
export const FACTOR_HEADS: readonly Head[] = ["Beside an ordinary one", numberHead("Factor"), "Interval", "By"];

/** A factor with its interval, drawn and in figures, and on what it stands; `reach` is how far the column's cells go from 1. */
export function factorCells(speed: Slowness | undefined, reach: number): Cell[] {
  if (speed === undefined) return ["–", "–", "–", "–"];
  const interval = intervalText(speed);
  return [
    dotInterval(speed, reach, `${slownessText(speed.factor)}, ${interval} by key`),
    speed.factor.toFixed(2),
    interval,
    basisText(speed),
  ];
}
