import { RESOURCES, type AmountSource, type Resource } from "../../domain/allocation.ts";
import type { VerdictKind } from "../../domain/verdict.ts";
import { addChoices, talliedChoice, type ChoiceTally } from "./choice.ts";
import { countedError, type ErrorCounts } from "./errors.ts";
import { ASKED_SOURCES, type JudgedResource, type JudgedRun } from "./judge.ts";
import { addNumbers } from "./sums.ts";
import { addEnds, talliedEnds, type EndTallies } from "./told-ends.ts";

/** Changes whenever the inside of a tally does. */
const TALLY_VERSION = 2;

/** Attempts that died of an amount: how many, their seconds, and the memory that they held, byte-seconds. */
type Deaths = { attempts: number; seconds: number; memory: number };

/** One resource of many runs; amounts are times seconds. */
type ResourceTally = {
  sources: Partial<Record<AmountSource, number>>;
  /** Runs that can be compared with their p50, and those of them that used no more; the same for p95. */
  judged_p50: number;
  below_p50: number;
  judged_p95: number;
  below_p95: number;
  /** Runs that can be compared with their p5, and those of them that used less; absent in tallies from before it was kept. */
  judged_p5?: number;
  below_p5?: number;
  /** How many runs had which error of their p50. */
  errors: ErrorCounts;
  /** Held in all; by runs whose use is known; of that used, and not used; held by attempts that died of it. */
  held: number;
  known: number;
  used: number;
  unused: number;
  lost: number;
  /** Runs for which people asked for an amount: how many, what they asked for, and what was held for them. */
  asked_runs: number;
  asked: number;
  asked_held: number;
  deaths: number;
  deaths_as_asked: number;
};

/** A verdict that a person overruled: what was said, and what the person said. */
export type OverruledAs = `${VerdictKind} ${VerdictKind}`;

/**
 * The runs of one task and day, added up: plain JSON of a few KiB, however many runs. Adding is commutative and
 * associative, so that tallies of days, tasks and servers can be put together in any order.
 */
export type Tally = {
  version: number;
  runs: number;
  own: Deaths;
  asked: Deaths;
  resources: Partial<Record<Resource, ResourceTally>>;
  overruled: Partial<Record<OverruledAs, number>>;
  /** Absent in tallies from before it was kept, and where nothing was told. */
  told_ends?: EndTallies;
  /** As above; absent where no run had a choice. */
  choice?: ChoiceTally;
};

/** The tally of no runs. */
export function emptyTally(): Tally {
  return { version: TALLY_VERSION, runs: 0, own: noDeaths(), asked: noDeaths(), resources: {}, overruled: {} };
}

/** The tally in what the database held; that of no runs where it is of another version. */
export function parseTally(stored: unknown): Tally {
  if (typeof stored !== "object" || stored === null) return emptyTally();
  // Only this folder writes tallies; the version names their whole shape.
  const tally = stored as Tally;
  return tally.version === TALLY_VERSION ? tally : emptyTally();
}

/** The tally with one run more; the one given is not changed. */
export function addRun(tally: Tally, run: JudgedRun): Tally {
  return addTallies(tally, tallyOf(run));
}

/** The tally with one verdict more that a person overruled; the one given is not changed. */
export function addOverruled(tally: Tally, from: VerdictKind, to: VerdictKind): Tally {
  return addTallies(tally, { ...emptyTally(), overruled: { [`${from} ${to}`]: 1 } });
}

/** Two tallies of different runs, together. */
export function addTallies(a: Tally, b: Tally): Tally {
  const resources: Tally["resources"] = {};
  for (const resource of RESOURCES) {
    const [left, right] = [a.resources[resource], b.resources[resource]];
    const sum = left === undefined || right === undefined ? (left ?? right) : addResources(left, right);
    if (sum !== undefined) resources[resource] = sum;
  }
  return {
    version: TALLY_VERSION,
    runs: a.runs + b.runs,
    own: addNumbers(a.own, b.own),
    asked: addNumbers(a.asked, b.asked),
    resources,
    overruled: addNumbers(a.overruled, b.overruled),
    ...timesIn(addEnds(a.told_ends ?? {}, b.told_ends ?? {}), addChoices(a.choice, b.choice)),
  };
}

