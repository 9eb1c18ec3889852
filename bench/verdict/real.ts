import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { WorkRequestId } from "../../src/domain/ids.ts";
import { backgroundOf, chanceBroken } from "../../src/verdict/broken.ts";
import { describeRate } from "../../src/verdict/flake-rate.ts";
import { requestsOf, type PastRun } from "../../src/verdict/past.ts";

/** One verdict of a test of an industrial robot's controller. */
type RealVerdict = { name: string; cycle: number; id: number; hasFailed: boolean };

/** How well something foretold the next failure. */
export type Forecast = { estimator: string; brier: number; auc: number; verdicts: number };

/** Reads verdicts such as `verdicts-iofrol.csv.gz`, plain or gzip, in the order of cycles. */
export function readVerdicts(path: string): RealVerdict[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  const [head = "", ...rows] = text.trim().split("\n");
  const columns = head.split(";");
  const at = (name: string) => columns.indexOf(name);
  const [id, name, verdict, cycle] = [at("Id"), at("Name"), at("Verdict"), at("Cycle")];
  if ([id, name, verdict, cycle].includes(-1)) throw new TypeError(`${path}: no columns Id;Name;Verdict;Cycle`);
  const read = rows.map((row) => {
    const cells = row.split(";");
    return {
      name: cells[name]!,
      cycle: Number(cells[cycle]),
      id: Number(cells[id]),
      hasFailed: cells[verdict] === "1",
    }; // a cell each
  });
  return read.sort((a, b) => a.cycle - b.cycle || a.id - b.id);
}

/** An estimator: foretells from what was seen so far, then sees. */
type Estimator = { name: string; chance(key: Key): number; see(key: Key, hasFailed: boolean): void };
type Key = { past: boolean[] };

/** Foretells each verdict from those before it. */
export function replay(verdicts: readonly RealVerdict[]): Forecast[] {
  return [baseRate(), lastOutcome(), beta(), bestKnown(), judged()].map((estimator) => {
    const keys = new Map<string, Key>();
    const said = verdicts.map(({ name, hasFailed }) => {
      const key = keys.get(name) ?? { past: [] };
      keys.set(name, key);
      const chance = estimator.chance(key);
      estimator.see(key, hasFailed);
      key.past.push(hasFailed);
      return { chance, hasFailed };
    });
    return { estimator: estimator.name, brier: brierOf(said), auc: aucOf(said), verdicts: said.length };
  });
}

function baseRate(): Estimator {
  let [failed, all] = [0.5, 1];
  return {
    name: "base rate",
    chance: () => failed / all,
    see(_key, hasFailed) {
      all += 1;
      if (hasFailed) failed += 1;
    },
  };
}

/** The pooled rate after the same last outcome, or after none. */
function lastOutcome(): Estimator {
  const pooled = counts();
  const pattern = ({ past }: Key) => String(past.at(-1) ?? "none");
  return {
    name: "last outcome",
    chance: (key) => pooled.rate(pattern(key)),
    see: (key, hasFailed) => pooled.add(pattern(key), hasFailed),
  };
}

function beta(): Estimator {
  return {
    name: "Beta(1, 3)",
    chance: ({ past }) => (1 + past.filter(Boolean).length) / (4 + past.length),
    see: () => undefined,
  };
}

/** The mean of a Markov chain for each key and of the pooled pattern of the last three outcomes. */
function bestKnown(): Estimator {
  const patterns = counts();
  const pooled = counts();
  const pattern = ({ past }: Key) => past.slice(-3).join(" ");
  const last = ({ past }: Key) => String(past.at(-1) ?? "none");
  const own = (key: Key) => {
    const state = key.past.at(-1);
    const after = key.past.slice(1).filter((_, index) => key.past[index] === state);
    return (after.filter(Boolean).length + 6 * pooled.rate(last(key))) / (after.length + 6);
  };
  return {
    name: "best known (Markov and pattern)",
    chance: (key) => (own(key) + patterns.rate(pattern(key))) / 2,
    see(key, hasFailed) {
      patterns.add(pattern(key), hasFailed);
      pooled.add(last(key), hasFailed);
    },
  };
}

/**
 * What Almanac's judge believes before a run: it is broken and fails, or it is not and breaks or flakes. Nobody ran these tests again,
 * so there is no proof of a flake, and no log, so there are no marks.
 */
function judged(): Estimator {
  return {
    name: "almanac's judge",
    chance({ past }) {
      const requests = requestsOf(past.map((hasFailed, index) => pastRun(hasFailed, index)));
      const lastPass = past.lastIndexOf(false);
      const streak = requests.slice(lastPass + 1);
      const background = backgroundOf(requests.slice(0, lastPass + 1));
      const broken =
        streak.length === 0
          ? background.chanceOfBreak
          : chanceBroken(
              background,
              streak.flatMap(({ failed }) => failed),
            );
      return broken + (1 - broken) * describeRate(background.rate).mean;
    },
    see: () => undefined,
  };
}

function pastRun(hasFailed: boolean, index: number): PastRun {
  return {
    work_request_id: (index + 1) as WorkRequestId, // counted up from 1
    result: hasFailed ? "failure" : "success",
    outcome: { kind: "exited", code: hasFailed ? 1 : 0 },
  };
}

/** Rates by pattern, learnt as they come; a new one begins at the rate of all. */
function counts() {
  const seen = new Map<string, { failed: number; all: number }>();
  const total = { failed: 0.5, all: 1 };
  return {
    rate(pattern: string): number {
      const { failed, all } = seen.get(pattern) ?? { failed: 0, all: 0 };
      return (failed + total.failed / total.all) / (all + 1);
    },
    add(pattern: string, hasFailed: boolean): void {
      const known = seen.get(pattern) ?? { failed: 0, all: 0 };
      seen.set(pattern, known);
      for (const count of [known, total]) {
        count.all += 1;
        if (hasFailed) count.failed += 1;
      }
    },
  };
}

type Said = { chance: number; hasFailed: boolean };

/** The mean squared error of the chances (Brier, 1950). */
function brierOf(said: readonly Said[]): number {
  return said.reduce((sum, { chance, hasFailed }) => sum + (chance - Number(hasFailed)) ** 2, 0) / said.length;
}

/** The chance that a failure was foretold with a higher chance than a pass: the Mann-Whitney statistic, ties shared. */
function aucOf(said: readonly Said[]): number {
  const sorted = said.toSorted((a, b) => a.chance - b.chance);
  let [ranks, failures] = [0, 0];
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]!.chance === sorted[from]!.chance) to += 1;
    const failed = sorted.slice(from, to).filter(({ hasFailed }) => hasFailed).length;
    ranks += failed * ((from + to + 1) / 2);
    failures += failed;
    from = to;
  }
  return (ranks - (failures * (failures + 1)) / 2) / (failures * (sorted.length - failures));
}
