import type { Estimate } from "../../domain/allocation.ts";
import { WEIGHED_RESOURCES, type LevelRuns, type Outlook, type WeighedResource } from "../../domain/outlook.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { estimate } from "../../estimate/estimate.ts";
import { levelRunsOf, needsOf, outlookOf } from "../../estimate/what-if.ts";
import type { StoreReader } from "../store/store.ts";
import { estimateInputs, type EstimateCircumstances } from "./estimates.ts";

/** An estimate, on what it stands, and what its amounts are worth. */
export type Explanation = {
  estimate: Estimate;
  levels: LevelRuns[];
  outlooks: Partial<Record<WeighedResource, Outlook>>;
  what_if?: Outlook;
};

/** Explains what history predicts for a key; with `whatIf`, bytes, also what that much memory would be worth. */
export async function explainEstimate(
  reader: StoreReader,
  key: HistoryKey,
  circumstances: EstimateCircumstances,
  whatIf: number | undefined,
): Promise<Explanation> {
  const { states, query } = await estimateInputs(reader, key, circumstances);
  const found = estimate(key, states, query);
  const outlooks: Explanation["outlooks"] = {};
  let what_if: Outlook | undefined;
  for (const resource of WEIGHED_RESOURCES) {
    const needs = needsOf(key, states, resource, query);
    const proposed = found[resource];
    if (needs === undefined || proposed === undefined) continue;
    outlooks[resource] = outlookOf(needs, [proposed.allocate, ...proposed.ladder]);
    if (resource !== "memory" || whatIf === undefined) continue;
    what_if = outlookOf(needs, [whatIf, ...proposed.ladder.filter((step) => step > whatIf)]);
  }
  return { estimate: found, levels: levelRunsOf(key, states), outlooks, ...(what_if !== undefined && { what_if }) };
}