function addResources(a: ResourceTally, b: ResourceTally): ResourceTally {
  const { sources: leftSources, errors: leftErrors, ...left } = a;
  const { sources: rightSources, errors: rightErrors, ...right } = b;
  return {
    ...addNumbers(left, right),
    sources: addNumbers(leftSources, rightSources),
    errors: addNumbers(leftErrors, rightErrors),
  };
}

function noDeaths(): Deaths {
  return { attempts: 0, seconds: 0, memory: 0 };
}

function tallyOf(run: JudgedRun): Tally {
  const { died_of, seconds } = run;
  const death = { attempts: 1, seconds, memory: run.resources.memory.held };
  const isAsked = died_of !== undefined && ASKED_SOURCES.has(run.resources[died_of].source);
  const resources: Tally["resources"] = {};
  for (const resource of RESOURCES) {
    resources[resource] = resourceTally(run.resources[resource], seconds, died_of === resource);
  }
  return {
    version: TALLY_VERSION,
    runs: 1,
    own: died_of !== undefined && !isAsked ? death : noDeaths(),
    asked: isAsked ? death : noDeaths(),
    resources,
    overruled: {},
    ...timesIn(talliedEnds(run), run.choice && talliedChoice(run.choice, seconds)),
  };
}

/** Nothing is kept for tasks of which nothing was told: a tally is read and written with every run. */
function timesIn(told_ends: EndTallies, choice: ChoiceTally | undefined): Pick<Tally, "told_ends" | "choice"> {
  return { ...(Object.keys(told_ends).length > 0 && { told_ends }), ...(choice !== undefined && { choice }) };
}

function resourceTally(judged: JudgedResource, seconds: number, isDeath: boolean): ResourceTally {
  const { source, held, asked } = judged;
  const isAsked = ASKED_SOURCES.has(source);
  return {
    sources: { [source]: 1 },
    ...comparison(judged),
    held,
    ...use(judged, seconds, isDeath),
    lost: isDeath ? held : 0,
    asked_runs: asked === undefined ? 0 : 1,
    asked: asked ?? 0,
    asked_held: asked === undefined ? 0 : held,
    deaths: isDeath && !isAsked ? 1 : 0,
    deaths_as_asked: isDeath && isAsked ? 1 : 0,
  };
}

/** A lower bound above a prediction shows that it was too low; below it, it shows nothing. */
function comparison({ used, predicted }: JudgedResource) {
  const is = (condition: boolean) => (condition ? 1 : 0);
  if (used === undefined || predicted === undefined) {
    return { judged_p50: 0, below_p50: 0, judged_p95: 0, below_p95: 0, errors: {} };
  }
  const { value, is_lower_bound: isBound } = used;
  const error = Math.abs(predicted.p50 - value) / value;
  const { p5 } = predicted;
  return {
    ...(p5 !== undefined && { judged_p5: is(!isBound || value >= p5), below_p5: is(!isBound && value < p5) }),
    judged_p50: is(!isBound || value > predicted.p50),
    below_p50: is(!isBound && value <= predicted.p50),
    judged_p95: is(!isBound || value > predicted.p95),
    below_p95: is(!isBound && value <= predicted.p95),
    errors: isBound ? {} : countedError(error),
  };
}

function use({ used, held }: JudgedResource, seconds: number, isDeath: boolean) {
  // cut short before it showed its need: what it left over is not known, nor for whom
  if (used === undefined || used.is_lower_bound || isDeath) return { known: 0, used: 0, unused: 0 };
  const needed = used.value * seconds;
  return { known: held, used: needed, unused: Math.max(0, held - needed) };
}
