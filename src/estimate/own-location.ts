import type { Resource } from "../domain/allocation.ts";
import { CODES, logOf } from "./codec.ts";
import { codesOf } from "./columns.ts";
import { choiceOf } from "./losses.ts";
import type { Sample } from "./sample.ts";
import { COLUMN_OF, type EstimateState } from "./state.ts";

/** So many of the newest runs say where a key lies. */
const LOCATING_RUNS = 8;

/** Nothing grows faster with its input than this power; keeps a fit to a narrow range of sizes from exploding. */
const STEEPEST = 1.5;
const RIDGE = 0.01;

/**
 * Where a run of the key is to be expected by the key's own newest runs: their mean, each moved from the size of its input
 * to the one at hand by the task's slope. A logarithm; undefined when no run of the state has the figure.
 */
export function ownLocation(
  own: EstimateState,
  resource: Resource,
  slope: number,
  input: number | undefined,
): number | undefined {
  return meanOfRuns(own, resource, slope, input, LOCATING_RUNS) ?? meanOfRuns(own, resource, slope, input, CODES);
}

function meanOfRuns(
  own: EstimateState,
  resource: Resource,
  slope: number,
  input: number | undefined,
  newest: number,
): number | undefined {
  const needs = codesOf(own, COLUMN_OF[resource]);
  const ages = codesOf(own, "age");
  const inputs = codesOf(own, "input");
  let sum = 0;
  let runs = 0;
  for (let place = 0; place < needs.length; place += 1) {
    if (needs[place] === 0 || (own.runs - 1 - ages[place]! + CODES) % CODES >= newest) continue;
    const isMoved = slope !== 0 && input !== undefined && inputs[place]! > 0;
    sum += logOf(needs[place]!) + (isMoved ? slope * (input - logOf(inputs[place]!)) : 0);
    runs += 1;
  }
  return runs === 0 ? undefined : sum / runs;
}

/** By which power of the input's size the need of a task's runs grows, as far as the size explains it at all. */
export function slopeOf(sample: Sample, losses: readonly number[] | undefined): number {
  const { size, inputs, needs, costs } = sample;
  if (!sample.hasInputs) return 0;
  const explained = 1 - choiceOf(losses, sample).experts[0]!;
  if (explained === 0) return 0;
  let weight = 0;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < size; i += 1) {
    weight += costs[i]!;
    meanX += costs[i]! * inputs[i]!;
    meanY += costs[i]! * needs[i]!;
  }
  meanX /= weight;
  meanY /= weight;
  let variance = RIDGE * weight;
  let covariance = 0;
  for (let i = 0; i < size; i += 1) {
    const x = inputs[i]! - meanX;
    variance += costs[i]! * x * x;
    covariance += costs[i]! * x * (needs[i]! - meanY);
  }
  return explained * Math.min(STEEPEST, Math.max(-STEEPEST, covariance / variance));
}
