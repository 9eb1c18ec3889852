import type { EstimateEvidence, EstimateLevel, Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { alikeRuns, collect, modelOf, noCandidates, type Candidates, type Model } from "./candidates.ts";
import { jointPrediction, type Group } from "./fine.ts";
import { collectPooled } from "./pooled.ts";
import type { Window } from "./losses.ts";
import { sampleOf, type Sample, type SampleQuery } from "./sample.ts";
import type { EstimateState, LevelStates } from "./state.ts";

/** The run at hand. */
export type Subject = {
  key: HistoryKey;
  /** The levels of the key, finest first. */
  levels: readonly EstimateLevel[];
  states: LevelStates;
  query: SampleQuery;
  machine: string | undefined;
};

/** What the history says: a distribution, or (with hardly any runs) only the largest need. Logarithms. */
export type Forecast =
  | { kind: "distribution"; candidates: Candidates; locate: Locate; evidence: EstimateEvidence }
  | { kind: "few"; middle: number; largest: number; locate: Locate; evidence: EstimateEvidence };

/** Where runs with an input of this size lie: its differences move what is known of one size to another. */
type Locate = (input: number | undefined) => number;

/** The runs of one level that tell of the resource. */
type Known = { level: EstimateLevel; state: EstimateState; sample: Sample };

/** With fewer runs a key has no distribution of its own. */
const FEW_RUNS = 3;

/** From this many runs on a key needs nothing of its task. */
const MANY_RUNS = 40;

/** A larger input needs more even where that was never seen: need ~ size^0.4, the middle of many programs. */
const GROWTH = 0.4;

/** What history says about one resource; undefined: nothing. */
export function forecast(subject: Subject, resource: Resource): Forecast | undefined {
  const known = knownLevels(subject, resource);
  const finest = known[0];
  if (finest === undefined) return undefined;
  const exact = subject.levels[0];
  const own = finest.level === exact ? finest : undefined;
  const evidence = { level: own ? ("key" as const) : finest.level, runs: finest.sample.size };
  const base = own !== undefined && own.sample.size >= MANY_RUNS ? own : known.find(({ level }) => level === "task");
  const pooled = base && pooledForecast(subject, resource, known, base, evidence);
  if (pooled !== undefined) return pooled;
  const isWhole = finest.level === exact || finest.level === "task";
  if (finest.sample.size < FEW_RUNS || !isWhole) return fewRuns(finest.sample, subject.query, evidence);
  return ownRuns(finest, resource, subject.query, evidence);
}

/** The levels of the key that have runs with the resource, finest first. */
function knownLevels({ levels, states, query }: Subject, resource: Resource): Known[] {
  const known: Known[] = [];
  for (const level of levels) {
    const state = states[level];
    if (level === "default") continue; // no runs: see `requests.ts`
    const sample = state && sampleOf(state, resource, query);
    if (state === undefined || sample === undefined) continue;
    known.push({ level, state, sample });
    if (known.length === 1 && sample.size >= MANY_RUNS && level === levels[0]) break;
  }
  return known;
}

type Evidence = Omit<EstimateEvidence, "method">;

function ownRuns({ sample, state }: Known, resource: Resource, query: SampleQuery, evidence: Evidence): Forecast {
  const candidates = noCandidates();
  const model = modelOf(sample, state.losses[resource], alikeRuns(sample, query.input));
  collect(candidates, model, query.input);
  const locate = (input: number | undefined) => jointPrediction(model, input);
  return { kind: "distribution", candidates, locate, evidence: { ...evidence, method: methodOf(model) } };
}

/** `ladder`, or `ladder by input size` where that is what decides. */
function methodOf({ sample, weights }: Model): string {
  return sample.hasInputs && weights[0]! < 0.5 ? "ladder by input size" : "ladder";
}

/** The largest need, grown with the input where that is larger than any before. */
function fewRuns(sample: Sample, query: SampleQuery, evidence: Evidence): Forecast {
  const growth = growthOf(sample, query.input);
  const middle = middleOf(sample) + growth;
  const largest = sample.highest + growth;
  return { kind: "few", middle, largest, locate: usualGrowth, evidence: { ...evidence, method: "largest" } };
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

/** Location from the key, its subject, its context, its machine and the input; spread from all runs of the base. */
function pooledForecast(
  subject: Subject,
  resource: Resource,
  known: readonly Known[],
  base: Known,
  evidence: Evidence,
): Forecast | undefined {
  const own = evidence.level === "key" ? known[0] : undefined;
  const groups = groupsOf(subject, resource, base === own ? [] : known);
  if (groups.length === 0 || base.sample.size < FEW_RUNS) return undefined;
  const { input } = subject.query;
  const model = modelOf(base.sample, base.state.losses[resource], wholeOf(base.sample));
  const other = own === base ? undefined : own;
  const hasOwn = other !== undefined && other.sample.size >= FEW_RUNS;
  const ownModel = hasOwn ? modelOf(other.sample, other.state.losses[resource], wholeOf(other.sample)) : undefined;
  const few = hasOwn ? undefined : other?.sample;
  const candidates = noCandidates();
  if (!collectPooled(candidates, { model, state: base.state, groups, few, own: ownModel, input })) return undefined;
  const locate = (size: number | undefined) => jointPrediction(model, size);
  return { kind: "distribution", candidates, locate, evidence: { ...evidence, method: "spread of the task" } };
}

function wholeOf({ size }: Sample): Window {
  return { from: 0, to: size };
}

/** The kinds of groups that the run belongs to; the machine only tells of durations. */
function groupsOf({ key, machine }: Subject, resource: Resource, known: readonly Known[]): Group[] {
  const sampleAt = (level: EstimateLevel) => known.find((other) => other.level === level)?.sample;
  const groups: Group[] = [];
  if (known.length > 0 && key.subject !== "") {
    groups.push({ column: "subject", name: key.subject, sample: sampleAt("subject") });
  }
  if (known.length > 0 && key.context !== "") {
    groups.push({ column: "context", name: key.context, sample: sampleAt("context") });
  }
  if (machine !== undefined && resource === "duration") groups.push({ column: "machine", name: machine });
  return groups;
}
