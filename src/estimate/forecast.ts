import type { EstimateEvidence, EstimateLevel, Resource } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { alikeRuns, collect, modelOf, noCandidates, type Candidates, type Model } from "./candidates.ts";
import { jointPrediction, refine, type Group } from "./groups.ts";
import { codesOf } from "./columns.ts";
import { ownLocation } from "./own-location.ts";
import { collectPooled } from "./pooled.ts";
import { sampleOf, type Sample, type SampleQuery } from "./sample.ts";
import { ERROR_COLUMN_OF, type EstimateState, type LevelStates } from "./state.ts";

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
export type Forecast = {
  locate: Locate;
  /** How far the input is beyond the largest seen; 0 when it is not. */
  beyond: number;
  evidence: EstimateEvidence;
} & ({ kind: "distribution"; candidates: Candidates } | { kind: "few"; middle: number; largest: number });

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
  return withoutPool(known, exact, resource, subject.query);
}

/** From one level alone: the key's own, or its subject's few runs; else the whole task's. */
function withoutPool(
  known: readonly Known[],
  exact: EstimateLevel | undefined,
  resource: Resource,
  query: SampleQuery,
): Forecast | undefined {
  const chosen = known.find(({ level }) => level === exact || level === "subject" || level === "task") ?? known[0];
  if (chosen === undefined) return undefined;
  const evidence = { level: chosen.level === exact ? ("key" as const) : chosen.level, runs: chosen.sample.size };
  const isWhole = chosen.level === exact || chosen.level === "task";
  if (chosen.sample.size < FEW_RUNS || !isWhole) return fewRuns(chosen.sample, query, evidence);
  return ownRuns(chosen, resource, query, evidence);
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
  const beyond = beyondOf(sample, query.input);
  return { kind: "distribution", candidates, locate, beyond, evidence: { ...evidence, method: methodOf(model) } };
}

/** `ladder`, or `ladder by input size` where that is what decides. */
function methodOf({ sample, weights }: Model): string {
  return sample.hasInputs && weights[0]! < 0.5 ? "ladder by input size" : "ladder";
}

/** The largest need, grown with the input where that is larger than any before. */
function fewRuns(sample: Sample, query: SampleQuery, evidence: Evidence): Forecast {
  const beyond = beyondOf(sample, query.input);
  const growth = GROWTH * beyond;
  const middle = middleOf(sample) + growth;
  const largest = sample.highest + growth;
  return { kind: "few", middle, largest, locate: usualGrowth, beyond, evidence: { ...evidence, method: "largest" } };
}

const usualGrowth: Locate = (input) => (input === undefined ? 0 : GROWTH * input);

function beyondOf(sample: Sample, input: number | undefined): number {
  if (input === undefined || !sample.isSized) return 0;
  return Math.max(0, input - sample.inputs[sample.size - 1]!);
}

function middleOf(sample: Sample): number {
  const needs = sample.needs.toSorted();
  return (needs[(sample.size - 1) >> 1]! + needs[sample.size >> 1]!) / 2;
}

/** Location from the key's own runs, its context, its machine and the input; spread from all runs of the base. */
function pooledForecast(
  subject: Subject,
  resource: Resource,
  known: readonly Known[],
  base: Known,
  evidence: Evidence,
): Forecast | undefined {
  const own = evidence.level === "key" ? known[0] : undefined;
  const isOwnBase = base === own;
  const groups = groupsOf(subject, resource, isOwnBase ? [] : known);
  const source = isOwnBase ? undefined : sourceOf(subject, known, base, resource);
  if ((groups.length === 0 && source === undefined) || base.sample.size < FEW_RUNS) return undefined;
  const model = wholeModel(base, resource);
  const refined = refine(model, base.state, groups);
  if (source === undefined && !refined.hasEffect) return undefined;
  const candidates = noCandidates();
  const errorColumn = ERROR_COLUMN_OF[resource];
  const isCollected = collectPooled(candidates, {
    model,
    refined,
    ownErrors: errorColumn === undefined ? [] : codesOf(base.state, errorColumn),
    source,
    own: own !== undefined && !isOwnBase && own.sample.size >= FEW_RUNS ? wholeModel(own, resource) : undefined,
    input: subject.query.input,
  });
  if (!isCollected) return undefined;
  const locate = (size: number | undefined) => jointPrediction(model, size);
  const beyond = beyondOf(base.sample, subject.query.input);
  return { kind: "distribution", candidates, locate, beyond, evidence: { ...evidence, method: "spread of the task" } };
}

/** Where the nearest relations lie: the runs of the key, else those of its subject; a context alone is a group. */
function sourceOf(
  { levels, query }: Subject,
  [finest]: readonly Known[],
  base: Known,
  resource: Resource,
): number | undefined {
  if (finest === undefined || finest.level === "task") return undefined;
  if (finest.level !== levels[0] && finest.level !== "subject") return undefined;
  return ownLocation(finest.state, resource, base.state.slopes[resource] ?? 0, query.input);
}

function wholeModel({ sample, state }: Known, resource: Resource): Model {
  return modelOf(sample, state.losses[resource], { from: 0, to: sample.size });
}

/** The groups that the run belongs to, none of key and context when nothing but the key is `known`; machines only tell of durations. */
function groupsOf({ key, machine }: Subject, resource: Resource, known: readonly Known[]): Group[] {
  const groups: Group[] = [];
  if (key.context !== "" && known.length > 0) {
    const ofContext = known.find(({ level }) => level === "context");
    groups.push({ column: "context", name: key.context, sample: ofContext?.sample });
  }
  if (machine !== undefined && resource === "duration") groups.push({ column: "machine", name: machine });
  return groups;
}
