import type { EstimateEvidence, EstimateLevel, Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { alikeness, alikeRuns, collect, effectiveRuns, modelOf, noCandidates, push, spotOf } from "./candidates.ts";
import type { Candidates, Model } from "./candidates.ts";
import { jointPrediction, refine, type Group, type Refined } from "./fine.ts";
import { levelKeysOf } from "./levels.ts";
import { sampleOf, type Sample, type SampleQuery } from "./sample.ts";
import type { EstimateState, LevelStates } from "./state.ts";

/** The run at hand. */
export type Subject = { key: HistoryKey; states: LevelStates; query: SampleQuery; machine: string | undefined };

/** What the history says: a distribution, or (with hardly any runs) only the largest need. Logarithms. */
export type Forecast =
  | { kind: "distribution"; candidates: Candidates; locate: Locate; evidence: EstimateEvidence }
  | { kind: "few"; middle: number; largest: number; locate: Locate; evidence: EstimateEvidence };

/** Where runs with an input of this size lie: its differences move what is known of one size to another. */
type Locate = (input: number | undefined) => number;

/** With fewer runs a key has no distribution of its own. */
const FEW_RUNS = 3;

/** From this many runs on a key needs nothing of its task. */
const MANY_RUNS = 24;

/** Until then the task's spread counts as this many runs of the key. */
const POOLED_RUNS = 3;

/** A spread is taken from at least this many runs. */
const LEAST_WARM = 4;

/** A larger input needs more even where that was never seen: need ~ size^0.4, the middle of many programs. */
const GROWTH = 0.4;

/** What history says about one resource; undefined: nothing. */
export function forecast(subject: Subject, resource: Resource): Forecast | undefined {
  const { states, query } = subject;
  const levels = levelKeysOf(subject.key).map(({ level }) => level);
  const exact = levels[0]!;
  const own = sampleAt(states[exact], resource, query);
  if (own !== undefined && (own.size >= MANY_RUNS || exact === "task")) {
    return own.size < FEW_RUNS ? fewRuns(own, query, "key") : ownRuns(own, states[exact]!, resource, query);
  }
  const pooled = pooledForecast(subject, resource, own, exact);
  if (pooled !== undefined) return pooled;
  for (const level of levels) {
    const sample = level === exact ? own : sampleAt(states[level], resource, query);
    if (sample === undefined) continue;
    const name = level === exact ? "key" : level;
    if (sample.size < FEW_RUNS || (level !== exact && level !== "task")) return fewRuns(sample, query, name);
    return ownRuns(sample, states[level]!, resource, query, name);
  }
  return undefined;
}

function sampleAt(state: EstimateState | undefined, resource: Resource, query: SampleQuery): Sample | undefined {
  return state === undefined ? undefined : sampleOf(state, resource, query);
}

function ownRuns(
  sample: Sample,
  state: EstimateState,
  resource: Resource,
  query: SampleQuery,
  level: EstimateLevel = "key",
): Forecast {
  const candidates = noCandidates();
  const model = modelOf(sample, state.losses[resource], alikeRuns(sample, query.input));
  collect(candidates, model, query.input);
  const locate = (input: number | undefined) => jointPrediction(model, input);
  return { kind: "distribution", candidates, locate, evidence: { level, runs: sample.size, method: methodOf(model) } };
}

/** `ladder`, or `ladder by input size` where that is what decides. */
function methodOf({ sample, weights }: Model): string {
  return sample.hasInputs && weights[0]! < 0.5 ? "ladder by input size" : "ladder";
}

/** The largest need, grown with the input where that is larger than any before. */
function fewRuns(sample: Sample, query: SampleQuery, level: EstimateLevel): Forecast {
  const growth = growthOf(sample, query.input);
  const evidence = { level, runs: sample.size, method: "largest" };
  const middle = middleOf(sample) + growth;
  return { kind: "few", middle, largest: sample.highest + growth, locate: usualGrowth, evidence };
}

const usualGrowth: Locate = (input) => (input === undefined ? 0 : GROWTH * input);

function growthOf(sample: Sample, input: number | undefined): number {
  if (input === undefined || !sample.isSized) return 0;
  return GROWTH * Math.max(0, input - sample.inputs[sample.size - 1]!);
}

function middleOf(sample: Sample): number {
  const needs = sample.needs.toSorted();
  return (needs[(sample.size - 1) >> 1]! + needs[sample.size >> 1]!) / 2;
}

/** Location from the key, its subject, its context and the input; spread from the whole task. */
function pooledForecast(
  subject: Subject,
  resource: Resource,
  own: Sample | undefined,
  exact: EstimateLevel,
): Forecast | undefined {
  const { states, query } = subject;
  const state = states.task;
  const sample = sampleAt(state, resource, query);
  if (state === undefined || sample === undefined || sample.size < FEW_RUNS) return undefined;
  const model = modelOf(sample, state.losses[resource], { from: 0, to: sample.size });
  const refined = refine(model, state, groupsOf(subject, resource));
  if (refined === undefined || refined.warmRuns < LEAST_WARM) return undefined;
  const candidates = noCandidates();
  if (own !== undefined && own.size >= FEW_RUNS) {
    collect(candidates, modelOf(own, states[exact]!.losses[resource], alikeRuns(own, query.input)), query.input);
  }
  if (own !== undefined && own.size < FEW_RUNS) collectShifted(candidates, own, model, query.input);
  const warm = Math.min(refined.warmRuns, effectiveRuns(sample));
  collectRefined(candidates, model, refined, query.input, own === undefined ? warm : Math.min(warm, POOLED_RUNS));
  const finest = levelKeysOf(subject.key).find(
    ({ level }) => sampleAt(states[level], resource, query) !== undefined,
  )!.level;
  const runs = own?.size ?? Math.round(refined.ownRuns);
  return {
    kind: "distribution",
    candidates,
    locate: (input) => jointPrediction(model, input),
    evidence: { level: finest === exact ? "key" : finest, runs, method: "spread of the task" },
  };
}

function groupsOf({ key, states, query, machine }: Subject, resource: Resource): Group[] {
  const groups: Group[] = [];
  if (key.subject !== "")
    groups.push({ column: "subject", name: key.subject, state: sampleAt(states.subject, resource, query) });
  if (key.context !== "")
    groups.push({ column: "context", name: key.context, state: sampleAt(states.context, resource, query) });
  if (machine !== undefined && resource === "duration") groups.push({ column: "machine", name: machine });
  return groups;
}

/** One or two runs of the key itself, as they would have been with the input at hand. */
function collectShifted(into: Candidates, own: Sample, model: Model, input: number | undefined): void {
  const here = jointPrediction(model, input);
  for (let i = 0; i < own.size; i += 1) {
    const there = own.isSized ? jointPrediction(model, own.inputs[i]) : here;
    push(into, own.needs[i]! + here - there, 1, 1);
  }
  into.runs += own.size;
}

function collectRefined(
  into: Candidates,
  model: Model,
  refined: Refined,
  input: number | undefined,
  runs: number,
): void {
  const { sample } = model;
  const alike = alikeness(sample, spotOf(sample, input).place);
  const value = jointPrediction(model, input) + refined.offset;
  let costs = 0;
  let counts = 0;
  for (let i = 0; i < sample.size; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    costs += alike[i]! * sample.costs[i]!;
    counts += alike[i]! * sample.counts[i]!;
  }
  for (let i = 0; i < sample.size; i += 1) {
    if (refined.isWarm[i] === 0) continue;
    const cost = (alike[i]! * sample.costs[i]! * runs) / costs;
    push(into, value + refined.errors[i]!, cost, (alike[i]! * sample.counts[i]! * runs) / counts);
  }
  into.runs += runs;
}
