import type { Asked, Ended, Method, Proposal, Sizer } from "./sizer.ts";
import type { TraceRun } from "./traces.ts";

/**
 * What others do, written anew from their descriptions. Each keeps what it needs per task; after a failure, unless
 * it says otherwise, the amount is doubled.
 */
export const BASELINES: Method[] = [
  { name: "users' requests", create: () => perTask(usersRequest) },
  { name: "largest so far", create: () => perTask(() => largest(1)) },
  { name: "largest so far × 1.1", create: () => perTask(() => largest(1.1)) },
  { name: "p95 of the last 100", create: () => perTask(() => percentile(0.95)) },
  { name: "p99 of the last 100", create: () => perTask(() => percentile(0.99)) },
  { name: "Kubernetes VPA's rule", create: () => perTask(verticalPodAutoscaler) },
  { name: "Tovar et al., least waste", create: leastWaste },
];

type Rule = { propose(run: Asked): Proposal | undefined; learn(run: Ended): void };

/** One rule of its own for each task. */
function perTask(create: () => Rule): Sizer {
  const rules = new Map<string, Rule>();
  const ruleOf = (task: string): Rule => {
    const known = rules.get(task) ?? create();
    rules.set(task, known);
    return known;
  };
  return { propose: (run) => ruleOf(run.task).propose(run), learn: (run) => ruleOf(run.task).learn(run) };
}

function usersRequest(): Rule {
  return { propose: ({ asked }) => (asked === undefined ? undefined : { ladder: [asked] }), learn: () => undefined };
}

function largest(factor: number): Rule {
  let most = 0;
  return {
    propose: () => (most === 0 ? undefined : { ladder: [most * factor] }),
    learn: ({ need }) => {
      most = Math.max(most, need);
    },
  };
}

/** The nearest rank: interpolated, p99 differs more from what was published of it. */
function percentile(share: number): Rule {
  let last: number[] = [];
  return {
    propose: () => {
      if (last.length === 0) return undefined;
      const ascending = last.toSorted((a, b) => a - b);
      return { ladder: [ascending[Math.ceil(share * ascending.length) - 1]!] }; // within the list
    },
    learn: ({ need }) => {
      last = [...last.slice(-99), need];
    },
  };
}

/** Its histogram: buckets from 10 MB on, each 5 % wider than the one before. */
const FIRST_BUCKET = 1e7;
const BUCKET_GROWTH = 1.05;
const VPA_SHARE = 0.9;
const VPA_MARGIN = 1.15;
const VPA_LEAST = 250 * 2 ** 20;

/**
 * The memory recommender of Kubernetes' vertical pod autoscaler: the 90th percentile of the peaks in a histogram, and
 * 15 %; at least 250 MiB; after an out-of-memory kill 20 % more, at least 100 MiB. (Its half-life of a day is left out.)
 */
function verticalPodAutoscaler(): Rule {
  const buckets = new Map<number, number>();
  let runs = 0;
  const bucketOf = (need: number) =>
    need < FIRST_BUCKET
      ? 0
      : Math.floor(Math.log((need * (BUCKET_GROWTH - 1)) / FIRST_BUCKET + 1) / Math.log(BUCKET_GROWTH));
  const endOf = (bucket: number) => (FIRST_BUCKET * (BUCKET_GROWTH ** (bucket + 1) - 1)) / (BUCKET_GROWTH - 1);
  return {
    propose: () => {
      let passed = 0;
      for (const bucket of [...buckets.keys()].toSorted((a, b) => a - b)) {
        passed += buckets.get(bucket)!; // a key of the map
        if (passed >= VPA_SHARE * runs - 1e-9)
          return { ladder: bumps(Math.max(VPA_LEAST, endOf(bucket) * VPA_MARGIN)) };
      }
      return undefined;
    },
    learn: ({ need }) => {
      runs += 1;
      buckets.set(bucketOf(need), (buckets.get(bucketOf(need)) ?? 0) + 1);
    },
  };
}

function bumps(first: number): number[] {
  const ladder = [first];
  while (ladder.length < 60) {
    const last = ladder[ladder.length - 1]!; // never empty
    ladder.push(Math.max(1.2 * last, last + 100 * 2 ** 20));
  }
  return ladder;
}

/**
 * Tovar, da Silva, Juve, Deelman, Allcock, Thain and Livny, "A Job Sizing Strategy for High-Throughput Scientific
 * Workflows" (TPDS 2018), least waste: the first amount minimises the expected waste if a failed attempt is made
 * again with the most seen so far; a failed attempt gets a whole worker, which no trace tells: the largest request in it.
 */
function leastWaste(runs: readonly TraceRun[]): Sizer {
  const worker = runs.reduce((most, { asked }) => Math.max(most, asked ?? 0), 0);
  return perTask(() => leastWasteOfTask(worker));
}

function leastWasteOfTask(worker: number): Rule {
  const needs: number[] = [];
  const times: number[] = [];
  let allTime = 0;
  return {
    propose: () => {
      if (needs.length === 0) return undefined;
      const most = needs[needs.length - 1]!; // ascending, not empty
      let passed = 0;
      let best = { amount: most, cost: Infinity };
      for (const [index, need] of needs.entries()) {
        passed += times[index]!; // the lists are as long as each other
        const cost = need * allTime + most * (allTime - passed);
        if (need !== needs[index + 1] && cost < best.cost) best = { amount: need, cost };
      }
      const { amount } = best;
      return { ladder: amount < most ? [amount, Math.max(most, worker)] : [amount, Math.max(2 * most, worker)] };
    },
    learn: ({ need, duration }) => {
      let place = needs.length;
      while (place > 0 && needs[place - 1]! > need) place -= 1;
      needs.splice(place, 0, need);
      times.splice(place, 0, duration);
      allTime += duration;
    },
  };
}
